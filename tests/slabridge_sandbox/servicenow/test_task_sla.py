"""The SLA engine of the instance, rule by rule."""

from dataclasses import replace
from itertools import pairwise

import pytest
import requests

from sla_engine.instant import DAY, HOUR, MINUTE, SECOND, parse_instant
from slabridge_sandbox.hours import OFFICE
from slabridge_sandbox.servicenow.contract_sla import SlaDefinition
from slabridge_sandbox.servicenow.matching import matches
from slabridge_sandbox.servicenow.task_sla import CANCELLED, COMPLETED, IN_PROGRESS, PAUSED, TaskSla, TaskSlas
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance

MONDAY = parse_instant("2016-02-29T08:00:00Z")
RESOLUTION = SlaDefinition(
    sys_id="b",
    name="Resolution",
    duration=8 * HOUR,
    schedule="",
    start="stateNOT IN6,7",
    stop="stateIN6,7",
    pause="state=4",
    resume="",
    reset="",
    cancel="",
    when_to_cancel="no_match",
    when_to_resume="no_match",
    reset_action="cancel",
    start_from="",
)
TASK = {"state": "1", "priority": "3"}


def replay(definition: SlaDefinition, *steps: tuple[int, dict[str, str]]) -> list[TaskSla]:
    """Return the rows after updates at (ms after MONDAY, what they change)."""
    slas, task = TaskSlas(), dict(TASK)
    for at, changes in ((0, {}), *steps):
        task |= changes
        slas.update(task, MONDAY + at, [definition], {"opened_at": MONDAY - HOUR})
    return slas.rows


def stages(rows: list[TaskSla]) -> list[str]:
    return [row.stage for row in rows]


def test_an_empty_condition_never_matches() -> None:
    assert not matches("", {"state": "1"})
    endless = replace(RESOLUTION, stop="", when_to_cancel="never")
    assert stages(replay(endless, (HOUR, {"state": "7"}))) == [IN_PROGRESS]
    assert replay(replace(RESOLUTION, start="")) == []


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("state=1^priority=3", True),
        ("state=1^priority=2", False),
        ("state=2^ORstate=1^priority=3", True),
        ("state=2^priority=3^NQstate=1", True),
        ("stateNOT IN6,7", True),
        ("priority<4^priority>=3", True),
        ("groupISEMPTY^stateISNOTEMPTY", True),
        ("group!=x", False),
    ],
)
def test_conditions_are_encoded_queries(condition: str, expected: bool) -> None:
    assert matches(condition, TASK) is expected


def test_a_condition_that_is_none_is_said() -> None:
    with pytest.raises(ValueError, match="state LIKES 1"):
        matches("state LIKES 1", TASK)


def test_it_attaches_at_the_update_and_stops_at_one() -> None:
    (row,) = replay(RESOLUTION, (HOUR, {"state": "2"}), (3 * HOUR, {"state": "6"}))
    assert (row.start, row.end, row.stage) == (MONDAY, MONDAY + 3 * HOUR, COMPLETED)
    assert (row.business, row.business_percentage, row.breached) == (3 * HOUR, 37.5, False)


def test_what_ended_stays_as_it_is() -> None:
    (row,) = replay(RESOLUTION, (HOUR, {"state": "6"}), (2 * HOUR, {"state": "7"}))
    assert (row.end, row.business) == (MONDAY + HOUR, HOUR)


def test_a_reopened_task_gets_a_new_row() -> None:
    rows = replay(RESOLUTION, (HOUR, {"state": "6"}), (2 * HOUR, {"state": "2"}))
    assert stages(rows) == [COMPLETED, IN_PROGRESS]
    assert rows[1].start == MONDAY + 2 * HOUR


def test_a_pause_is_booked_and_moves_the_breach_time_when_it_ends() -> None:
    (row,) = replay(RESOLUTION, (HOUR, {"state": "4"}))
    assert (row.stage, row.paused_at, row.pause, row.planned_end) == (
        PAUSED,
        MONDAY + HOUR,
        0,
        MONDAY + 8 * HOUR,
    )
    assert not row.recalculate(MONDAY + 2 * DAY)
    (row,) = replay(RESOLUTION, (HOUR, {"state": "4"}), (3 * HOUR, {"state": "2"}))
    assert (row.stage, row.paused_at, row.pause, row.planned_end) == (
        IN_PROGRESS,
        None,
        2 * HOUR,
        MONDAY + 10 * HOUR,
    )
    assert row.original_breach == MONDAY + 8 * HOUR


def test_a_stop_in_a_pause_books_it_and_leaves_the_breach_time() -> None:
    (row,) = replay(RESOLUTION, (HOUR, {"state": "4"}), (3 * HOUR, {"state": "6"}))
    assert (row.stage, row.business, row.planned_end) == (COMPLETED, HOUR, MONDAY + 8 * HOUR)


def test_on_a_schedule_pauses_count_by_its_hours() -> None:
    scheduled = replace(RESOLUTION, schedule=OFFICE)
    (row,) = replay(scheduled, (HOUR, {"state": "4"}), (DAY, {"state": "2"}), (DAY + HOUR, {"state": "6"}))
    assert (row.pause, row.business_pause) == (23 * HOUR, 8 * HOUR)
    assert (row.duration, row.business) == (2 * HOUR, 2 * HOUR)


def test_stop_is_stronger_than_cancel_and_pause() -> None:
    both = replace(
        RESOLUTION, stop="priority=1", cancel="priority=1", pause="priority=1", when_to_cancel="on_condition"
    )
    assert stages(replay(both, (HOUR, {"priority": "1"}))) == [COMPLETED]


def test_a_cancel_condition_also_keeps_a_clock_from_attaching() -> None:
    cancelling = replace(RESOLUTION, cancel="priority=1", when_to_cancel="on_condition")
    rows = replay(cancelling, (HOUR, {"priority": "1"}), (2 * HOUR, {"state": "2"}), (3 * HOUR, {"priority": "2"}))
    assert stages(rows) == [CANCELLED, IN_PROGRESS]


def test_a_start_condition_that_no_longer_holds_cancels_where_a_pause_was_meant() -> None:
    assert stages(replay(replace(RESOLUTION, start="state=1"), (HOUR, {"state": "4"}))) == [CANCELLED]


@pytest.mark.parametrize(("action", "stage"), [("cancel", CANCELLED), ("complete", COMPLETED)])
def test_a_reset_ends_the_row_and_attaches_one_that_is_pause_checked_at_once(action: str, stage: str) -> None:
    resetting = replace(RESOLUTION, reset="priority=1", reset_action=action)
    rows = replay(resetting, (HOUR, {"priority": "1", "state": "4"}))
    assert stages(rows) == [stage, PAUSED]


def test_where_pause_and_resume_both_match_nothing_changes() -> None:
    both = replace(RESOLUTION, resume="priority=1", when_to_resume="on_condition")
    assert stages(replay(both, (HOUR, {"state": "4", "priority": "1"}))) == [IN_PROGRESS]
    paused = (HOUR, {"state": "4"})
    assert stages(replay(both, paused, (2 * HOUR, {"priority": "1"}))) == [PAUSED]
    assert stages(replay(both, paused, (2 * HOUR, {"state": "2"}))) == [PAUSED]
    assert stages(replay(both, paused, (2 * HOUR, {"state": "2", "priority": "1"}))) == [IN_PROGRESS]


def test_another_priority_cancels_one_definition_and_attaches_another_in_one_update() -> None:
    low = replace(RESOLUTION, sys_id="a", start="priority=3")
    high = replace(RESOLUTION, sys_id="b", start="priority=1")
    slas = TaskSlas()
    slas.update(TASK, MONDAY, [low, high], {})
    slas.update(TASK | {"priority": "1"}, MONDAY + HOUR, [low, high], {})
    assert [(row.definition.sys_id, row.stage, row.end) for row in slas.rows] == [
        ("a", CANCELLED, MONDAY + HOUR),
        ("b", IN_PROGRESS, None),
    ]


def test_a_retroactive_start_is_a_field_of_the_task_else_the_update() -> None:
    (row,) = replay(replace(RESOLUTION, start_from="opened_at"))
    assert (row.start, row.business, row.planned_end) == (MONDAY - HOUR, HOUR, MONDAY + 7 * HOUR)
    (row,) = replay(replace(RESOLUTION, start_from="u_reported_at"))
    assert row.start == MONDAY


def test_a_retroactive_pause_is_looked_up_in_the_history_and_counts_from_the_start() -> None:
    late = replace(RESOLUTION, start="priority=1", stop="state=6", start_from="opened_at", retroactive_pause=True)
    steps = ((HOUR, {"state": "4"}), (3 * HOUR, {"state": "2"}), (4 * HOUR, {"priority": "1"}))
    (row,) = replay(late, *steps)
    assert (row.start, row.attached, row.stage) == (MONDAY - HOUR, MONDAY + 4 * HOUR, IN_PROGRESS)
    assert (row.pause, row.business, row.planned_end) == (2 * HOUR, 3 * HOUR, MONDAY + 9 * HOUR)
    (row,) = replay(replace(late, retroactive_pause=False), *steps)
    assert (row.pause, row.business, row.planned_end) == (0, 5 * HOUR, MONDAY + 7 * HOUR)
    (row,) = replay(late, (HOUR, {"state": "4"}), (4 * HOUR, {"priority": "1"}), (5 * HOUR, {"state": "2"}))
    assert (row.pause, row.business) == (4 * HOUR, 2 * HOUR)


def test_two_decimals_breach_before_the_time_is_up() -> None:
    (row,) = replay(replace(RESOLUTION, duration=1_000_000 * SECOND))
    row.calculate(MONDAY + 999_949 * SECOND)
    assert (row.business_percentage, row.breached) == (99.99, False)
    row.calculate(MONDAY + 999_950 * SECOND)
    assert (row.business_percentage, row.breached) == (100.0, True)


def test_left_over_time_is_never_negative() -> None:
    (row,) = replay(RESOLUTION)
    row.calculate(MONDAY + DAY)
    assert (row.time_left, row.business_time_left, row.business_percentage) == (0, 0, 300.0)


@pytest.mark.parametrize(
    ("duration", "passed", "ago"),
    [
        (8 * HOUR, 3 * HOUR + 25 * MINUTE, 25 * MINUTE),  # a day or less to the breach: hourly
        (8 * HOUR, 7 * HOUR + 25 * MINUTE, 5 * MINUTE),  # an hour or less: every 10 minutes
        (8 * HOUR, 8 * HOUR - 90 * SECOND, 30 * SECOND),  # 10 minutes or less: every minute
        (8 * HOUR, 8 * HOUR + MINUTE, MINUTE),  # just breached: at the breach time
        (20 * DAY, 3 * DAY + 2 * HOUR, 10 * HOUR),  # 30 days or less: daily, at midnight
    ],
)
def test_figures_are_as_old_as_the_job_for_their_distance_to_the_breach(duration: int, passed: int, ago: int) -> None:
    (row,) = replay(replace(RESOLUTION, duration=duration))
    now = MONDAY + passed
    assert row.recalculate(now)
    assert row.updated == now - ago
    assert row.business == passed - ago
    assert not row.recalculate(now), "nothing is left to do"


def test_breached_rows_are_recalculated_daily_until_ten_times_the_time_is_used() -> None:
    (row,) = replay(RESOLUTION)
    seen = []
    for day in range(1, 8):
        row.recalculate(MONDAY + day * DAY)
        seen.append(row.updated)
    midnight = MONDAY - 8 * HOUR
    assert seen == [midnight + day * DAY for day in (1, 2, 3)] + [midnight + 3 * DAY] * 4
    assert row.breached


def test_however_the_clock_moves_the_figures_are_the_same() -> None:
    by_steps, at_once = replay(RESOLUTION)[0], replay(RESOLUTION)[0]
    for now in range(MONDAY, MONDAY + 9 * HOUR, 7 * MINUTE):
        by_steps.recalculate(now)
        at_once = replay(RESOLUTION)[0]
        at_once.recalculate(now)
        assert by_steps == at_once


def test_rows_are_read_through_the_table_api(instance: Instance) -> None:
    fields = "sla.name,task.number,stage,start_time,planned_end_time,business_duration,schedule.name"
    rows = instance.rows("task_sla", "task.number=INC0000001^active=true", fields=fields)
    assert [row["sla.name"] for row in rows] == ["P2 resolution"]
    (row,) = instance.rows("task_sla", "task.number=INC0000001^sla.name=P3 resolution", fields=fields)
    assert row == {
        "sla.name": "P3 resolution",
        "task.number": "INC0000001",
        "stage": "cancelled",
        "start_time": "2016-03-01 08:00:00",
        "planned_end_time": "2016-03-04 09:30:00",
        "business_duration": "1970-01-01 01:00:00",
        "schedule.name": "Service desk hours",
    }
    assert "breach_time" not in instance.rows("task_sla")[0]


def test_the_clock_and_updates_bring_rows_up_to_date(instance: Instance) -> None:
    query = "task.number=INC0000002^sla.name=P1 resolution"

    def row() -> dict[str, str]:
        (found,) = instance.rows("task_sla", query)
        return found

    assert (row()["stage"], row()["has_breached"], row()["sys_updated_on"]) == (
        "in_progress",
        "false",
        "2016-03-01 12:00:00",
    )
    instance.sandbox.move_to(parse_instant("2016-03-01T15:00:00Z"))
    assert (row()["has_breached"], row()["business_percentage"]) == ("true", "100")
    instance.patch("INC0000002", state="6")
    assert (row()["stage"], row()["end_time"], row()["active"]) == ("completed", "2016-03-01 15:00:00", "false")
    instance.ask("DELETE", f"table/incident/{instance.key('INC0000002')}")
    assert instance.rows("task_sla", query) == []


def test_a_new_definition_counts_for_what_happens_from_then_on(instance: Instance) -> None:
    assert instance.rows("task_sla", "sla.name=Any")[:] == []
    body = {
        "name": "Any",
        "active": "true",
        "collection": "incident",
        "duration": "1970-01-01 01:00:00",
        "schedule_source": "no_schedule",
        "start_condition": "active=true",
        "when_to_cancel": "never",
    }
    assert instance.ask("POST", "table/contract_sla", body).status_code == 201
    assert instance.rows("task_sla", "sla.name=Any") == []
    instance.patch("INC0000002", state="2")
    (row,) = instance.rows("task_sla", "sla.name=Any")
    assert row["start_time"] == "2016-03-01 12:00:00"


def test_a_repair_makes_the_same_rows_with_new_ids(instance: Instance) -> None:
    before = instance.rows("task_sla", "ORDERBYsys_id")
    answer = requests.post(f"{instance.sandbox.servicenow.url}/sandbox/repair-slas", timeout=PATIENCE)
    after = instance.rows("task_sla", "ORDERBYsys_id")
    assert answer.json() == {"rows": len(before)}
    assert not {row["sys_id"] for row in before} & {row["sys_id"] for row in after}
    keys = [sorted((str(row["task"]), str(row["sla"]), row["start_time"]) for row in rows) for rows in (before, after)]
    assert all(one == other for one, other in pairwise(keys))
