"""Tickets as columns: one row per creation, history entry and comment, all tickets below each other.

The fields of a row hold their values after it. Only the fields that somebody asks for become columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sla_engine.ticket import Values

Rows = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

CREATION: Final = 0
HISTORY: Final = 1
COMMENT: Final = 2

CommentKey = tuple[str, bool, str, Values]
"""Role, whether public, author and the author's further names: what a condition can ask of a comment."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field: `codes` has one code per row, `values` says what each code means."""

    codes: Codes
    values: Sequence[Values]


@dataclass(frozen=True, slots=True)
class Table:
    """`first` has the first row of each ticket and, at its end, the number of rows; `at` is ms UTC.

    Within a ticket rows are in replay order. `comments` holds a code into `authors` per row, -1 at other rows.
    """

    first: Rows
    at: Rows
    kind: npt.NDArray[np.int8]
    columns: Mapping[str, Column]
    comments: Codes
    authors: Sequence[CommentKey]

    def slice(self, begin: int, end: int) -> "Table":
        """Return the tickets [begin, end) as views on this table."""
        rows = slice(int(self.first[begin]), int(self.first[end]))
        return Table(
            self.first[begin : end + 1] - self.first[begin],
            self.at[rows],
            self.kind[rows],
            {name: Column(column.codes[rows], column.values) for name, column in self.columns.items()},
            self.comments[rows],
            self.authors,
        )

    def until(self, as_of: int) -> "Table":
        """Return the table without the rows after `as_of` (ms UTC); a ticket may have none left."""
        seen = self.at <= as_of
        if seen.all():
            return self
        kept = np.concatenate([[0], np.cumsum(seen)])
        return Table(
            kept[self.first],
            self.at[seen],
            self.kind[seen],
            {name: Column(column.codes[seen], column.values) for name, column in self.columns.items()},
            self.comments[seen],
            self.authors,
        )

    def as_at(self, tickets: Rows, instants: Rows) -> "Table":
        """Return the named tickets, each as it stood at an instant (ms UTC), one for each pair; its rows until then.

        One ticket may be named many times, and is then as many tickets.
        """
        if not len(tickets):
            return self.slice(0, 0)
        least = int(self.at.min(initial=0))
        span = int(self.at.max(initial=0)) - least + 2
        order = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first)) * span + (self.at - least)
        wanted = tickets * span + np.clip(instants - least, -1, span - 2)
        length = np.searchsorted(order, wanted, side="right") - self.first[tickets]
        first = np.concatenate([[0], np.cumsum(length)])
        rows = np.arange(first[-1]) + np.repeat(self.first[tickets] - first[:-1], length)
        columns = {name: Column(column.codes[rows], column.values) for name, column in self.columns.items()}
        return Table(first, self.at[rows], self.kind[rows], columns, self.comments[rows], self.authors)
