"""`init` against a live tool: what it writes validates, doctor is green with it, and a run works by it."""

import errno
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from slabridge.app.doctor import diagnose
from slabridge.app.template import NAMES
from slabridge.cli import init
from slabridge.cli.app import app
from slabridge.config import ConfigError, load_config, warnings_of
from slabridge.exit import Exit
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import Job, small

TEMPLATED = ["--timezone", "Europe/Stockholm", "--holidays", "SE"]


@pytest.fixture(scope="module", params=["Cloud", "Server"])
def desk(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    few = small(tmp_path_factory.mktemp("desk"))
    options = SandboxOptions(log=few.log, share=few.share, start=few.start, jira_deployment=request.param)
    with Sandbox(options, in_process=True) as sandbox:
        yield sandbox


def asked(sandbox: Sandbox, path: Path, tool: str, *more: str) -> Result:
    endpoint = sandbox.servicenow if tool == "servicenow" else sandbox.jira
    secret = "SNOW_PASSWORD" if tool == "servicenow" else "JIRA_TOKEN"
    command = ["init", "--config", str(path), "--type", tool, "--url", endpoint.url, "--user", endpoint.user]
    return CliRunner().invoke(app, [*command, "--secret-env", secret, "--yes", *more])


@pytest.mark.parametrize("template", NAMES)
def test_both_tools_are_proposed_validate_and_doctor_is_green(desk: Sandbox, tmp_path: Path, template: str) -> None:
    path = tmp_path / "config.toml"
    if template != "standard" and desk._options.jira_deployment == "Server":
        return  # what a template says is the same on each
    desk.requests(reset=True)
    for tool in ("servicenow", "jira"):
        result = asked(desk, path, tool, *TEMPLATED, "--template", template)
        assert result.exit_code == Exit.COMPLETE, result.output
        assert f"{path.read_text('utf-8').count('# check: ')} places" in result.output or tool == "jira"
    config = load_config(path)
    assert [connection.name for connection in config.connections] == ["snow", "jira"]
    assert {name for name, finding in diagnose(config) if finding.verdict == "failure"} == set()
    written = [one for one in desk.requests() if one.startswith(("PATCH", "PUT", "DELETE"))]
    assert written == []
    if template != "msp":  # whose customers are none of the sandbox's
        assert [str(warning) for warning in warnings_of(config)] == []


def test_a_run_works_by_what_was_proposed(job: Job) -> None:
    job.path.unlink(missing_ok=True)
    for tool in ("servicenow", "jira"):
        assert asked(job.sandbox, job.path, tool, *TEMPLATED, "--template", "standard").exit_code == Exit.COMPLETE
    job.text = job.path.read_text("utf-8")
    report = job.run()
    assert report.exit_code is Exit.COMPLETE
    assert all(tally.fields_written for tally in report.tallies)


@pytest.mark.parametrize("tool", ["servicenow", "jira"])
def test_a_tool_without_tickets_of_late_is_looked_at_all_the_same(
    desk: Sandbox, tmp_path: Path, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slabridge.app.init.SINCE", 0)
    path = tmp_path / "config.toml"
    result = asked(desk, path, tool, *TEMPLATED)
    assert result.exit_code == Exit.COMPLETE, result.output
    assert "by the 0 newest" not in result.output
    assert "# check: the last 90 days have no ticket" in path.read_text("utf-8")
    (connection,) = load_config(path).connections
    assert ">=" not in connection.filter


def test_nothing_is_overwritten_and_a_second_connection_needs_a_name_of_its_own(desk: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    assert asked(desk, path, "jira", *TEMPLATED).exit_code == Exit.COMPLETE
    before = path.read_text("utf-8")
    again = asked(desk, path, "jira")
    assert "is there already; give the new one another name with --name" in str(again.exception)
    assert path.read_text("utf-8") == before
    assert asked(desk, path, "jira", "--name", "other").exit_code == Exit.COMPLETE
    assert path.read_text("utf-8").startswith(before.rstrip())
    assert [one.name for one in load_config(path).connections] == ["jira", "other"]


def test_a_file_that_is_broken_is_left_as_it_is(desk: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[connections.jira]\ntype = "jra"\n', "utf-8")
    assert asked(desk, path, "jira").exit_code != Exit.COMPLETE
    assert path.read_text("utf-8") == '[connections.jira]\ntype = "jra"\n'


def _broken(path: Path) -> None:
    path.write_text("[connections\n", "utf-8")


def _latin(path: Path) -> None:
    path.write_bytes(b"# \xe9\n")


def _customers(path: Path) -> None:
    path.with_name("common.toml").write_text('[calendars.office]\nhours = { mon-fri = ["08:00-17:00"] }\n', "utf-8")


REFUSED: dict[str, tuple[Callable[[Path], None], list[str], str]] = {
    "a file that is no TOML": (_broken, [], "is no valid TOML"),
    "a file that is no UTF-8": (_latin, [], "is no UTF-8 text"),
    "a customer's file": (_customers, [], "is a customer's, beside common.toml"),
    "a folder that is not there": (lambda _: None, ["--config", "/nowhere/c.toml"], "there is no folder /nowhere"),
    "a name with a blank": (lambda _: None, ["--name", "a b"], "a name has only letters"),
    "a name that is two tables": (lambda _: None, ["--name", "a.b"], "a name has only letters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_written_is_said_before_anything_is_asked(desk: Sandbox, tmp_path: Path, case: str) -> None:
    before, more, said = REFUSED[case]
    path = tmp_path / "config.toml"
    before(path)
    there = {one: one.read_bytes() for one in tmp_path.iterdir()}
    desk.requests(reset=True)
    result = asked(desk, path, "jira", *TEMPLATED, *more)
    assert isinstance(result.exception, ConfigError)
    assert said in str(result.exception)
    assert desk.requests() == {}
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == there


def test_a_folder_is_no_file_to_write(desk: Sandbox, tmp_path: Path) -> None:
    result = asked(desk, tmp_path, "jira", *TEMPLATED)
    assert result.exit_code == Exit.USAGE
    assert "is a folder; name the file to be written" in " ".join(result.output.split()).replace(" │ │ ", " ")


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    desk: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    assert asked(desk, path, "jira", *TEMPLATED).exit_code == Exit.COMPLETE
    before = path.read_bytes()

    def full(*_: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    result = asked(desk, path, "servicenow")
    assert "cannot be written: No space left on device" in str(result.exception)
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["config.toml", "slabridge.schema.json"]


@pytest.mark.parametrize("left_out", ["--type", "--url", "--user"])
def test_without_somebody_to_ask_what_is_missing_is_an_error(tmp_path: Path, left_out: str) -> None:
    given = {"--type": "jira", "--url": "http://127.0.0.1:9", "--user": "me"}
    command = [part for pair in given.items() if pair[0] != left_out for part in pair]
    result = CliRunner().invoke(app, ["init", "--config", str(tmp_path / "c.toml"), *command])
    assert result.exit_code == Exit.USAGE
    assert left_out in re.sub(r"\x1b\[[0-9;]*m", "", result.output)


def test_somebody_is_asked_and_a_secret_that_is_typed_in_is_written_nowhere(
    desk: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, jira = tmp_path / "config.toml", desk.jira
    monkeypatch.setattr(init, "_somebody_looks", lambda: True)
    monkeypatch.setenv("JIRA_TOKEN", "")
    monkeypatch.delenv("JIRA_TOKEN")
    answers = ["jira", jira.url, "basic", jira.user, jira.secret, "", "basic", "Europe/Stockholm", "SE", ""]
    result = CliRunner().invoke(app, ["init", "--config", str(path)], input="\n".join(answers))
    assert result.exit_code == Exit.COMPLETE, result.output
    assert jira.secret not in path.read_text("utf-8") + result.output
    assert 'password = { env = "JIRA_TOKEN" }' in path.read_text("utf-8")


def test_wrong_credentials_write_no_file(desk: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    result = asked(desk, path, "servicenow", "--user", "nobody", *TEMPLATED)
    assert result.exit_code != Exit.COMPLETE
    assert not path.exists()


def test_the_templates_are_listed_without_any_tool(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["init", "--list-templates", "--config", str(tmp_path / "c.toml")])
    assert [line.split()[0] for line in result.output.splitlines()] == list(NAMES)
