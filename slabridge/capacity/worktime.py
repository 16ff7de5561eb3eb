"""The working time of one calendar in a window, for one instant at a time."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Self

from sla_engine.instant import NEVER
from sla_engine.worktime import Calendar


@dataclass(frozen=True, slots=True)
class WorkTime:
    """Intervals of working time and, with one more at its end, the working time before each; all in ms."""

    starts: list[int]
    ends: list[int]
    before: list[int]

    @classmethod
    def of(cls, calendar: Calendar, first: int, until: int) -> Self:
        """Return the working time of [first, until), ms UTC, and perhaps of more."""
        starts, ends = (edges.tolist() for edges in calendar.intervals(first, until))
        return cls(starts, ends, [0, *accumulate(end - start for start, end in zip(starts, ends, strict=True))])

    def due(self, start: int, amount: int) -> int:
        """Return the first instant until which so much working time lies from `start` on; `NEVER` if none does."""
        if not amount:
            return start
        at = bisect_right(self.starts, start) - 1
        wanted = amount if at < 0 else self.before[at] + min(start, self.ends[at]) - self.starts[at] + amount
        place = bisect_left(self.before, wanted) - 1
        return NEVER if place >= len(self.starts) else self.starts[place] + wanted - self.before[place]
