"""What nobody foresaw in one connection's part ends that part, is said so that it can be reported, and no more."""

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from structlog.testing import capture_logs

import sync
from connectors.errors import Refused
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from slabridge import __version__
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.show.report import troubles_of
from slabridge.state import Busy, StateError
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.test_runs import Desk

TEXT = "text of a ticket"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(size=20, seed=3), in_process=True) as sandbox:
        yield sandbox


@pytest.fixture
def desk(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(sandbox, tmp_path, monkeypatch)


def broken(self: ServiceNow, cursor: object) -> object:
    try:
        return dict[str, str]()[TEXT]
    except KeyError as error:
        raise LookupError(TEXT, self, cursor) from error


@pytest.mark.parametrize("rehearse", [False, True])
def test_a_bug_in_one_connections_part_is_reported_and_the_others_run(desk: Desk, rehearse: bool) -> None:
    with mock.patch.object(ServiceNow, "changed", broken), capture_logs() as logs:
        report = desk.run(rehearse=rehearse)
    assert report.exit_code is Exit.BUG
    snow, jira = report.tallies
    assert snow.bug == "LookupError from KeyError"
    assert not jira.bug
    assert jira.evaluated > 0
    (line,) = [one for one in logs if one["event"] == "bug"]
    assert (line["connection"], line["error"], line["version"]) == ("snow", "LookupError from KeyError", __version__)
    assert line["places"].startswith("run/test_bug.py:")
    assert "sync.py:" in line["places"]
    said = [text for text in troubles_of(report) if "bug" in text]
    assert ["snow: a bug of slabridge" in text for text in said] == [True]
    assert TEXT not in str([logs, report.as_json(), said])


def test_a_connection_that_cannot_be_opened_ends_its_own_part_alone(desk: Desk) -> None:
    with mock.patch.object(ServiceNow, "__init__", side_effect=LookupError(TEXT)), capture_logs() as logs:
        report = desk.run()
    snow, jira = report.tallies
    assert (report.exit_code, snow.bug, jira.bug) == (Exit.BUG, "LookupError", "")
    assert jira.evaluated > 0
    assert TEXT not in str([logs, report.as_json()])


def test_settings_that_cannot_be_used_are_refused_for_their_own_connection(desk: Desk) -> None:
    with mock.patch.object(ServiceNow, "__init__", side_effect=Refused("no such thing")):
        report = desk.run()
    snow, jira = report.tallies
    assert (snow.refusal, jira.refusal, jira.evaluated > 0) == ("no such thing", "", True)


def test_one_that_cannot_be_closed_keeps_no_other_open(desk: Desk) -> None:
    closed: list[str] = []
    with (
        mock.patch.object(ServiceNow, "close", side_effect=LookupError),
        mock.patch.object(Jira, "close", lambda self: closed.append(self.name)),
        pytest.raises(LookupError),
    ):
        desk.run()
    assert closed == ["jira"]


def test_the_run_after_it_makes_good_what_was_left(desk: Desk) -> None:
    with mock.patch.object(ServiceNow, "changed", broken):
        assert desk.run().exit_code is Exit.BUG
    after = desk.run()
    assert after.exit_code is Exit.COMPLETE
    assert after.tallies[0].evaluated > 0


@pytest.mark.parametrize("error", [StateError("the state is full"), Busy("taken"), KeyboardInterrupt()])
def test_what_ends_the_whole_run_still_does(desk: Desk, error: BaseException) -> None:
    def fail(_: Context) -> None:
        raise error

    with mock.patch.object(sync, "pull", fail), pytest.raises(type(error)):
        desk.run()
