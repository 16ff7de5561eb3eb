"""Messages by apprise: to a mailbox, a chat, a pager or a webhook (docs/notifications.md, "Addresses")."""

import logging
import re
from typing import Any

from slabridge.config import Config, ConfigError
from slabridge.config.connections.secret import Secret
from slabridge.config.problem import Problem
from slabridge.run.deliver import Outcome, Send

_UNSENT = re.compile(
    r"NewConnectionError|ConnectTimeout|NameResolutionError|Name or service not known|Temporary failure in name|"
    r"Connection refused|No route to host|Network is unreachable|CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER|"
    r"ProxyError|Connection error while submitting email|\([45]\d\d, b['\"]"
)
"""What apprise notes where no message was handed over: no connection came about, or a mail server said no."""

_PARTLY = re.compile(r"^Sent |was refused: ", re.MULTILINE)
"""What it notes where a part of several recipients has it."""

_CONNECT, _ANSWER = 10.0, 30.0
"""Seconds until a connection stands, and until an answer comes."""

_ANSWERED = re.compile(r"error=(\d{3})")
"""What it notes where a server answered with an error."""


def messenger_of(config: Config) -> Send | None:
    """Return what sends messages, where the file has any rule; addresses are read now, and nothing is called yet.

    Raises:
        ConfigError: with every address that cannot be had or is none, or the extra that is not installed.
    """
    if not config.notify:
        return None
    secrets = {name: secret for one in config.receivers.values() for name, secret in one.addresses.items()}
    services: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, secret in secrets.items():
        try:
            services[name] = _service(secret)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)

    def send(address: str, title: str, body: str) -> tuple[Outcome, str]:
        return _sent(services[address], title, body)

    return send


def _service(secret: Secret) -> Any:  # noqa: ANN401 - apprise's own
    """Return the service that an address means; it verifies certificates, repeats nothing, and follows no redirect."""
    try:
        from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - an extra
    except ImportError as error:
        remedy = 'apprise is not installed; for messages: pip install "slabridge[notify]"'
        raise ConfigError([Problem(secret.config, secret.path, None, remedy)]) from error
    asset = AppriseAsset(app_id="slabridge", app_desc="slabridge", app_url="", async_mode=False, plugin_paths=[])
    found = Apprise.instantiate(secret.read().get_secret_value(), asset=asset)
    if found is None:
        wrong = "what is there is no address that apprise knows; docs/notifications.md shows some"
        raise ConfigError([Problem(secret.config, secret.path, None, wrong)])
    if not getattr(found, "verify_certificate", True):
        wrong = "switches the verification of certificates off; leave `verify=no` out"
        raise ConfigError([Problem(secret.config, secret.path, None, wrong)])
    found.retry = 0
    found.socket_connect_timeout, found.socket_read_timeout = _CONNECT, _ANSWER
    found.redirects = False
    one = Apprise(asset=asset)
    one.add(found)
    return one


def _sent(service: Any, title: str, body: str) -> tuple[Outcome, str]:  # noqa: ANN401 - apprise's own
    from apprise import NotifyFormat  # noqa: PLC0415 - an extra

    said: list[str] = []
    logger = logging.getLogger("apprise")
    before = logger.level, logger.propagate
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    # What it notes may hold the address: it is read here, to learn whether anything was handed over, and goes nowhere.
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    try:
        done = bool(
            service.notify(
                title=title,
                body=body,
                body_format=NotifyFormat.TEXT,
                log_callback=lambda entry, _=None: said.append(entry.message),
                log_level=logging.DEBUG,
            )
        )
    finally:
        logger.setLevel(before[0])
        logger.propagate = before[1]
    return (Outcome.SENT, "") if done else _outcome(said)


def _outcome(said: list[str]) -> tuple[Outcome, str]:
    """Return what became of a message that apprise calls failed, by what it noted.

    apprise says no more than "failed"; where a server may have taken the message and its answer was lost, sending it
    again could tell people twice.
    """
    text = "\n".join(said)
    if _PARTLY.search(text):
        return Outcome.UNCLEAR, "some of its recipients have it, and some have not"
    if found := _ANSWERED.search(text):
        return Outcome.NOT_SENT, f"its server answered with {found[1]}"
    if _UNSENT.search(text):
        return Outcome.NOT_SENT, "its server cannot be reached, or refuses us"
    return Outcome.UNCLEAR, "the connection broke off while it was sent"
