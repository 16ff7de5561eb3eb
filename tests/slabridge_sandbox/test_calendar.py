from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from sla_engine.calendar import CalendarDefinition, HolidayCode, Span
from sla_engine.worktime import Calendar as EnginesCalendar
from slabridge_sandbox.calendar import WHOLE_DATE, Calendar, Shift
from slabridge_sandbox.instant import DAY, HOUR, MINUTE, instant_of, parse_instant

ZONES = ("Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia")
BREAK = ((8 * 60, 12 * 60), (12 * 60 + 45, 17 * 60))
NIGHT = ((22 * 60, 30 * 60),)
EARLY = ((60, 150), (165, 300))
WEEKS = {
    "hours with a break": (*[BREAK] * 5, (), ()),
    "night shifts": (NIGHT,) * 7,
    "shifts that overlap the night before": (*[((0, 3 * 60), *NIGHT)] * 4, BREAK, (), NIGHT),
    "hours in which clocks change": (EARLY,) * 7,
    "all time": ((WHOLE_DATE,),) * 7,
}
CHANGES = [
    parse_instant(text)
    for text in (
        *("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"),
        *("2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z", "2018-11-04T03:00:00Z", "2011-12-30T10:00:00Z"),
    )
]
"""When clocks go back or forward: Stockholm, New York, Lord Howe, Sao Paulo (at midnight), Apia (by a whole day)."""
instants = st.one_of(
    st.builds(lambda change, by: change + by * MINUTE, st.sampled_from(CHANGES), st.integers(-3000, 3000)),
    st.integers(parse_instant("2025-01-01T00:00:00Z"), parse_instant("2027-01-01T00:00:00Z")),
)


def both(zone: str, weekly: tuple[tuple[Shift, ...], ...]) -> tuple[Calendar, EnginesCalendar]:
    """Return the same hours twice, with holidays and shifts taken out."""
    closed = {date(2026, 3, 28): ((23 * 60, 27 * 60),), date(2026, 10, 25): (WHOLE_DATE,)}
    maintenance = {6: ((90, 150),), 3: ((10 * 60, 13 * 60),)}
    ours = Calendar(ZoneInfo(zone), weekly, country_holidays("SE"), closed, maintenance)
    definition = CalendarDefinition(
        timezone=zone,
        weekly=tuple(tuple(Span(*shift) for shift in shifts) for shifts in weekly),
        holidays=(HolidayCode("SE"),),
        closed=tuple((day, Span(*shift)) for day, shifts in closed.items() for shift in shifts),
        weekly_maintenance=tuple((day, Span(*shift)) for day, shifts in maintenance.items() for shift in shifts),
    )
    return ours, EnginesCalendar(definition)


PAIRS = {(zone, name): both(zone, weekly) for zone in ZONES for name, weekly in WEEKS.items()}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(PAIRS)), instants, st.integers(0, 40 * DAY), st.integers(0, 60 * HOUR))
def test_it_comes_to_the_same_as_the_engine(pair: tuple[str, str], start: int, length: int, amount: int) -> None:
    calendar, engine = PAIRS[pair]
    begin = np.array([start])
    assert calendar.worked(start, start + length) == engine.elapsed(begin, begin + length)[0]
    assert calendar.add(start, amount) == engine.due(begin, np.array([amount]))[0]


@settings(deadline=None)
@given(st.sampled_from(sorted(PAIRS)), instants, st.integers(1, 60 * HOUR))
def test_what_is_added_was_worked_by_then_and_not_before(pair: tuple[str, str], start: int, amount: int) -> None:
    calendar = PAIRS[pair][0]
    end = calendar.add(start, amount)
    assert calendar.worked(start, end) == amount
    assert calendar.worked(start, end - 1) == amount - 1
    assert calendar.open_at(end - 1)


def at(zone: str, *local: int) -> int:
    return instant_of(datetime(*local, tzinfo=ZoneInfo(zone)).astimezone(UTC))  # type: ignore[arg-type, misc]


STOCKHOLM = ZONES[0]


@pytest.mark.parametrize(
    ("zone", "shifts", "day", "hours"),
    [
        (STOCKHOLM, NIGHT, (2026, 3, 28), 7),
        (STOCKHOLM, NIGHT, (2026, 10, 24), 9),
        ("Australia/Lord_Howe", NIGHT, (2026, 4, 4), 8.5),
        (STOCKHOLM, ((150, 240),), (2026, 3, 29), 0.5),  # from 02:30, which is 03:30, until 04:00
        (STOCKHOLM, ((150, 180),), (2026, 3, 29), 0),  # from 02:30, which is 03:30, until 03:00: never
        (STOCKHOLM, ((150, 240),), (2026, 10, 25), 2.5),  # from the first 02:30
        (STOCKHOLM, ((60, 150),), (2026, 10, 25), 1.5),  # until the first 02:30
    ],
)
def test_clocks_that_change_within_a_shift(
    zone: str, shifts: tuple[Shift, ...], day: tuple[int, int, int], hours: float
) -> None:
    calendar = Calendar(ZoneInfo(zone), tuple(shifts if date(*day).weekday() == n else () for n in range(7)))
    noon = at(zone, *day, 12)
    assert calendar.worked(noon - DAY, noon + DAY) == hours * HOUR


def test_a_holiday_takes_its_own_local_date_and_no_more() -> None:
    calendar = Calendar(ZoneInfo(STOCKHOLM), (NIGHT,) * 7, holidays={date(2026, 3, 3)})
    shifts = [(at(STOCKHOLM, 2026, 3, day, 12), at(STOCKHOLM, 2026, 3, day + 1, 12)) for day in (1, 2, 3)]
    assert [calendar.worked(*shift) for shift in shifts] == [8 * HOUR, 2 * HOUR, 6 * HOUR]
    assert calendar.add(at(STOCKHOLM, 2026, 3, 2, 22), 2 * HOUR) == at(STOCKHOLM, 2026, 3, 3, 0)
    assert calendar.add(at(STOCKHOLM, 2026, 3, 2, 22), 2 * HOUR + 1) == at(STOCKHOLM, 2026, 3, 4, 0) + 1
