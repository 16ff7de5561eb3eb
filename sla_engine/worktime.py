"""A calendar compiled to sorted integer arrays, on which both questions are lookups.

`edges` are the instants at which working time begins and ends, in turn. Between two edges the working time since the
origin is `offset + (t & mask)`: the mask is all ones inside working time and zero outside. Which edge is the last at
or before t is read from a grid of cells of 2**20 ms (about 17 minutes) and a step or two within the cell, several
times faster than a binary search over millions of instants.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from sla_engine.calendar import CalendarDefinition
from sla_engine.instant import DAY, NEVER, instant_of, moment_of
from sla_engine.intervals import working_intervals
from sla_engine.zone import Zone

Instants = npt.NDArray[np.int64]

HORIZON: Final = 3653 * DAY
"""A due time later than this after a cycle's end makes a ticket invalid (docs/engine.md, "Calendars")."""

_AROUND: Final = 2 * DAY
_CELL: Final = 20


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The working time of the years [first, last), which begin and end at instants `begin` and `end`."""

    first: int
    last: int
    begin: int
    end: int
    starts: Instants
    worked: Instants
    """Working time up to the end of each interval, and its start; `worked[i]` is before interval i."""
    edges: Instants
    offset: Instants
    mask: Instants
    grid: npt.NDArray[np.int32]
    steps: int

    def since_begin(self, at: Instants) -> Instants:
        """Return the working time in [begin, at); every instant must lie within the compiled years."""
        edge = self.grid[(at - self.begin) >> _CELL]
        for _ in range(self.steps):
            edge = edge + (self.edges[edge] <= at)
        result: Instants = self.offset[edge] + (at & self.mask[edge])
        return result


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Local dates in which working time lies, as days since 1970, and the instants at which it ends in each."""

    day: Instants
    end: Instants


class Calendar:
    """Working time of one calendar: `elapsed` and `due`, for arrays of instants in milliseconds UTC.

    Years are compiled when an instant first reaches them, and kept.
    """

    def __init__(self, definition: CalendarDefinition) -> None:
        self.definition = definition
        self.zone = Zone(definition.timezone)
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._compiled: _Compiled | None = None
        self._days: tuple[_Compiled, WorkingDays] | None = None

    def elapsed(self, start: Instants, end: Instants) -> Instants:
        """Return the working time in [start, end), in milliseconds; negative where end is before start."""
        if not len(start):
            return np.zeros(0, np.int64)
        compiled = self._cover(min(int(start.min()), int(end.min())), max(int(start.max()), int(end.max())))
        return compiled.since_begin(end) - compiled.since_begin(start)

    def between(self, at: Instants, following: Instants) -> Instants:
        """Return the working time in [at, following) for rows of which most begin where the one before ends."""
        if not len(at):
            return np.zeros(0, np.int64)
        compiled = self._cover(int(at.min()), int(following.max()))
        since = compiled.since_begin(at)
        result = np.empty_like(since)
        result[:-1] = since[1:]
        apart = np.flatnonzero(following[:-1] != at[1:])
        result[apart] = compiled.since_begin(following[apart])
        result[-1:] = compiled.since_begin(following[-1:])
        result -= since
        return result

    def due(self, start: Instants, amount: Instants) -> Instants:
        """Return the earliest instants t with elapsed(start, t) == amount (ms, not negative); `start` for zero.

        `NEVER` stands where that is beyond the horizon after `start`; some instants beyond it are still given.
        """
        if not len(start):
            return np.zeros(0, np.int64)
        first, last = int(start.min()), int(start.max())
        compiled = self._cover(first, last)
        wanted = compiled.since_begin(start) + amount
        while wanted.max() > compiled.worked[-1] and compiled.end <= last + HORIZON:
            compiled = self._cover(first, compiled.end)
            wanted = compiled.since_begin(start) + amount
        interval = np.searchsorted(compiled.worked[1:], wanted, side="left")
        found = interval < len(compiled.starts)
        interval[~found] = 0
        if len(compiled.starts):
            result = compiled.starts[interval] + (wanted - compiled.worked[interval])
        else:
            result = np.zeros(len(start), np.int64)
        result[~found] = NEVER
        np.copyto(result, start, where=amount == 0)
        return result

    def opens(self, at: int) -> int:
        """Return the first instant of working time that is not before `at`; within the horizon, or its end."""
        found = self.due(np.array([at], np.int64), np.array([1], np.int64))
        return min(int(found[0]) - 1, at + HORIZON)

    def intervals(self, first: int, last: int) -> tuple[Instants, Instants]:
        """Return the beginnings and ends of the working time around [first, last], and perhaps of more."""
        compiled = self._cover(first, last)
        return compiled.starts, compiled.starts + np.diff(compiled.worked)

    def working_days(self, first: int, last: int) -> WorkingDays:
        """Return the local dates in which working time lies: those around [first, last], and perhaps more."""
        compiled = self._cover(first - _AROUND, last + _AROUND)
        if self._days is None or self._days[0] is not compiled:
            self._days = compiled, self._find_days(compiled)
        return self._days[1]

    def _find_days(self, compiled: _Compiled) -> WorkingDays:
        ends = compiled.starts + np.diff(compiled.worked)
        dates = (self.zone.local(compiled.starts) // DAY, self.zone.local(ends - 1) // DAY)
        midnight = cache(lambda day: self.zone.instant(day, 0))
        found: dict[int, int] = {}
        for start, end, first, last in zip(*(a.tolist() for a in (compiled.starts, ends, *dates)), strict=True):
            # A zone may leave a date out, or go back over midnight: so one more on both sides.
            for day in range(first - 1, last + 2):
                begin, until = midnight(day), midnight(day + 1)
                if compiled.begin <= begin and until <= compiled.end and max(start, begin) < min(end, until):
                    found[day] = min(end, until)
        days = sorted(found)
        return WorkingDays(np.array(days, np.int64), np.array([found[day] for day in days], np.int64))

    def _cover(self, first: int, last: int) -> _Compiled:
        """Return the calendar compiled for at least [first, last]."""
        compiled = self._compiled
        if compiled is not None and compiled.begin <= first and last < compiled.end:
            return compiled
        begin, end = moment_of(first).year, moment_of(last).year + 1
        if compiled is not None:
            begin, end = min(begin, compiled.first), max(end, compiled.last)
        for year in range(begin, end):
            if year not in self._years:
                self._years[year] = working_intervals(self.definition, year)
        self._compiled = _compile(begin, end, [span for year in range(begin, end) for span in self._years[year]])
        return self._compiled


def _compile(first: int, last: int, intervals: list[tuple[int, int]]) -> _Compiled:
    begin, end = (instant_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (first, last))
    spans = np.array(intervals, np.int64).reshape(-1, 2)
    worked = np.concatenate([[0], np.cumsum(spans[:, 1] - spans[:, 0])])
    edges = spans.reshape(-1)
    mask = np.zeros(len(edges) + 1, np.int64)
    mask[1::2] = -1
    offset = np.zeros(len(edges) + 1, np.int64)
    offset[1::2] = worked[:-1] - spans[:, 0]
    offset[2::2] = worked[1:]
    cells = np.arange(begin, end + (1 << _CELL), 1 << _CELL, dtype=np.int64)
    grid = np.searchsorted(edges, cells, side="right").astype(np.int32)
    return _Compiled(
        first=first,
        last=last,
        begin=begin,
        end=end,
        starts=spans[:, 0].copy(),
        worked=worked,
        edges=np.append(edges, NEVER),
        offset=offset,
        mask=mask,
        grid=grid,
        steps=int(np.diff(grid).max(initial=0)),
    )
