"""Bad input: one clear message, the right exit code, and never a traceback."""

import http.server
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http.session import Http
from slabridge.__main__ import main
from slabridge.app.demo import example
from slabridge.state import State
from slabridge.state.lease import held
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions

NOWHERE = "http://127.0.0.1:9"
GOOD = '{"source":"snow","key":"A","created":"2026-03-02T08:00:00Z","fields":{"status":"new","priority":"P1"}}\n'


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    monkeypatch.setenv("COLUMNS", "500")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configured(tmp_path, NOWHERE, NOWHERE)


def configured(folder: Path, servicenow: str, jira: str) -> Path:
    """Write the example configuration with these addresses."""
    path = folder / "config.toml"
    text = example().replace("https://acme.service-now.com", servicenow).replace("https://acme.atlassian.net", jira)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> "Call":
    return Call(monkeypatch, capfd)


class Call:
    """Runs the program; returns its exit code, standard output and error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._monkeypatch.setattr(sys, "argv", ["slabridge", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        out, err = self._capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out, err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[clocks.response]", "[clocks.response", ("no valid TOML", "line")),
        ('clock = "response"', 'clok = "response"', ("agreements.standard.objectives.response", "clok", "clock")),
        ('timezone = "Europe/Stockholm"  ', 'timezone = "Europe/Stokholm"  ', ("timezone", '"Europe/Stockholm"')),
        ("SE:public", "SX9:public", ("calendars.office.holidays[0]", "SX9")),
        ('kind = "ola"', 'kind = "olla"', ("agreements.teams.kind", '"ola"')),
    ],
)
def test_a_broken_configuration_names_file_key_and_remedy(
    call: Call, config: Path, old: str, new: str, words: tuple[str, ...]
) -> None:
    assert old in config.read_text("utf-8")
    config.write_text(config.read_text("utf-8").replace(old, new, 1), "utf-8")

    for command in ("validate", "run"):
        code, _, err = call(command, "--config", config)
        assert code == 2
        assert all(word in err for word in (str(config), *words)), err


def test_all_problems_of_a_configuration_are_shown_at_once(call: Call, config: Path) -> None:
    text = config.read_text("utf-8").replace('kind = "ola"', 'kind = "olla"').replace("SE:public", "SX9:public")
    config.write_text(text, "utf-8")

    code, _, err = call("validate", "--config", config)

    assert code == 2
    assert len([line for line in err.splitlines() if "kind" in line]) == 3
    assert "holidays" in err


def test_a_configuration_that_is_not_there_is_named(call: Call, tmp_path: Path) -> None:
    code, _, err = call("run", "--config", tmp_path / "nowhere.toml")

    assert code == 2
    assert "nowhere.toml" in err
    assert "--config" in err


def evaluated(call: Call, config: Path, tickets: Path, *more: str) -> tuple[int, str, str]:
    return call("evaluate", "--config", config, "--tickets", tickets, "--as-of", "2026-03-02T08:05:00Z", *more)


def test_a_tickets_file_that_cannot_be_read_is_named(call: Call, config: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.jsonl.gz"
    damaged.write_bytes(b"no gzip")
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(bytes.fromhex("1f8b0800000000000003"))

    for path in (tmp_path / "nowhere.jsonl", tmp_path, damaged, cut):
        code, out, err = evaluated(call, config, path, "--format", "jsonl")
        assert code == 2
        assert not out
        assert str(path) in err
        assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"source":"snow",', ("no JSON",)),
        ("[]", ("JSON object",)),
        (GOOD.replace("08:00:00Z", "08:00:00"), ("created", "no offset from UTC")),
        (GOOD.replace("2026-03-02", "2026-13-02"), ("created",)),
        (GOOD.replace("2026-03-02", "0001-03-02"), ("created", "1970")),
        (GOOD.replace('"fields"', '"feilds"'), ("feilds", "fields")),
        (GOOD.replace('"P1"', '{"id": 1}'), ("fields.priority",)),
    ],
)
def test_a_line_that_is_no_ticket_is_named_and_the_others_are_evaluated(
    call: Call, config: Path, tmp_path: Path, line: str, words: tuple[str, ...]
) -> None:
    tickets = tmp_path / "tickets.jsonl"
    tickets.write_text(GOOD + line.strip() + "\n\n" + GOOD.replace('"A"', '"B"'), "utf-8")

    code, out, err = evaluated(call, config, tickets, "--format", "jsonl")

    assert code == 3
    assert '"ticket":"A"' in out
    assert '"ticket":"B"' in out
    (complaint,) = [text for text in err.splitlines() if text.startswith(f"{tickets}:2:")]
    assert all(word in complaint for word in words), complaint


def test_an_instant_without_offset_is_refused(call: Call, config: Path, tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.jsonl"
    tickets.write_text(GOOD, "utf-8")

    for instant in ("2026-03-02T08:05:00", "yesterday"):
        code, _, err = call("evaluate", "--config", config, "--tickets", tickets, "--as-of", instant)
        assert code == 2
        assert "--as-of" in err
        assert instant in err


def test_a_spreadsheet_does_not_run_what_a_ticket_says(call: Call, config: Path, tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.jsonl"
    tickets.write_text(GOOD.replace('"A"', '"=cmd|calc"'), "utf-8")

    code, out, _ = evaluated(call, config, tickets, "--format", "csv")

    assert code == 0
    assert "'=cmd|calc" in out
    assert ",=cmd" not in out


def test_a_secret_that_is_not_set_is_named_but_never_shown(
    call: Call, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JIRA_TOKEN")

    code, out, err = call("run", "--config", config)

    assert code == 2
    assert "connections.jira.auth.password" in err
    assert "JIRA_TOKEN" in err
    assert "SNOW_PASSWORD" not in err
    assert "sandbox" not in out + err


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=60), in_process=True) as served:
        yield served


def test_wrong_credentials_of_one_tool_do_not_stop_the_other(
    call: Call, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOW_PASSWORD", "not-the-password")
    config = configured(tmp_path, sandbox.servicenow.url, sandbox.jira.url)

    code, out, err = call("run", "--config", config, "--json")

    assert code == 3
    assert "credentials" in err
    assert "auth" in err
    assert '"connection":"jira"' in out
    assert '"evaluated":0' in out.partition('"connection":"jira"')[0]
    assert '"evaluated":0' not in out.partition('"connection":"jira"')[2]
    assert "not-the-password" not in out + err


class Page(http.server.BaseHTTPRequestHandler):
    """Answers everything with a web page."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html><title>Instance hibernating</title></html>")

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def test_a_web_page_where_data_was_expected_is_said_so(call: Call, tmp_path: Path) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        code, _, err = call("run", "--config", configured(tmp_path, url, url))
        server.shutdown()
        thread.join()

    assert code == 4
    assert err.count("Instance hibernating") == 2
    assert err.count(url.removeprefix("http://")) == 2


def test_a_server_that_is_not_there_is_named_and_the_run_deferred(
    call: Call, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)

    code, _, err = call("run", "--config", config)

    assert code == 4
    assert "127.0.0.1:9" in err
    assert "cannot be reached" in err


def test_a_state_that_is_no_database_is_refused_and_untouched(call: Call, config: Path) -> None:
    state = config.parent / "slabridge.db"
    state.write_text("these are somebody's notes, and no database at all\n" * 40, "utf-8")
    before = state.read_bytes()

    code, _, err = call("run", "--config", config)

    assert code == 2
    assert "slabridge.db" in err
    assert state.read_bytes() == before


def test_a_state_of_a_newer_slabridge_is_refused_and_untouched(call: Call, config: Path) -> None:
    state = config.parent / "slabridge.db"
    with sqlite3.connect(state) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    database.close()
    before = state.read_bytes()

    code, _, err = call("run", "--config", config)

    assert code == 2
    assert "newer slabridge" in err
    assert state.read_bytes() == before


def test_a_second_run_on_one_state_ends_at_once(call: Call, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State.of(str(config.parent / "slabridge.db"))
    with held(state):
        monkeypatch.setattr("slabridge.state.lease.os.getpid", lambda: 1)  # another process that lives
        code, _, err = call("run", "--config", config)
        monkeypatch.undo()
    state.close()

    assert code == 5
    assert "another run" in err
