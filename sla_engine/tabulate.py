"""Laying tickets out as a table, and noticing what is wrong with their histories (docs/tickets.md)."""

from collections.abc import Iterable, Sequence

import numpy as np

from sla_engine.condition import SOURCE
from sla_engine.table import COMMENT, CREATION, HISTORY, Column, CommentKey, Table
from sla_engine.ticket import Comment, Entry, Ticket, Values

Row = tuple[int, int, Entry | Comment | None]
"""Instant, kind, and what happened; a ticket's first row is its creation."""


def tabulate(tickets: Iterable[Ticket], fields: Iterable[str]) -> tuple[Table, list[tuple[int, str]]]:
    """Lay tickets out as a table with these fields.

    Returns:
        The table, and data warnings as (position of the ticket, text), each kind once per ticket.
    """
    layout = _Layout(fields)
    warnings = [(position, text) for position, ticket in enumerate(tickets) for text in layout.add(ticket)]
    return layout.table(), warnings


class _Layout:
    """The rows laid out so far."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.first = [0]
        self.at: list[int] = []
        self.kind: list[int] = []
        self.comments: list[int] = []
        self.authors: dict[CommentKey, int] = {}
        self.source = _Changes()
        self.changes = {name: _Changes() for name in sorted(set(fields) - {SOURCE})}

    def add(self, ticket: Ticket) -> Iterable[str]:
        """Add a ticket's rows; return what is wrong with it."""
        rows = _in_order(ticket)
        held = _first_values(ticket, rows)
        problems: dict[str, str] = {}
        self.source.add(len(self.at), (ticket.source,))
        for name, changes in self.changes.items():
            changes.add(len(self.at), held.get(name, ()))
        early = 0
        for instant, kind, item in rows:
            author = -1
            if isinstance(item, Entry):
                broken = self._apply(item, held)
                if broken:
                    problems.setdefault("chain", broken)
            elif item is not None:
                author = self.authors.setdefault((item.role, item.public, item.by), len(self.authors))
            early += item is not None and item.at < ticket.created
            self.at.append(instant)
            self.kind.append(kind)
            self.comments.append(author)
        self.first.append(len(self.at))
        if early:
            problems["early"] = f"{early} of its entries and comments lie before its creation, and are taken at it"
        for name, values in ticket.fields.items():
            if held[name] != values:
                ending = f"{name} is {_shown(values)}, but its history ends with {_shown(held[name])}, which is used"
                problems.setdefault("end", ending)
        return problems.values()

    def _apply(self, entry: Entry, held: dict[str, Values]) -> str | None:
        """Apply an entry at the row that comes next; return where it does not join."""
        broken = None
        for name, (before, after) in entry.changes.items():
            if held[name] != before:
                broken = (
                    f"{name} is changed from {_shown(before)} where it held {_shown(held[name])}; the new value is used"
                )
            held[name] = after
            if name in self.changes:
                self.changes[name].add(len(self.at), after)
        return broken

    def table(self) -> Table:
        """Return what was laid out."""
        columns = {name: changes.column(len(self.at)) for name, changes in self.changes.items()}
        return Table(
            np.array(self.first, np.int64),
            np.array(self.at, np.int64),
            np.array(self.kind, np.int8),
            {**columns, SOURCE: self.source.column(len(self.at))},
            np.array(self.comments, np.int32),
            list(self.authors),
        )


class _Changes:
    """The rows at which one field takes a new value; every ticket's first row is one."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.codes: list[int] = []
        self.known: dict[Values, int] = {}

    def add(self, row: int, values: Values) -> None:
        self.rows.append(row)
        self.codes.append(self.known.setdefault(values, len(self.known)))

    def column(self, rows: int) -> Column:
        beginnings = np.array([*self.rows, rows], np.int64)
        return Column(np.repeat(np.array(self.codes, np.int32), beginnings[1:] - beginnings[:-1]), list(self.known))


def _in_order(ticket: Ticket) -> Sequence[Row]:
    """Return the rows in replay order; what lies before the creation is taken at it."""
    created = ticket.created
    rows: list[Row] = [(created, CREATION, None)]
    rows += [(max(entry.at, created), HISTORY, entry) for entry in ticket.history]
    rows += [(max(comment.at, created), COMMENT, comment) for comment in ticket.comments]
    rows.sort(key=_instant_and_kind)
    return rows


def _instant_and_kind(row: Row) -> tuple[int, int]:
    return row[:2]


def _first_values(ticket: Ticket, rows: Sequence[Row]) -> dict[str, Values]:
    """Return what each field held at the creation: the `before` of its first change, else its value now."""
    first = dict(ticket.fields)
    changed: set[str] = set()
    for _, _, item in rows:
        if isinstance(item, Entry):
            for name, (before, _) in item.changes.items():
                if name not in changed:
                    changed.add(name)
                    first[name] = before
    return first


def _shown(values: Values) -> str:
    return repr(", ".join(values)) if values else "nothing"
