"""No secret is in what the program prints, in a traceback or crash dump, in the state or in a recording (P15).

Every secret has one word in common, which is looked for as it is and in the middle of base64 and hexadecimal text.
"""

import base64
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa

from connectors.http.session import Http
from sla_engine.instant import HOUR
from slabridge.__main__ import main
from slabridge.app.demo import example
from slabridge.exit import Exit
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import Endpoint
from tests.faults.forked import fork, wait
from tests.hostile.gate import ACCESS, ALOUD, Behaviour, gate
from tests.hostile.program import call
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.run.chained import unchained
from tests.slabridge.run.job import NOON, small
from tests.slabridge.state.everything import everything

WORD = "Pl4nted"
_TAIL = '-&"<%+/='
SECRETS = {
    f"{kind.upper()}_{key.upper()}": f"{WORD}-{kind}-{key}{_TAIL}"
    for kind, keys in {
        "basic": ("password",),
        "bearer": ("token",),
        "api_key": ("key",),
        "oauth_password": ("password", "client_secret"),
        "oauth_client": ("client_secret",),
        "oauth_refresh": ("refresh_token", "client_secret"),
    }.items()
    for key in keys
}
WRONG = {name: secret.replace(WORD, "wr0ng") for name, secret in SECRETS.items()}
_CLIENT = 'client_id = "client", client_secret = {{ env = "{0}_CLIENT_SECRET" }}, token_url = "{1}/oauth/token"'
AUTH = {
    "basic": 'user = "slabridge", password = {{ env = "{0}_PASSWORD" }}',
    "bearer": 'token = {{ env = "{0}_TOKEN" }}',
    "api_key": 'key = {{ env = "{0}_KEY" }}',
    "oauth_password": f'user = "slabridge", password = {{{{ env = "{{0}}_PASSWORD" }}}}, {_CLIENT}',
    "oauth_client": _CLIENT,
    "oauth_refresh": f'refresh_token = {{{{ env = "{{0}}_REFRESH_TOKEN" }}}}, {_CLIENT}',
}
COMMANDS = {
    "console": (
        ("run",),
        ("status", "--json"),
        ("validate", "--json"),
        ("explain", "ITSM-1"),
        ("compare", "ITSM-1", "--json"),
        ("reevaluate", "--from", "2016-01-01", "--to", "2016-04-01", "--json"),
    ),
    "json": (("plan", "--json"), ("run", "--json"), ("status",), ("explain", "ITSM-1", "--json")),
}
"""Commands by the form of the log."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where commands run."""

    folder: Path
    tools: Mapping[str, Endpoint]
    number: Iterator[int]

    def config(self, url: str, state: str = "slabridge.db", change: Callable[[str], str] = str) -> Path:
        """Write a configuration with a connection of each kind."""
        path = self.folder / "config.toml"
        path.write_text(change(_config(url, state)), "utf-8")
        return path

    def does(self, *command: str, path: Path, form: str = "console", **environment: str) -> tuple[int, bytes]:
        """Return how a command ends, and what it writes on standard output and error, the traceback of a bug too."""
        printed = self.folder / f"printed{next(self.number)}"

        def work() -> None:
            with printed.open("wb") as file:
                for descriptor in (1, 2):
                    os.dup2(file.fileno(), descriptor)
            sys.stdout, sys.stderr = (os.fdopen(fd, "w", encoding="utf-8", closefd=False) for fd in (1, 2))
            os.environ.update(
                {**SECRETS, "SLABRIDGE_LOG_LEVEL": "debug", "SLABRIDGE_LOG_FORMAT": form, "COLUMNS": "4000"}
            )
            os.environ.update(environment)
            defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None, "attempts": 2}
            Http.__init__.__kwdefaults__ = defaults
            sys.argv = ["slabridge", *command, "--config", str(path)]
            code = 1
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            except BaseException as error:  # noqa: BLE001 - printed as Python does, and more
                traceback.print_exc()
                _print_chain(error)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

        return wait(fork(work)), printed.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("secrets")
    with Sandbox(replace(small(folder), start=NOON + 3 * HOUR)) as sandbox:
        place = Place(folder, {"servicenow": sandbox.servicenow, "jira": sandbox.jira}, count())
        # What is imported when first used is imported here once, and not in every process that is forked.
        with gate(place.tools, ALOUD["400 with a message"]) as url:
            call("run", "--json", "--config", str(place.config(url, "warm.db")), environment=SECRETS)
        yield place


def _config(url: str, state: str) -> str:
    head, _, rest = unchained(example()).partition("[connections.snow]")
    snow, _, jira = rest.partition("[connections.jira]")
    text = head.replace("slabridge.db", state)
    for tool, section, address in (
        ("snow", f"[connections.snow]{snow}", "https://acme.service-now.com"),
        ("jira", f"[connections.jira]{jira}", "https://acme.atlassian.net"),
    ):
        for kind, auth in AUTH.items():
            if tool == "jira" and kind in {"api_key", "oauth_password"}:
                continue
            lines = section.replace(f"connections.{tool}", f"connections.{tool}-{kind}").replace(address, url)
            given = f'auth = {{ kind = "{kind}", {auth.format(kind.upper(), url)} }}'
            text += "\n".join(given if line.startswith("auth =") else line for line in lines.splitlines()) + "\n"
    return text


def _print_chain(error: BaseException | None) -> None:
    while error is not None:
        sys.stderr.write(f"{error!r} {error} {error.args!r} {getattr(error, '__notes__', '')}\n")
        error = error.__cause__ or error.__context__


def assert_clean(found: bytes, *words: str) -> None:
    """Require that a word is in no part of what was found, whether as it is, in base64 or in hexadecimal text."""
    for word in (WORD, *words):
        needles = [word.encode(), word.encode().hex().encode()]
        needles += [base64.b64encode(b"\0" * shift + word.encode())[(0, 2, 3)[shift] : -4] for shift in range(3)]
        for needle in needles:
            at = found.find(needle)
            assert at < 0, (needle, found[max(0, at - 300) : at + 100])


@pytest.mark.parametrize("form", COMMANDS)
def test_good_runs_show_no_secret(place: Place, form: str) -> None:
    state = f"good-{form}.db"
    with gate(place.tools) as url:
        path = place.config(url, state)
        for command in COMMANDS[form]:
            code, printed = place.does(*command, path=path, form=form)
            assert code == Exit.COMPLETE, (command, printed[-3000:].decode())
            assert_clean(printed)
    kept = everything(str(place.folder / state))
    assert b"resolution" in kept
    assert_clean(kept)


def test_a_state_in_postgresql_holds_no_secret(place: Place, database: sa.URL) -> None:
    password = database.password or f"{WORD}-postgresql"
    url = database.set(password=None).render_as_string()
    with gate(place.tools) as address:
        path = place.config(address, url, lambda text: text.partition("[connections.snow-bearer]")[0])
        for command in (("run",), ("status", "--json")):
            code, printed = place.does(*command, path=path, PGPASSWORD=password)
            assert code == Exit.COMPLETE, printed[-3000:].decode()
            assert_clean(printed)
    with mock.patch.dict(os.environ, {"PGPASSWORD": password}):
        assert_clean(everything(url))


def test_a_database_that_cannot_be_used_is_named_without_its_password(place: Place, database: sa.URL) -> None:
    nowhere = database.set(password=None, port=1).render_as_string()
    nobody = database.set(password=None, username="nobody", database="nothing").render_as_string()
    for url in (nowhere, nobody, database.set(password=f"{WORD}-url").render_as_string(hide_password=False)):
        code, printed = place.does("run", path=place.config("https://acme.example", url), PGPASSWORD=f"{WORD}-pg")
        assert code in {Exit.USAGE, Exit.DEFERRED}, printed
        assert_clean(printed)


@pytest.mark.parametrize("name", ALOUD)
def test_what_a_server_says_of_our_credentials_is_not_said_again(place: Place, name: str) -> None:
    state = f"aloud-{list(ALOUD).index(name)}.db"
    with gate(place.tools, ALOUD[name]) as url:
        path = place.config(url, state)
        for form, command in (("console", ("run", "--json")), ("json", ("plan",))):
            code, printed = place.does(*command, path=path, form=form)
            assert code in {Exit.PARTIAL, Exit.DEFERRED}, printed[-3000:].decode()
            assert_clean(printed)
    assert_clean(everything(str(place.folder / state)))


def test_wrong_credentials_are_not_shown(place: Place) -> None:
    with gate(place.tools) as url:
        code, printed = place.does("run", path=place.config(url, "wrong.db"), **WRONG)
    assert code == Exit.PARTIAL
    assert b"credentials are wrong" in printed
    assert_clean(printed, "wr0ng")


def test_a_proxy_says_its_password_aloud_and_nobody_repeats_it(place: Place) -> None:
    with gate(place.tools, ALOUD["403 with a message"]) as url:
        proxy = url.replace("//", f"//us3r:{WORD}-proxy@")
        for environment in ({"HTTP_PROXY": proxy}, {"HTTP_PROXY": f"http://us3r:{WORD}-proxy@127.0.0.1:1"}):
            path = place.config("http://127.0.0.2:9", "proxy.db")
            code, printed = place.does("run", path=path, NO_PROXY="", **environment)
            assert code in {Exit.PARTIAL, Exit.DEFERRED}, printed[-3000:].decode()
            assert_clean(printed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('url = "https://acme.example"', f'url = "https://us3r:{WORD}@acme.example"'),
        ('url = "https://acme.example"', f'url = "https://acme.example:{WORD}"'),
        ('url = "https://acme.example"', f'url = "https://acme.example/?token={WORD}"'),
        ('url = "https://acme.example"', f'url = "https://acme.example"\nproxy = "http://us3r:{WORD}@proxy:3128"'),
        ('{ env = "BASIC_PASSWORD" }', f'"{WORD}"'),
        ('{ env = "BASIC_PASSWORD" }', f'{{ env = "{WORD}=" }}'),
        ('{ env = "BASIC_PASSWORD" }', f'["{WORD}"]'),
        ('auth = { kind = "bearer", token', f'auth = {{ kind = "bearer", secret = "{WORD}", token'),
        ('auth = { kind = "bearer", ', f'auth = {{ kind = "bearer", token = "{WORD}", '),
        ('state = "', f'state = "postgresql://us3r:{WORD}@db.example/'),
    ],
)
def test_a_secret_in_the_wrong_place_of_the_file_is_not_shown(place: Place, old: str, new: str) -> None:
    path = place.config("https://acme.example", change=lambda text: text.replace(old, new))
    assert WORD in path.read_text("utf-8")
    for command in (("validate", "--json"), ("run",)):
        code, printed = place.does(*command, path=path)
        assert code == Exit.USAGE, printed
        assert_clean(printed)


def test_a_bug_shows_no_secret_with_all_that_led_to_it(place: Place) -> None:
    def broken(site: object) -> None:
        try:
            site.connector.check()  # type: ignore[attr-defined]
        except Exception as error:
            raise LookupError(repr(site)) from error
        raise LookupError(repr(site), repr(vars(site.connector)))  # type: ignore[attr-defined]

    with gate(place.tools) as url, mock.patch("sync.pull", broken):
        code, printed = place.does("run", path=place.config(url, "bug.db"))
    assert code == Exit.BUG
    assert printed.count(b"a bug of slabridge ended its part (LookupError)") == 10
    assert b"test_secrets.py:" in printed
    assert_clean(printed)


def test_a_bug_in_the_middle_of_a_call_shows_no_secret(place: Place) -> None:
    def broken(_: bytes) -> object:
        raise KeyError("what nobody thought of")

    with gate(place.tools) as url, mock.patch("connectors.http.meaning.loads", broken):
        code, printed = place.does("run", path=place.config(url, "bug.db"))
    assert code == Exit.BUG
    assert b"a bug of slabridge ended its part (KeyError)" in printed
    assert b"http/meaning.py:" in printed
    assert b"what nobody thought of" not in printed  # it might be of a ticket
    assert_clean(printed)


def test_a_process_that_is_aborted_dumps_no_secret(place: Place) -> None:
    asked, asking = os.pipe()
    with gate(place.tools, Behaviour(hang=asking, tokens=True)) as url:
        path = place.config(url, "aborted.db")
        command = [sys.executable, "-X", "faulthandler", "-m", "slabridge", "run", "--config", str(path)]
        environment = {**os.environ, **SECRETS, "SLABRIDGE_LOG_LEVEL": "debug"}
        with subprocess.Popen(  # noqa: S603 - our own program
            command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            assert process.stdout is not None
            assert select.select([asked], [], [], PATIENCE)[0], "it never asked"
            process.send_signal(signal.SIGABRT)
            printed = process.stdout.read()
    assert process.returncode == -signal.SIGABRT
    assert b"Current thread" in printed
    assert_clean(printed)


def test_no_recording_holds_a_secret_of_a_sandbox() -> None:
    recordings = [path for path in (CHECKOUT / "tests").rglob("cassettes/**/*") if path.is_file()]
    assert recordings
    for path in recordings:
        found = path.read_bytes()
        assert_clean(found, "sandbox-jira-token", "slabridge:sandbox", "sandbox-client-secret", ACCESS)
