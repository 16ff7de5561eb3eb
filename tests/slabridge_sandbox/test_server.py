"""The sandbox as a whole: two tools, one clock, in this process or in another."""

from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import requests

from sla_engine.instant import HOUR, MINUTE, instant_of, parse_instant
from slabridge_sandbox.embedded import Sandbox, SandboxError
from slabridge_sandbox.log import LogError
from slabridge_sandbox.server import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

NOON = parse_instant("2016-03-01T12:00:00Z")


def test_both_tools_answer_on_ports_of_their_own_with_the_stories_that_are_theirs() -> None:
    with Sandbox(SandboxOptions(size=50, seed=3), in_process=True) as sandbox:
        sandbox.move_to(sandbox.now + 60 * 24 * HOUR)
        instance = Instance(sandbox)
        with instance.session:
            incidents = int(instance.ask("GET", "table/incident", limit=1).headers["X-Total-Count"])
        account = (sandbox.jira.user, sandbox.jira.secret)
        body = {"jql": "created > -365d", "maxResults": 100}
        answer = requests.post(f"{sandbox.jira.url}/rest/api/3/search/jql", json=body, auth=account, timeout=PATIENCE)
        issues = answer.json()["issues"]
    assert incidents + len(issues) == 50
    assert 10 <= len(issues) <= 30


def test_it_runs_in_a_process_of_its_own_and_ends_with_the_block() -> None:
    with Sandbox(SandboxOptions(size=5)) as sandbox:
        url = f"{sandbox.servicenow.url}/sandbox/clock"
        before = sandbox.now
        sandbox.move_to(before + MINUTE)
        assert sandbox.now == before + MINUTE
        assert requests.get(url, timeout=PATIENCE).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=PATIENCE)


def test_the_clock_stands_still_until_it_is_told_and_dates_every_answer(sandbox: Sandbox) -> None:
    assert sandbox.now == NOON
    url = f"{sandbox.servicenow.url}/api/now/table/incident"
    assert instant_of(parsedate_to_datetime(requests.get(url, timeout=PATIENCE).headers["Date"])) == NOON
    sandbox.move_to(NOON + 90 * MINUTE)
    answer = requests.get(f"{sandbox.jira.url}/nothing", timeout=PATIENCE)
    assert instant_of(parsedate_to_datetime(answer.headers["Date"])) == NOON + 90 * MINUTE
    assert len(answer.raw.headers.getlist("Date")) == 1


def test_moving_the_clock_lets_people_do_what_they_did_until_then_and_nothing_later(sandbox: Sandbox) -> None:
    instance = Instance(sandbox)
    with instance.session:
        assert instance.numbers("ORDERBYnumber") == ["INC0000001", "INC0000002"]
        assert sandbox.move_to(parse_instant("2016-03-01T13:00:00Z")) == 1
        assert instance.numbers("ORDERBYnumber") == ["INC0000001", "INC0000002", "INC0000003"]
        assert instance.incident("INC0000001")["resolved_at"] == ""
        assert sandbox.move_to(parse_instant("2016-03-02T11:29:00Z")) == 1
        assert instance.incident("INC0000001")["resolved_at"] == "2016-03-02 11:29:00"
        assert sandbox.move_to(parse_instant("2016-04-01T00:00:00Z")) == 3
        assert (instance.incident("INC0000001")["state"], instance.incident("INC0000001")["reopen_count"]) == ("7", "1")


def test_the_clock_moves_by_a_duration_and_never_back(sandbox: Sandbox) -> None:
    url = f"{sandbox.jira.url}/sandbox/clock"
    assert requests.post(url, json={"advance": "1h30m"}, timeout=PATIENCE).json()["now"] == "2016-03-01T13:30:00Z"
    with pytest.raises(ValueError, match="does not go back"):
        sandbox.move_to(NOON)


@pytest.mark.parametrize("body", ["{}", "{", "[]", '{"now": "noon"}', '{"advance": "1d"}', '{"advance": 5}'])
def test_a_clock_that_is_told_nonsense_says_what_to_send(sandbox: Sandbox, body: str) -> None:
    answer = requests.post(f"{sandbox.servicenow.url}/sandbox/clock", data=body, timeout=PATIENCE)
    assert answer.status_code == 400
    assert 'send {"now": "2026-03-03T08:00:00Z"} or {"advance": "1h"}' in answer.json()["error"]


def test_a_clock_with_a_rate_runs_and_people_act_as_it_does(tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(size=20, rate=1e7, directory=tmp_path), in_process=True) as sandbox:
        first = sandbox.now
        instance = Instance(sandbox)
        with instance.session:
            while not instance.rows("incident", limit=1):
                assert sandbox.now > first


def test_requests_are_counted_by_method_and_path_until_the_count_is_reset(sandbox: Sandbox) -> None:
    instance = Instance(sandbox)
    with instance.session:
        instance.patch("INC0000002", work_notes="hello")
        instance.ask("GET", "nonsense")
    expected = {"GET /api/now/table/{table}": 1, "PATCH /api/now/table/{table}/{sys_id}": 1, "GET /api/{rest:path}": 1}
    assert sandbox.requests(reset=True) == expected
    assert sandbox.requests() == {}


@pytest.mark.parametrize("in_process", [True, False])
def test_a_log_that_cannot_be_read_is_reported_by_name(tmp_path: Path, in_process: bool) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("number\n")
    with (
        pytest.raises((LogError, SandboxError), match=r"broken\.csv, line 1: no column incident_state"),
        Sandbox(SandboxOptions(log=path), in_process=in_process),
    ):
        pass


def test_a_port_that_is_taken_is_reported(sandbox: Sandbox) -> None:
    port = int(sandbox.servicenow.url.rpartition(":")[2])
    with (
        pytest.raises(OSError, match=f"in use: 127.0.0.1:{port}; choose another"),
        Sandbox(SandboxOptions(servicenow_port=port), in_process=True),
    ):
        pass
