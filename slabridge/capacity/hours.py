"""The local hours of a window of time: each has a weekday and an hour, and an hour that the zone leaves out is none."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from sla_engine.instant import DAY, HOUR, MINUTE
from sla_engine.table import Rows
from sla_engine.worktime import Instants
from sla_engine.zone import Zone

HOURS: Final = 24
WEEK: Final = 7 * HOURS
_STEP: Final = 15 * MINUTE
"""Offsets of zones are whole quarters of an hour."""
_THURSDAY: Final = 3
"""The weekday of 1970-01-01, where Monday is 0."""


@dataclass(frozen=True, slots=True)
class LocalHours:
    """The hours of [first, until), ms UTC; `first` is a local midnight.

    `starts` are the instants at which they begin, `days` the local dates (days since 1970) and `hours` 0 to 23. The
    last hour and the last date may not be whole; an hour that an autumn repeats is one.
    """

    zone: Zone
    first: int
    until: int
    starts: Sequence[int]
    days: Sequence[int]
    hours: Sequence[int]

    @classmethod
    def of(cls, zone: Zone, first: int, until: int) -> Self:
        """Return the local hours of a window."""
        at = np.arange(first, until, _STEP, dtype=np.int64)
        number = zone.local(at) // HOUR
        begins = np.flatnonzero(np.append([True], number[1:] != number[:-1]))
        starts, number = at[begins].tolist(), number[begins]
        return cls(zone, first, until, starts, (number // HOURS).tolist(), (number % HOURS).tolist())

    def place(self, at: int) -> int:
        """Return the place of the hour in which an instant lies."""
        return bisect_right(self.starts, at) - 1

    @property
    def whole_days(self) -> Rows:
        """The dates that lie in the window from midnight to midnight."""
        last = int(self.zone.local(np.array([self.until], np.int64))[0]) // DAY
        return np.arange(self.days[0], last, dtype=np.int64)

    def counted(self, at: Instants) -> int:
        """Return how many instants lie in whole days of the window."""
        days = self.whole_days
        local = self.zone.local(at[at >= self.first]) // DAY
        return int((local <= days[-1]).sum()) if len(days) else 0

    def weekly(self, at: Instants) -> list[list[int]]:
        """Return for each of the 168 hours of a week, Monday's first one first, what each such hour of the window saw.

        `at` are instants; those outside the window, and those of a last hour that is not over, are left out.
        """
        local = self.zone.local(np.array([self.until], np.int64))[0]
        whole = len(self.starts) - bool(local % HOUR)
        place = np.searchsorted(np.array(self.starts, np.int64), at, side="right") - 1
        seen = np.bincount(place[(place >= 0) & (place < whole) & (at < self.until)], minlength=len(self.starts))
        found: list[list[int]] = [[] for _ in range(WEEK)]
        for day, hour, count in zip(self.days[:whole], self.hours, seen.tolist(), strict=False):
            found[weekday(day) * HOURS + hour].append(count)
        return found


def weekday(day: int) -> int:
    """Return the weekday of a date (days since 1970); Monday is 0."""
    return (day + _THURSDAY) % 7


def quantile(ordered: Sequence[int], percent: int) -> int:
    """Return the smallest of some ordered numbers (one at least) that so many percent do not exceed."""
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
