"""What all objectives share about a table as seen at one instant: the stretch of time behind each row."""

from collections.abc import Mapping

import numpy as np

from sla_engine.table import Mask, Rows, Table
from sla_engine.worktime import Calendar, Instants


class Timeline:
    """A table up to `as_of` (ms UTC), or each ticket up to an instant of its own, `until`.

    `opening` marks each ticket's first row, `ticket` is the ticket of each row, `last` each ticket's last row.
    `following` is the instant at which the next row of the same ticket (or `until`) ends a row's stretch, `tied` the
    first row of its ticket at the same instant.
    """

    def __init__(
        self, table: Table, as_of: int, calendars: Mapping[str, Calendar], until: Instants | None = None
    ) -> None:
        self.table = table
        self.as_of = as_of
        self.calendars = calendars
        self.last: Rows = table.first[1:] - 1
        rows = np.diff(table.first)
        self.until: Instants = np.full(len(rows), as_of, np.int64) if until is None else until
        self.ticket: Rows = np.repeat(np.arange(len(rows)), rows)
        first, last = table.first[:-1][rows > 0], self.last[rows > 0]
        self.opening: Mask = np.zeros(len(table.at), np.bool_)
        self.opening[first] = True
        self.following: Instants = np.empty_like(table.at)
        self.following[:-1] = table.at[1:]
        self.following[last] = self.until[rows > 0]
        moves = self.opening.copy()
        moves[1:] |= table.at[1:] != table.at[:-1]
        self.tied: Rows = latest(moves)
        self._work: dict[str, Instants] = {}

    def row_at(self, rows: Rows, at: Instants) -> Rows:
        """Return, going on from these rows, the last row of each one's ticket at or before an instant."""
        final = self.last[self.ticket[rows]]
        while True:
            following = np.minimum(rows + 1, final)
            ahead = (following > rows) & (self.table.at[following] <= at)
            if not ahead.any():
                return rows
            rows = np.where(ahead, following, rows)

    def work(self, calendar: str) -> Instants:
        """Return the working time of each row's stretch, in milliseconds."""
        if calendar not in self._work:
            self._work[calendar] = self.calendars[calendar].between(self.table.at, self.following)
        return self._work[calendar]

    def total(self, counts: Mask, calendar: str) -> Instants:
        """Return the running total of working time over the rows that count, with a leading zero."""
        return running_total(counts, self.work(calendar)) if counts.any() else np.zeros(len(counts) + 1, np.int64)


def running_total(counts: Mask, work: Instants) -> Instants:
    """Return the running total over the rows that count, with a leading zero."""
    total = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(np.where(counts, work, 0), out=total[1:])
    return total


def latest(marked: Mask) -> Rows:
    """Return for each row the last marked row at or before it (0 where there is none)."""
    rows = np.arange(len(marked), dtype=np.int64)
    result: Rows = np.maximum.accumulate(np.where(marked, rows, 0)) if len(marked) else rows
    return result
