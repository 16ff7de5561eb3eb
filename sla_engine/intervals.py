"""From what a calendar says to the instants of its working time, one UTC year at a time.

Local times become instants by the zone's rules: a time in a spring gap moves forward by the gap, an ambiguous one is
its first occurrence. Python's `fold=0` is exactly that. Source: docs/engine.md, "Calendars".
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sla_engine.calendar import CalendarDefinition, DayOfYear, HolidayCode, Span
from sla_engine.instant import instant_of

Interval = tuple[int, int]
"""Half-open [start, end) in milliseconds UTC."""

_WHOLE_DATE = Span(0, 24 * 60)
_MARGIN = 3  # days: an overnight span, a zone's offset, and Apia's skipped day


def working_intervals(definition: CalendarDefinition, year: int) -> list[Interval]:
    """Return the working time within one UTC year: sorted, disjoint and not empty."""
    zone = ZoneInfo(definition.timezone)
    first, last = (instant_of(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(-_MARGIN, 366 + _MARGIN)]
    opened = dict(definition.open)
    hours = (_interval(day, span, zone) for day in days for span in opened.get(day, definition.weekly[day.weekday()]))
    removed = [
        *(_interval(day, _WHOLE_DATE, zone) for day in days if day not in opened and is_holiday(definition, day)),
        *(_interval(day, span or _WHOLE_DATE, zone) for day, span in _closings(definition, days)),
        *(
            _interval(day, span, zone)
            for day in days
            for weekday, span in definition.weekly_maintenance
            if day.weekday() == weekday
        ),
        *((_instant(start, zone), _instant(end, zone)) for start, end in definition.maintenance),
    ]
    clipped = ((max(start, first), min(end, last)) for start, end in subtract(union(hours), union(removed)))
    return [(start, end) for start, end in clipped if start < end]


def _closings(definition: CalendarDefinition, days: list[date]) -> Iterator[tuple[date, Span | None]]:
    """Yield what is closed of the days: dates, and those of every year."""
    for closed, span in definition.closed:
        if isinstance(closed, DayOfYear):
            yield from ((day, span) for day in days if (day.month, day.day) == (closed.month, closed.day))
        elif days[0] <= closed <= days[-1]:
            yield closed, span


def _interval(day: date, span: Span, zone: ZoneInfo) -> Interval:
    midnight = datetime.combine(day, datetime.min.time())
    return (
        _instant(midnight + timedelta(minutes=span.start), zone),
        _instant(midnight + timedelta(minutes=span.end), zone),
    )


def _instant(local: datetime, zone: ZoneInfo) -> int:
    return instant_of(local.replace(tzinfo=zone))


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """Sort, drop what is empty or reversed, and join what overlaps or touches."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def subtract(intervals: list[Interval], removed: list[Interval]) -> Iterator[Interval]:
    """Yield what is left of `intervals`; both are sorted and disjoint."""
    begin = 0
    for start, end in intervals:
        while begin < len(removed) and removed[begin][1] <= start:
            begin += 1
        left = start
        for hole_start, hole_end in removed[begin:]:
            if hole_start >= end:
                break
            if left < hole_start:
                yield left, hole_start
            left = hole_end
        if left < end:
            yield left, end


def is_holiday(definition: CalendarDefinition, day: date) -> bool:
    """Return whether a local date is one of the calendar's holidays; whether it is open all the same is not asked."""
    return any(day in _holidays_of(code, day.year) for code in definition.holidays)


@cache
def _holidays_of(code: HolidayCode, year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 - who has no calendar of a country need not wait for it

    found = holidays.country_holidays(
        code.country, subdiv=code.subdivision, years=year, expand=False, categories=code.categories
    )
    return frozenset(found)
