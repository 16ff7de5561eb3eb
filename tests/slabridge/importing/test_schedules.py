from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import Calendar
from sla_engine.instant import DAY, MINUTE
from slabridge.config import load_definitions
from slabridge.importing.finding import Kind
from slabridge.importing.wanted import Horizon
from tests.slabridge.importing.native import HORIZON, OFFICE, imported, refused, said, scheduled, table
from tests.slabridge.importing.reference import minutes, span

EPOCH = date(1970, 1, 1)
NINE_TO_FIVE = ("20260105T090000", "20260105T170000")  # a Monday


def counted(*spans: Mapping[str, str], horizon: Horizon = HORIZON) -> dict[date, bytearray]:
    """Return the minutes that the imported calendar counts, by date."""
    found = imported(scheduled(), spans=spans, horizon=horizon)
    assert refused(found) == []
    document = table(found)
    calendar = Calendar(load_definitions(document).calendars["office"])
    first, last = ((day - EPOCH).days * DAY for day in (horizon.first, horizon.last + timedelta(days=1)))
    starts, ends = calendar.intervals(first, last - 1)
    held = bytearray((last - first) // MINUTE)
    for start, end in zip(np.clip(starts, first, last).tolist(), np.clip(ends, first, last).tolist(), strict=True):
        a, b = (start - first) // MINUTE, (end - first) // MINUTE
        held[a:b] = b"\1" * (b - a)
    return {day: held[n * 1440 : (n + 1) * 1440] for n, day in enumerate(horizon.days)}


def expected(spans: Iterable[Mapping[str, str]], horizon: Horizon = HORIZON) -> dict[date, bytearray]:
    return minutes(spans, horizon.first, horizon.last)


OPEN = span("20250106T080000", "20250106T180000", repeat_type="daily")
SHIFTS = {
    "once": span(*NINE_TO_FIVE),
    "daily": span(*NINE_TO_FIVE, repeat_type="daily"),
    "every third day": span(*NINE_TO_FIVE, repeat_type="daily", repeat_count="3"),
    "weekdays": span(*NINE_TO_FIVE, repeat_type="weekdays", days_of_week="1"),
    "weekends": span("20260103T090000", "20260103T120000", repeat_type="weekends"),
    "Monday, Wednesday, Friday": span(*NINE_TO_FIVE, repeat_type="weekMWF"),
    "Tuesday, Thursday": span("20260106T090000", "20260106T120000", repeat_type="weekTT"),
    "weekly": span(*NINE_TO_FIVE, repeat_type="weekly", days_of_week="146"),
    "every second week": span(*NINE_TO_FIVE, repeat_type="weekly", days_of_week="15", repeat_count="2"),
    "on a day of the month": span(*NINE_TO_FIVE, repeat_type="monthly"),
    "on a weekday of the month": span(*NINE_TO_FIVE, repeat_type="monthly", monthly_type="dow"),
    "on the last day of the month": span(
        "20260131T090000", "20260131T170000", repeat_type="monthly", monthly_type="ldom"
    ),
    "on the last Monday of the month": span(*NINE_TO_FIVE, repeat_type="monthly", monthly_type="ldow"),
    "every second month": span(*NINE_TO_FIVE, repeat_type="monthly", repeat_count="2"),
    "on a day of the year": span("20200606T000000", "20200606T235959", repeat_type="yearly", all_day="true"),
    "on a leap day": span("20240229T090000", "20240229T170000", repeat_type="yearly"),
    "Martin Luther King's day": span(
        *("20250120T000000", "20250120T235959"),
        all_day="true",
        repeat_type="yearly",
        yearly_type="float",
        float_week="3",
        float_day="2",
        month="1",
    ),
    "the last Friday of May": span(
        *NINE_TO_FIVE, repeat_type="yearly", yearly_type="float", float_week="last", float_day="6", month="5"
    ),
    "until a date": span(*NINE_TO_FIVE, repeat_type="weekdays", repeat_until="20270630"),
    "overnight": span("20260105T220000", "20260106T060000", repeat_type="weekdays"),
    "a whole weekend": span("20260103T000000", "20260104T235959", repeat_type="weekly", days_of_week="6"),
    "longer than a day": span("20260105T220000", "20260107T030000", repeat_type="weekly", days_of_week="1"),
    "days in a row, once": span("20260702T120000", "20260705T080000"),
    "round the clock": span("20250101T000000", "20250101T235959", all_day="true", repeat_type="daily"),
    "not begun yet": span("20270104T090000", "20270104T170000", repeat_type="weekdays"),
}


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS.keys())
def test_an_entry_counts_as_worked_out_minute_by_minute(shift: dict[str, str]) -> None:
    begun = {day for day in HORIZON.days if day >= date(2026, 1, 5)}  # those before are a finding, and tested apart
    found, wanted = counted(shift), expected([shift])
    assert any(any(held) for held in wanted.values())
    assert [day for day in begun if found[day] != wanted[day]] == []


@pytest.mark.parametrize("shift", SHIFTS.values(), ids=SHIFTS.keys())
def test_an_exclusion_takes_away_what_it_covers_and_no_more(shift: dict[str, str]) -> None:
    if shift is SHIFTS["round the clock"]:
        return
    spans = [OPEN, {**shift, "type": "exclude"}]
    found, wanted = counted(*spans), expected(spans)
    assert [day for day in HORIZON.days if day >= date(2026, 1, 5) and found[day] != wanted[day]] == []


def test_an_exclusion_beats_what_is_open_on_one_date_alone() -> None:
    extra = span("20260704T100000", "20260705T030000")
    closed = span("20260704T000000", "20260704T235959", all_day="true", type="exclude")
    spans = [OPEN, extra, closed]
    assert counted(*spans) == expected(spans)


TIMES = st.integers(0, 95).map(lambda quarter: timedelta(minutes=15 * quarter))
DATES = st.dates(date(2025, 1, 1), date(2025, 12, 20))


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    day, at = draw(DATES), draw(TIMES)
    length = draw(st.integers(1, 200)) * timedelta(minutes=15)
    start = f"{day:%Y%m%d}T{at.seconds // 3600:02}{at.seconds // 60 % 60:02}00"
    over, end = divmod(at + length, timedelta(days=1))
    stop = f"{day + timedelta(days=over):%Y%m%d}T{end.seconds // 3600:02}{end.seconds // 60 % 60:02}00"
    kind = draw(
        st.sampled_from(["", "daily", "weekdays", "weekends", "weekMWF", "weekTT", "weekly", "monthly", "yearly"])
    )
    monthly = st.sampled_from(["dom", "dow", "ldom", "ldow"] if day.day <= 28 else ["ldom", "ldow"])
    days = draw(st.sets(st.sampled_from("1234567"), min_size=1))
    return span(
        start,
        stop,
        type=draw(st.sampled_from(["", "exclude"])),
        repeat_type=kind,
        repeat_count="1" if kind.startswith("week") and kind != "weekly" else draw(st.sampled_from("1123")),
        repeat_until=draw(st.sampled_from(["00000000", "20260917", "20280229"])),
        days_of_week="".join(sorted(days)),
        monthly_type=draw(monthly),
        yearly_type=draw(st.sampled_from(["doy", "float"])),
        float_week=draw(st.sampled_from(["1", "2", "3", "4", "last"])),
        float_day=draw(st.sampled_from("1234567")),
        month=draw(st.sampled_from(["1", "2", "6", "11", "12"])),
    )


@given(st.lists(rows(), min_size=1, max_size=5))
def test_any_schedule_counts_as_worked_out_minute_by_minute(spans: list[dict[str, str]]) -> None:
    spans = [span(*NINE_TO_FIVE), *spans]
    one_year = replace(HORIZON, last=date(2026, 12, 31))
    assert counted(*spans, horizon=one_year) == expected(spans, one_year)


def test_an_all_day_entry_loses_no_second_at_midnight() -> None:
    found = imported(
        scheduled(), spans=[span("20250101T000000", "20250101T235959", all_day="true", repeat_type="daily")]
    )
    assert table(found, "calendars", "office", "hours") == "24x7"


def test_hours_are_written_as_a_person_would() -> None:
    found = imported(
        scheduled(),
        spans=[
            span("20240101T080000", "20240101T120000", repeat_type="weekdays"),
            span("20240101T130000", "20240101T170000", repeat_type="weekly", days_of_week="1234"),
        ],
        zone="Europe/Stockholm",
    )
    assert table(found, "calendars", "office") == {
        "timezone": "Europe/Stockholm",
        "hours": {"mon-thu": ["08:00-12:00", "13:00-17:00"], "fri": ["08:00-12:00"]},
    }


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ({"repeat_type": "specific"}, "repeat_type"),
        ({"type": "meeting"}, "type"),
        ({"override_start_date": "20260302"}, "override_start_date"),
        ({"repeat_type": "weekly", "days_of_week": "8"}, "days_of_week"),
        ({"repeat_type": "weekdays", "repeat_count": "2"}, "repeat_count"),
        ({"repeat_type": "monthly", "monthly_type": "other"}, "monthly_type"),
        (
            {"repeat_type": "monthly", "start_date_time": "20260131T090000", "end_date_time": "20260131T100000"},
            "monthly_type",
        ),
        ({"repeat_type": "yearly", "yearly_type": "float", "float_week": "5"}, "float_week"),
        ({"start_date_time": "yesterday"}, "start_date_time"),
        ({"end_date_time": "20260105T085900"}, "end_date_time"),
        ({"end_date_time": "20260105T170030"}, "end_date_time"),
        ({"end_date_time": "20991231T170000", "repeat_type": "daily", "repeat_count": "2"}, "end_date_time"),
        ({"end_date_time": "20991231T170000", "repeat_type": "daily"}, "end_date_time"),
    ],
    ids=str,
)
def test_what_is_not_known_of_an_entry_leaves_schedule_and_definition_as_comments(
    columns: dict[str, str], column: str
) -> None:
    odd = {**span(*NINE_TO_FIVE), **columns}
    found = imported(scheduled(), spans=[span("20240101T080000", "20240101T120000", repeat_type="weekdays"), odd])
    assert [named for named, _ in refused(found)] == [column, "schedule"]
    assert (found.paths("calendars"), found.paths("agreements")) == ([], [])
    assert "# [calendars.office]" in found.text
    assert '# hours = { mon-fri = ["08:00-12:00"] }' in found.text
    assert "# not translated: Resolution: schedule = Office" in found.text


def child(name: str, parent: str, number: int, **columns: str) -> tuple[dict[str, str], dict[str, str]]:
    sys_id = f"{number:032x}"
    schedule = {"sys_id": sys_id, "name": name, "time_zone": columns.pop("zone", ""), "parent": ""}
    return schedule, {"schedule": parent, "child_schedule": sys_id, "type": "include", "time_zone": "", **columns}


def with_children(
    *children: tuple[dict[str, str], dict[str, str]], more: Iterable[dict[str, str]] = ()
) -> dict[str, object]:
    office = {"sys_id": OFFICE, "name": "Office", "time_zone": "UTC", "parent": ""}
    spans = [{"schedule": OFFICE, **span("20240101T080000", "20240101T160000", repeat_type="daily")}]
    for schedule, _ in children:
        day = f"2026060{int(schedule['sys_id'], 16) - 1}"
        closed = span(f"{day}T000000", f"{day}T235959", all_day="true", type="exclude")
        spans.append({"schedule": schedule["sys_id"], **closed})
    return {
        "cmn_schedule": [office, *(schedule for schedule, _ in children)],
        "cmn_schedule_span": spans,
        "cmn_other_schedule": [*(link for _, link in children), *more],
    }


def test_the_children_of_a_schedule_count_for_it_through_chains_and_loops() -> None:
    first, second = child("Facility", OFFICE, 2), child("National", f"{2:032x}", 3)
    back = {"schedule": f"{3:032x}", "child_schedule": OFFICE, "type": "include", "time_zone": ""}
    tables = with_children(first, second, more=[back])
    found = imported(scheduled(), **tables)  # type: ignore[arg-type]
    assert refused(found) == []
    assert table(found, "calendars", "office", "closed") == ["2026-06-01", "2026-06-02"]


@pytest.mark.parametrize(
    "columns", [{"zone": "America/New_York"}, {"time_zone": "Asia/Tokyo"}, {"type": "exclude"}], ids=str
)
def test_a_child_that_counts_otherwise_is_refused(columns: dict[str, str]) -> None:
    found = imported(scheduled(), **with_children(child("Far", OFFICE, 2, **columns)))  # type: ignore[arg-type]
    assert found.paths("agreements") == []


def test_a_schedule_that_floats_takes_the_zone_of_its_definition() -> None:
    spans = [span("20240101T080000", "20240101T160000", repeat_type="daily")]
    own = scheduled(timezone_source="sla.timezone", timezone="Europe/Paris")
    found = imported(own, scheduled(name="Other"), spans=spans, zone="floating", timezone="Asia/Tokyo")
    assert {calendar["timezone"] for calendar in table(found, "calendars").values()} == {"Europe/Paris", "Asia/Tokyo"}
    assert any("that of each ticket there" in why for why in said(found, Kind.DIFFERS))


def test_a_schedule_that_floats_with_the_caller_is_refused_until_somebody_says_whose_time_counts() -> None:
    spans = [span("20240101T080000", "20240101T160000", repeat_type="daily")]
    [(column, why)] = refused(imported(scheduled(), spans=spans, zone=""))
    assert (column, "--timezone" in why) == ("timezone_source", True)


def test_times_in_utc_are_those_of_the_zone_of_the_schedule() -> None:
    spans = [span("20240101T070000Z", "20240101T150000Z", repeat_type="daily")]
    found = imported(scheduled(), spans=spans, zone="Europe/Stockholm")
    assert table(found, "calendars", "office", "hours") == {"mon-sun": ["08:00-16:00"]}


@pytest.mark.parametrize("kind", ["maintenance", "blackout"])
def test_entries_for_the_planning_of_changes_are_dropped_and_told(kind: str) -> None:
    found = imported(scheduled(), spans=[OPEN, span(*NINE_TO_FIVE, type=kind)])
    assert table(found, "calendars", "office", "hours") == {"mon-sun": ["08:00-18:00"]}
    assert said(found, Kind.DROPPED) == ["entry 'an entry' is for the planning of changes, and no time of an SLA"]


def test_an_expired_exclusion_is_told() -> None:
    holiday = span(
        "20180704T000000",
        "20180704T235959",
        all_day="true",
        type="exclude",
        repeat_type="yearly",
        repeat_until="20211231",
    )
    found = imported(scheduled(), spans=[OPEN, {**holiday, "name": "Independence Day"}])
    assert said(found, Kind.CHECK) == ["exclusion 'Independence Day' has expired: no such day is closed any more"]
    assert "closed" not in table(found, "calendars", "office")


def test_an_entry_that_began_within_the_years_counts_before_then_and_says_so() -> None:
    found = imported(scheduled(), spans=[span("20260202T080000", "20260202T160000", repeat_type="weekdays")])
    assert said(found, Kind.DIFFERS) == ["entry 'an entry' begins on 2026-02-02; here it counts before then, too"]


def german(*, without: str = "", more: str = "") -> list[dict[str, str]]:
    import holidays  # noqa: PLC0415 - of this test alone

    days = [day for day in holidays.country_holidays("DE", years=range(2026, 2029)) if day.isoformat() != without]
    days += [date.fromisoformat(more)] if more else []
    return [span(f"{day:%Y%m%d}T000000", f"{day:%Y%m%d}T235959", all_day="true", type="exclude") for day in days]


WORKDAYS = span("20240101T080000", "20240101T160000", repeat_type="weekdays")


def test_the_holidays_of_a_country_become_its_code() -> None:
    found = imported(scheduled(), spans=[WORKDAYS, *german()], zone="Europe/Berlin")
    office = table(found, "calendars", "office")
    assert office["holidays"] == ["DE"]
    assert "closed" not in office


def test_a_date_closed_besides_stands_beside_the_code() -> None:
    found = imported(scheduled(), spans=[WORKDAYS, *german(more="2026-12-24")], zone="Europe/Berlin")
    office = table(found, "calendars", "office")
    assert (office["holidays"], office["closed"]) == (["DE"], ["2026-12-24"])


def test_a_holiday_that_is_worked_keeps_the_dates_and_names_the_difference() -> None:
    found = imported(scheduled(), spans=[WORKDAYS, *german(without="2026-05-01")], zone="Europe/Berlin")
    office = table(found, "calendars", "office")
    assert "holidays" not in office
    assert "2027-10-03" in office["closed"]
    assert '# check: nearly holidays = ["DE"], which has besides: 2026-05-01; and lacks: nothing' in found.text
