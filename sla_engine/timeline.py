"""What all objectives share about a table as seen at one instant: the stretch of time behind each row."""

from collections.abc import Mapping

import numpy as np

from sla_engine.replay import Cycles
from sla_engine.table import Rows, Table
from sla_engine.worktime import Calendar, Instants


class Timeline:
    """A table up to `as_of` (ms UTC).

    `last` is each ticket's last row, `following` the instant at which the next row of the same ticket (or `as_of`) ends
    a row's stretch, `tied` the first row of its ticket at the same instant.
    """

    def __init__(self, table: Table, as_of: int, calendars: Mapping[str, Calendar]) -> None:
        self.table = table
        self.as_of = as_of
        self.calendars = calendars
        self.last: Rows = table.first[1:] - 1
        last = self.last[np.diff(table.first) > 0]
        self.following: Instants = np.empty_like(table.at)
        self.following[:-1] = table.at[1:]
        self.following[last] = as_of
        begins_instant = np.ones(len(table.at), np.bool_)
        np.not_equal(table.at[1:], table.at[:-1], out=begins_instant[1:])
        begins_instant[last[:-1] + 1] = True
        self.tied: Rows = latest(begins_instant)
        self._work: dict[str, Instants] = {}
        self._sums: dict[tuple[int, str], tuple[Instants, Instants]] = {}

    def work(self, calendar: str) -> Instants:
        """Return the working time of each row's stretch, in milliseconds."""
        if calendar not in self._work:
            self._work[calendar] = self.calendars[calendar].between(self.table.at, self.following)
        return self._work[calendar]

    def sums(self, cycles: Cycles, calendar: str) -> tuple[Instants, Instants]:
        """Return running totals over the rows, with a leading zero: time counted, and working time paused."""
        known = (id(cycles), calendar)
        if known not in self._sums:
            work = self.work(calendar)
            counts = cycles.active & ~cycles.paused
            self._sums[known] = _running_total(work * counts), _running_total(work * cycles.paused)
        return self._sums[known]


def latest(marked: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Rows:
    """Return for each row the last marked row at or before it (0 where there is none)."""
    rows = np.arange(len(marked), dtype=np.int64)
    result: Rows = np.maximum.accumulate(np.where(marked, rows, 0)) if len(marked) else rows
    return result


def _running_total(amounts: Instants) -> Instants:
    result = np.zeros(len(amounts) + 1, np.int64)
    np.cumsum(amounts, out=result[1:])
    return result
