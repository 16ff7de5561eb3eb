"""Instants at which a clock begins tellingly: just before days off, and outside of hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from sla_engine.instant import DAY, instant_of
from sla_engine.worktime import Calendar
from slabridge.text.spoken import zoned

AHEAD: Final = 60 * DAY
"""So far ahead days off are looked for."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Time between two stretches of working time, [start, end) in ms UTC; `opened` is when the one before it began."""

    opened: int
    start: int
    end: int
    zone: str

    @property
    def days_off(self) -> bool:
        """Whether a whole local date lies in it."""
        return (zoned(self.end, self.zone).date() - zoned(self.start - 1, self.zone).date()).days > 1

    def before(self, amount: int) -> int:
        """Return an instant so long before it, or as long as there was working time then."""
        return max(self.opened, self.start - amount)

    @property
    def within(self) -> int:
        """An instant in it: ten o'clock on its first whole date, else its middle."""
        ten = _local(zoned(self.start - 1, self.zone), 1, 10)
        return ten if self.days_off and self.start <= ten < self.end else self.start + (self.end - self.start) // 2


def evening(calendar: Calendar, after: int) -> int:
    """Return ten o'clock in the evening of the first Friday on which that is not before an instant."""
    today = zoned(after, calendar.definition.timezone)
    days = (4 - today.weekday()) % 7
    first = _local(today, days, 22)
    return first if first >= after else _local(today, days + 7, 22)


def _local(day: datetime, days: int, hour: int) -> int:
    """Return an hour so many dates after a day, in the day's zone."""
    date = day.date() + timedelta(days=days)
    return instant_of(datetime.combine(date, time(hour), tzinfo=day.tzinfo))


def telling_gap(calendar: Calendar, after: int) -> Gap | None:
    """Return the first days off after an instant, else the first time without work; None where there is none soon."""
    gaps = list(_gaps(calendar, after))
    return next((gap for gap in gaps if gap.days_off), gaps[0] if gaps else None)


def _gaps(calendar: Calendar, after: int) -> Iterator[Gap]:
    worked = working(calendar, after, after + AHEAD)
    for (opened, start), (end, _) in pairwise(worked):
        yield Gap(opened, start, end, calendar.definition.timezone)


def working(calendar: Calendar, first: int, last: int) -> list[tuple[int, int]]:
    """Return the stretches of working time in [first, last), none of which touches the next."""
    starts, ends = calendar.intervals(first, last)
    some = slice(int(np.searchsorted(ends, first, side="right")), int(np.searchsorted(starts, last, side="left")))
    found: list[tuple[int, int]] = []
    for start, end in zip(starts[some].tolist(), ends[some].tolist(), strict=True):
        begin, until = max(start, first), min(end, last)
        if found and found[-1][1] == begin:
            found[-1] = found[-1][0], until
        else:
            found.append((begin, until))
    return found
