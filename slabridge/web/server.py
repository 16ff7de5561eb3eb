"""Serving the pages until somebody asks to stop."""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp

from slabridge.config import Config, ConfigError
from slabridge.config.problem import Problem
from slabridge.web.access_log import AccessLog
from slabridge.web.door import Auth, Door
from slabridge.web.drafts import Drafts
from slabridge.web.front import Front
from slabridge.web.pages import pages
from slabridge.web.site import Site

_AT_ONCE = 4
"""Pages that are made at once: each has a connection to the state, and all share a processor."""
_CONNECTIONS = 1_000
"""Connections, most of which are idle; what is asked at once the front counts."""
_WAITING = 256
_LEAST = 16
"""Characters that a token has at least."""


def is_here(host: str) -> bool:
    """Return whether nobody but this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def listening(address: tuple[str, int]) -> Iterator[socket.socket]:
    """Give a socket that listens at host and port.

    Raises:
        OSError: nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    # By its protocol's name: asyncio lets others wait 40 ms for a second packet (TCP_NODELAY is set on none of them).
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_WAITING)
        yield bound


class Sites:
    """The sites of configurations by customer, as they were read last."""

    def __init__(self, auth: Auth) -> None:
        self.auth = auth
        self.now: dict[str, Site] = {}
        self.drafts = Drafts()

    def take(self, configs: Mapping[str, Config]) -> None:
        """Show these from now on.

        Raises:
            ConfigError: a token cannot be had.
            OSError: an access log cannot be written.
        """
        before, self.now = self.now, {name: self._site(config) for name, config in configs.items()}
        for site in before.values():
            site.leave()

    def _site(self, config: Config) -> Site:
        token = config.web.token.read() if self.auth == "token" and config.web.token is not None else None
        if token is not None and len(token.get_secret_value()) < _LEAST:
            message = f"is shorter than {_LEAST} characters, and could be guessed; make a long random one"
            raise ConfigError([Problem(config.file, "web.token", None, message)])
        door = Door(self.auth, config.web, token)
        return Site.of(config, door, AccessLog(config.web.access_log), self.drafts)

    def close(self) -> None:
        """Give back all that they hold."""
        for site in self.now.values():
            site.close()
        self.drafts.close()


def app_of(sites: Sites) -> ASGIApp:
    """Return all pages of these sites."""
    return Front(pages(), lambda: sites.now)


def _end(*_: object) -> None:
    raise SystemExit(0)


async def serving(sites: Sites, bound: socket.socket, ready: Callable[[], None], reload: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; on SIGHUP `reload` is called."""
    current_default_thread_limiter().total_tokens = _AT_ONCE
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload)
    signal.signal(signal.SIGTERM, _end)  # which uvicorn raises again when it is done: else nothing is given back
    config = uvicorn.Config(
        app_of(sites),
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5,
    )
    ready()  # who asks from now on is answered: the socket listens
    await uvicorn.Server(config).serve([bound])
