from email.utils import parsedate_to_datetime

import pytest
import requests

from sla_engine.instant import MINUTE, instant_of, parse_instant
from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

NOON = parse_instant("2016-03-01T12:00:00Z")


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


def test_requests_are_counted_by_method_and_path_until_the_count_is_reset(sandbox: Sandbox) -> None:
    instance = Instance(sandbox)
    with instance.session:
        instance.patch("INC0000002", work_notes="hello")
        instance.ask("GET", "nonsense")
    expected = {"GET /api/now/table/{table}": 1, "PATCH /api/now/table/{table}/{sys_id}": 1, "GET /api/{rest:path}": 1}
    assert sandbox.requests(reset=True) == expected
    assert sandbox.requests() == {}
