from datetime import date
from zoneinfo import ZoneInfo

import pytest

from slabridge_sandbox.calendar import Calendar
from slabridge_sandbox.instant import format_instant, parse_instant
from slabridge_sandbox.servicenow.relative import Relative
from tests.slabridge_sandbox.servicenow.instance import Instance

DESK = "Service desk hours"


def test_a_schedule_has_its_entries_and_those_of_its_child(reader: Instance) -> None:
    [desk] = reader.rows("cmn_schedule", f"name={DESK}", fields="sys_id,time_zone")
    assert desk["time_zone"] == "Europe/Stockholm"
    own = reader.rows(
        "cmn_schedule_span", f"schedule={desk['sys_id']}^ORDERBYstart_date_time", fields="type,repeat_type"
    )
    assert sorted((row["type"], row["repeat_type"]) for row in own) == [
        ("", "weekdays"),
        ("", "weekly"),
        ("exclude", ""),
        ("exclude", ""),
        ("exclude", "weekly"),
    ]
    [link] = reader.rows("cmn_other_schedule", f"schedule={desk['sys_id']}", exclude_reference_link="true")
    days = reader.rows("cmn_schedule_span", f"schedule={link['child_schedule']}", fields="start_date_time,repeat_type")
    starts = {row["start_date_time"][:8]: row["repeat_type"] for row in days}
    assert (starts["20101224"], starts["20260403"]) == ("yearly", "")


def test_relative_durations_stand_there_as_scripts(reader: Instance) -> None:
    rows = reader.rows("cmn_relative_duration", "nameSTARTSWITHNext day", fields="script")
    assert 'calculator.isAfter(calculator.startDateTime, "10:00:00")' in rows[0]["script"]


OFFICE = Calendar(ZoneInfo("UTC"), weekly=(*[((480, 1020),)] * 5, (), ()), holidays=(date(2026, 3, 5),))
"""From 8 to 17, closed on Thursday the 5th."""


@pytest.mark.parametrize(
    ("arrived", "due"),
    [
        ("2026-03-02T09:59:59Z", "2026-03-03T16:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-03T16:00:00Z"),
        ("2026-03-02T10:00:01Z", "2026-03-04T16:00:00Z"),
        ("2026-03-02T06:00:00Z", "2026-03-03T16:00:00Z"),
        ("2026-03-04T09:00:00Z", "2026-03-06T16:00:00Z"),
        ("2026-03-07T09:00:00Z", "2026-03-11T16:00:00Z"),
    ],
    ids=["in time", "at the cutoff", "late", "before hours", "over a holiday", "on a closed day"],
)
def test_a_relative_duration_is_worked_out_as_duration_calculator_does(arrived: str, due: str) -> None:
    assert format_instant(Relative(1, "16:00", "10:00").due(parse_instant(arrived), OFFICE)) == due
