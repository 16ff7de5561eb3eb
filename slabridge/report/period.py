"""Periods: calendar months, quarters, weeks and years of a zone, or from a date to a date (docs/reports.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from sla_engine.instant import instant_of, moment_of

Unit = Literal["week", "month", "quarter", "year", "days"]

_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
FIRST: Final = date(1970, 1, 1)
"""When the first period begins that can be asked for: no ticket has an instant before it."""
_LAST: Final = date(2200, 1, 1)
EXAMPLES = "2026-03, 2026-Q1, 2026-W10, 2026, or 2026-03-01..2026-04-01"


@dataclass(frozen=True, slots=True)
class Period:
    """The local dates [first, last) of a zone; `name` is how people write it."""

    name: str
    unit: Unit
    first: date
    last: date
    timezone: str

    @property
    def start(self) -> int:
        """When it begins, ms UTC."""
        return _midnight(self.first, self.timezone)

    @property
    def end(self) -> int:
        """When it is over, ms UTC."""
        return _midnight(self.last, self.timezone)

    def before(self, number: int = 1) -> "Period":
        """Return the period so many earlier: of the same unit, or of as many days."""
        if self.unit in _MONTHS:
            return _of_months(self.unit, _added(self.first, -number * _MONTHS[self.unit]), self.timezone)
        days = (self.last - self.first) * number
        return _of_days(self.unit, self.first - days, self.last - days, self.timezone)

    def next(self) -> "Period":
        """Return the one that begins where this one ends."""
        return self.before(-1)


def read_period(text: str, timezone: str) -> Period:
    """Return a period as people write it: 2026-03, 2026-Q1, 2026-W10, 2026, or 2026-03-01..2026-04-01.

    Raises:
        ValueError: it is none, or of years in which no ticket is.
    """
    try:
        found = _read(text, timezone)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValueError(f"{text!r} is no period; write {EXAMPLES}")
    if found.first < FIRST or found.last > _LAST:
        raise ValueError(f"{text!r} is not between the years {FIRST.year} and {_LAST.year - 1}")
    return found


def _read(text: str, timezone: str) -> Period | None:
    if found := re.fullmatch(r"(\d{4})", text):
        return _of_months("year", date(int(found[1]), 1, 1), timezone)
    if found := re.fullmatch(r"(\d{4})-(\d\d)", text):
        return _of_months("month", date(int(found[1]), int(found[2]), 1), timezone)
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        return _of_months("quarter", date(int(found[1]), 3 * int(found[2]) - 2, 1), timezone)
    if found := re.fullmatch(r"(\d{4})-W(\d\d)", text):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return _of_days("week", monday, monday + timedelta(days=7), timezone)
    if found := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", text):
        first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        return _of_days("days", first, last, timezone) if first < last else None
    return None


def period_of(unit: Unit, instant: int, timezone: str) -> Period:
    """Return the month, quarter or year in which an instant (ms UTC) lies."""
    day = moment_of(instant).astimezone(ZoneInfo(timezone)).date()
    months = _MONTHS[unit]
    return _of_months(unit, date(day.year, (day.month - 1) // months * months + 1, 1), timezone)


def periods_of(unit: Unit, within: Period) -> Iterator[Period]:
    """Yield the months, quarters or years that end within a period."""
    found = period_of(unit, within.start, within.timezone)
    while found.last <= within.last:
        yield found
        found = found.next()


def _of_months(unit: Unit, first: date, timezone: str) -> Period:
    last = _added(first, _MONTHS[unit])
    names = {
        "year": f"{first.year}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
        "month": f"{first.year}-{first.month:02}",
    }
    return Period(names[unit], unit, first, last, timezone)


def _of_days(unit: Unit, first: date, last: date, timezone: str) -> Period:
    year, week, _ = first.isocalendar()
    name = f"{year}-W{week:02}" if unit == "week" else f"{first}..{last}"
    return Period(name, unit, first, last, timezone)


def _added(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


@lru_cache(maxsize=1_000)
def _midnight(day: date, timezone: str) -> int:
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)))
