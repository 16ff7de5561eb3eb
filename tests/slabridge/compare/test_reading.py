"""How the tools' own clocks are read."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from connectors.errors import Refused
from connectors.interface import NativeClock
from sla_engine.instant import HOUR, parse_instant
from slabridge.app.connect import connected
from tests.slabridge.compare.conftest import Open
from tests.slabridge.compare.shop import Shop

ACTIVE = {"incident_state": "Active"}
WAITING = {"incident_state": "Awaiting User Info"}
RESOLVED = {"incident_state": "Resolved"}


@contextmanager
def clocks(shop: Shop) -> Iterator[dict[str, NativeClock]]:
    """Give the clocks of the incident by name, read past the command."""
    with connected(shop.job.config()) as ((_, connector),):
        (page,) = connector.changed(None)
        yield {clock.name: clock for clock in connector.clocks([ticket.id for ticket in page.tickets])}


def change(shop: Shop, query: str, **values: str) -> None:
    """Write into the one row of task_sla that a query finds."""
    shop.table("PATCH", f"task_sla/{shop.row(query)['sys_id']}", **values)


def test_a_row_of_task_sla_is_read_with_its_definition_and_schedule(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", ACTIVE), ("11:00", RESOLVED))
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    with clocks(snow) as found:
        assert set(found) == {"P3 response", "P3 resolution"}
        clock = found["P3 resolution"]
    assert (clock.kind, clock.stage, clock.calendar) == ("sla", "completed", "Service desk hours")
    assert (clock.elapsed, clock.paused, clock.target) == (2 * HOUR, HOUR, 36 * HOUR)
    assert clock.started_at == parse_instant("2016-03-01T08:00:00Z")
    assert clock.stopped_at == clock.calculated_at == parse_instant("2016-03-01T11:00:00Z")
    assert clock.due_at == parse_instant("2016-03-04T10:30:00Z")


def test_without_a_schedule_the_actual_time_counts(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", WAITING), ("10:00", RESOLVED), priority="1 - Critical")
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    change(snow, "sla.name=P1 resolution", business_duration="", business_pause_duration="")
    with clocks(snow) as found:
        clock = found["P1 resolution"]
    assert (clock.elapsed, clock.paused, clock.calendar) == (HOUR, HOUR, "")


@pytest.mark.parametrize(
    ("stored", "stage"),
    [("Completed", "completed"), ("completed", "completed"), ("achieved", "completed"), ("Breached", "completed")],
)
def test_stages_are_read_in_both_spellings(shop: Open, stored: str, stage: str) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    change(snow, "sla.name=P3 response", stage=stored)
    with clocks(snow) as found:
        assert found["P3 response"].stage == stage
        assert found["P3 resolution"].stage == "running"


def test_a_row_that_a_repair_shows_twice_is_one_clock(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    snow.table("POST", "task_sla", **snow.row("sla.name=P3 response"))
    assert len(snow.table("GET", "task_sla?sla.name=P3 response")) == 2
    with connected(snow.job.config()) as ((_, connector),):
        (page,) = connector.changed(None)
        names = [clock.name for clock in connector.clocks([page.tickets[0].id])]
    assert sorted(names) == ["P3 resolution", "P3 response"]


def test_a_row_that_cannot_be_read_is_said_and_the_others_are_read(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    change(snow, "sla.name=P3 response", stage="Asleep")
    with capture_logs() as said, clocks(snow) as found:
        assert set(found) == {"P3 resolution"}
    assert [entry["reason"] for entry in said if "reason" in entry] == [
        "stage is 'asleep', which is none of ServiceNow's"
    ]


def test_a_definition_that_decides_by_a_script_is_warned_about_once(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE), ("09:00", RESOLVED), ("10:00", ACTIVE))
    snow.define("P3 resolution", condition_class="OurOwnConditions")
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    with capture_logs() as said, clocks(snow):
        pass
    assert [entry["definition"] for entry in said if "condition_class" in entry] == ["P3 resolution"]


def test_rows_or_fields_that_may_not_be_read_end_it_with_what_to_grant(shop: Open) -> None:
    snow = shop("snow", ("08:05", ACTIVE))
    snow.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    snow.sandbox.switch("servicenow", hidden_fields={"task_sla": ["stage"]})
    with pytest.raises(Refused, match="may not read stage of task_sla"), clocks(snow):
        pass
    snow.sandbox.switch("servicenow", hidden_fields={}, hidden_rows={"task_sla": "stage=completed"})
    with pytest.raises(Refused, match="rows of task_sla are hidden"), clocks(snow):
        pass


def test_cycles_of_a_request_are_read_completed_and_ongoing(shop: Open) -> None:
    jira = shop("jira", ("08:05", ACTIVE), ("09:00", RESOLVED), ("10:00", ACTIVE), ("11:00", WAITING))
    jira.sandbox.move_to(parse_instant("2016-03-01T12:00:00Z"))
    with connected(jira.job.config()) as ((_, connector),):
        (page,) = connector.changed(None)
        jira.sandbox.requests(reset=True)
        found = [c for c in connector.clocks([page.tickets[0].id]) if c.name == "Time to resolution"]
        assert jira.sandbox.requests() == {"GET /rest/api/3/field": 1, "POST /rest/api/3/issue/bulkfetch": 1}
    assert [(clock.stage, clock.elapsed, clock.due_at is None) for clock in found] == [
        ("completed", HOUR, False),
        ("paused", HOUR, True),
    ]
    assert found[1].calculated_at == parse_instant("2016-03-01T12:00:00Z")


def test_an_issue_that_is_gone_has_no_clocks(shop: Open) -> None:
    jira = shop("jira")
    with connected(jira.job.config()) as ((_, connector),):
        assert list(connector.clocks(["99999"])) == []
