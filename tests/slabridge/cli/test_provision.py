"""`slabridge provision` as people use it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge.app.demo import example
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.cli.conftest import Call

ADMIN = "admin@example.com:env:ADMIN"
SECRET = "sandbox-jira-admin-token"


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    secrets = {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "ADMIN": SECRET, "COLUMNS": "80"}
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=20), in_process=True) as running:
        yield running


@pytest.fixture
def file(tmp_path: Path, sandbox: Sandbox) -> Path:
    text = example().replace("https://acme.service-now.com", sandbox.servicenow.url)
    text = text.replace("https://acme.atlassian.net", sandbox.jira.url)
    text = text.replace('"SLA holder"', '"Who has it"').replace('"u_sla_holder"', '"u_who_has_it"')
    for kind in ("SLA", "OLA"):
        for name, number in {"status": 1, "due": 2, "breached at": 3, "holder": 4}.items():
            id_ = f"customfield_{10050 + number + (4 if kind == 'OLA' else 0)}"
            text = text.replace(f'field = "{kind} {name}"', f'field = "{id_}"')
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_would_be_made_is_shown_made_and_taken_back(call: Call, file: Path) -> None:
    code, out, err = call("provision", "--connection", "jira", "--as", ADMIN)
    assert (code, err) == (0, "")
    assert "'Who has it' (Text Field (single line))" in out
    assert "left as it is: customfield_10051 is there, and not made by slabridge" in out
    assert "nothing was changed; --apply makes it" in out
    assert max(len(line) for line in out.splitlines() if line.startswith(("│", "┃"))) <= 80
    assert not (file.parent / "slabridge.db").exists()
    code, out, err = call("provision", "--connection", "jira", "--as", ADMIN, "--apply")
    assert (code, err) == (0, "")
    assert '# instead of "Who has it"' in out
    code, out, err = call("provision", "--connection", "jira", "--as", ADMIN, "--json")
    found = json.loads(out)
    assert (code, found["things"], list(found["ids"])) == (0, [], ["Who has it"])
    code, out, _ = call("provision", "--connection", "jira", "--as", ADMIN, "--undo", "--dry-run")
    assert (code, "nothing was changed; --undo takes it back" in out) == (0, True)
    code, out, _ = call("provision", "--connection", "jira", "--as", ADMIN, "--undo")
    assert (code, "taken back" in out) == (0, True)
    code, out, _ = call("provision", "--connection", "jira", "--as", ADMIN, "--undo")
    assert (code, "there is nothing to take back" in out) == (0, True)
    assert "if the state is new, run --apply first" in out


def test_an_update_set_is_written_beside_and_the_clicks_are_printed(call: Call, file: Path) -> None:
    code, out, err = call("provision", "--connection", "snow", "--apply")
    assert (code, err) == (0, "")
    assert (file.parent / "slabridge-snow.xml").read_text("utf-8").startswith("<?xml")
    assert "written: slabridge-snow.xml" in out
    assert "System Update Sets > Retrieved Update Sets" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--connection", "nope"), "name one of the file's connections: snow, jira"),
        ((), "name one of the file's connections: snow, jira"),
        (("--connection", "jira", "--as", SECRET), "--as: write USER:env:VARIABLE or USER:file:PATH"),
        (("--connection", "jira", "--as", "me:env:NOT_THERE"), "--as: environment variable NOT_THERE is not set"),
        (("--connection", "jira", "--as", "me:file:not-there"), "--as: file not-there cannot be read"),
        (("--connection", "jira", "--apply", "--undo"), "stands alone"),
    ],
)
def test_a_wrong_command_line_is_told_without_its_secret(
    call: Call, file: Path, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call("provision", "--config", file, *arguments)
    assert (code, out) == (2, "")
    assert words in " ".join(err.replace("│", " ").split())
    assert SECRET not in err


def test_a_wrong_password_of_the_administrator_is_in_nothing_that_is_said(
    call: Call, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADMIN", "not-the-admin-token")
    code, out, err = call("provision", "--config", file, "--connection", "jira", "--as", ADMIN, "--apply", "--json")
    assert code == 3
    assert "credentials are wrong" in err
    assert "check the account, password or token that `--as` names" in err
    assert "not-the-admin-token" not in out + err + (file.parent / "slabridge.db").read_bytes().decode("latin-1")
