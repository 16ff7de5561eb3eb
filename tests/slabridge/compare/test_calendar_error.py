"""A calendar of the engine that counts wrongly is seen: the tools' clocks of the sandbox count by one of their own.

The ticket waits in between. Without a pause compare takes hours that differ for another schedule of the ServiceNow.
"""

from collections.abc import Callable

import pytest

from sla_engine.calendar import CalendarDefinition
from sla_engine.instant import HOUR
from sla_engine.intervals import Interval, working_intervals
from tests.slabridge.compare.conftest import Open

ACTIVE = {"incident_state": "Active"}
WAITING = {"incident_state": "Awaiting User Info"}
RESOLVED = {"incident_state": "Resolved"}
CLOCKS = {"snow": "P3 resolution", "jira": "Time to resolution"}
ERRORS: dict[str, Callable[[Interval], Interval]] = {
    "loses the last hour of each day": lambda worked: (worked[0], worked[1] - HOUR),
    "is an hour late": lambda worked: (worked[0] + HOUR, worked[1] + HOUR),
}


@pytest.fixture(params=list(ERRORS))
def error(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = ERRORS[request.param]

    def wrongly(definition: CalendarDefinition, year: int) -> list[Interval]:
        return [wrong(worked) for worked in working_intervals(definition, year)]

    monkeypatch.setattr("sla_engine.worktime.working_intervals", wrongly)


@pytest.mark.parametrize("tool", CLOCKS)
def test_a_wrong_calendar_is_not_explained_away(shop: Open, tool: str, error: None) -> None:  # noqa: ARG001 - it acts by being there
    there = shop(tool, ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("03-03 07:30", RESOLVED))
    there.at("03-03 12:00")
    found = there.clock(CLOCKS[tool])
    assert (found["finding"], found["reasons"]) == ("unexplained", [])
    assert "elapsed" in found["differences"]


@pytest.mark.parametrize("tool", CLOCKS)
def test_the_same_ticket_agrees_by_the_right_one(shop: Open, tool: str) -> None:
    there = shop(tool, ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("03-03 07:30", RESOLVED))
    there.at("03-03 12:00")
    assert there.clock(CLOCKS[tool])["finding"] == "agree"
