"""Rows of tickets, laid out one ticket after the other.

Most of the time goes into fetching a ticket from memory, and one that was just read is still in the processor's cache.
Steps that go through all tickets each, however fast, take twice as long (docs/decisions.md, "Speed").
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np

from sla_engine.condition import OWN_FIELDS, SOURCE
from sla_engine.plain import Held, PlainComment, PlainTicket
from sla_engine.table import COMMENT, CREATION, HISTORY, Column, CommentKey, Rows, Table
from sla_engine.ticket import Comment, Ticket, Values

_ABSENT: Final = -1
"""What stands for a field that a ticket does not have."""

_SPOKEN: Final = (Comment, PlainComment)


class Layout:
    """The rows laid out so far, but for their instants."""

    def __init__(self, fields: Iterable[str]) -> None:
        """Begin a table with these fields."""
        self._first = [0]
        self._authors: dict[CommentKey, int] = {}
        self._comments: dict[int, int] = {}
        self._sources: list[str] = []
        self._fields = {name: _Changes() for name in sorted(set(fields).difference(OWN_FIELDS))}

    def add(self, ticket: Ticket | PlainTicket, happened: Iterable[Any]) -> bool:
        """Add a ticket, to which this happened, in replay order; return whether its history joins."""
        fields, comments = self._fields, ticket.comments
        first = row = self._first[-1]
        self._sources.append(ticket.source)
        joins = True
        held: dict[str, Held] = {}
        for item in happened:
            row += 1
            if comments and isinstance(item, _SPOKEN):
                self._comment(row, item)
                continue
            for name, (before, after) in item.changes.items():
                mine = fields.get(name)
                if name in held:
                    if held[name] != before:
                        joins = False
                elif mine is not None:
                    mine.rows.append(first)
                    mine.codes.append(mine.known[before])
                if mine is not None:
                    mine.rows.append(row)
                    mine.codes.append(mine.known[after])
                held[name] = after
        now: Mapping[str, Held] = ticket.fields
        for name, changes in fields.items():
            if name not in held:
                changes.rows.append(first)
                changes.codes.append(changes.known[now.get(name, _ABSENT)])
        self._first.append(row + 1)
        return joins and (
            held.items() <= now.items() or all(now.get(name, last) == last for name, last in held.items())
        )

    def _comment(self, row: int, comment: Comment | PlainComment) -> None:
        names = comment.names if isinstance(comment, Comment) else ()
        author = (comment.role, comment.public, comment.by or "", names)
        self._comments[row] = self._authors.setdefault(author, len(self._authors))

    @property
    def first(self) -> Rows:
        """The first row of each ticket and, at its end, the number of rows."""
        return np.array(self._first, np.int64)

    def missing(self) -> list[str]:
        """Return the fields that no ticket has or had."""
        return [name for name, changes in self._fields.items() if not changes.known.keys() - {_ABSENT}]

    def table(self, at: Rows) -> Table:
        """Return what was laid out; `at` are its instants, ms UTC."""
        rows, first = len(at), self.first
        kind = np.full(rows, HISTORY, np.int8)
        kind[first[:-1]] = CREATION
        comments = np.full(rows, -1, np.int32)
        spoken = np.fromiter(self._comments, np.int64, len(self._comments))
        kind[spoken] = COMMENT
        comments[spoken] = list(self._comments.values())
        columns = {name: changes.column(rows) for name, changes in self._fields.items()}
        known = _Codes()
        sources = np.array([*map(known.__getitem__, self._sources)], np.int32)
        columns[SOURCE] = Column(np.repeat(sources, first[1:] - first[:-1]), list(known.of_values))
        return Table(first, at, kind, columns, comments, list(self._authors))


class _Changes:
    """The rows at which one field takes a new value; every ticket's first row is one."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.codes: list[int] = []
        self.known = _Codes()

    def column(self, rows: int) -> Column:
        beginnings = np.append(np.array(self.rows, np.int64), rows)
        codes = np.repeat(np.array(self.codes, np.int32), beginnings[1:] - beginnings[:-1])
        return Column(codes, list(self.known.of_values))


class _Codes(dict[Held | int, int]):
    """What was written -> its code. What means the same has one: null, "" and [] are all unset, and lists are sets."""

    def __init__(self) -> None:
        super().__init__()
        self.of_values: dict[Values, int] = {}

    def __missing__(self, held: Held | int) -> int:
        self[held] = code = self.of_values.setdefault(_values(held), len(self.of_values))
        return code


def _values(held: Held | int) -> Values:
    if isinstance(held, str):
        return (held,) if held else ()
    return () if held is None or isinstance(held, int) else tuple(sorted({text for text in held if text}))
