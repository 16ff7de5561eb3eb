"""Laying tickets out as a table, and noticing what is wrong with their histories (docs/tickets.md)."""

from collections.abc import Iterable, Sequence
from operator import attrgetter

import numpy as np

from sla_engine.condition import OWN_FIELDS, SOURCE
from sla_engine.table import COMMENT, CREATION, HISTORY, Column, CommentKey, Table
from sla_engine.ticket import Comment, Entry, Ticket, Values


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
        self.changes = {name: _Changes() for name in sorted(set(fields) - set(OWN_FIELDS))}

    def add(self, ticket: Ticket) -> Iterable[str]:
        """Add a ticket's rows; return what is wrong with it."""
        row, created = len(self.at), ticket.created
        happened, early = _in_order(ticket)
        problems: dict[str, str] = {}
        held = _first_values(ticket, happened)
        self.source.add(row, (ticket.source,))
        for name, changes in self.changes.items():
            changes.add(row, held.get(name, ()))
        self.at.append(created)
        self.kind.append(CREATION)
        self.comments.append(-1)
        for item in happened:
            row += 1
            self.at.append(max(created, item.at))
            if isinstance(item, Entry):
                self.kind.append(HISTORY)
                self.comments.append(-1)
                broken = self._apply(item, row, held)
                if broken:
                    problems.setdefault("chain", broken)
            else:
                self.kind.append(COMMENT)
                author = (item.role, item.public, item.by, item.names)
                self.comments.append(self.authors.setdefault(author, len(self.authors)))
        if early:
            problems["early"] = f"{early} of its entries and comments lie before its creation, and are taken at it"
        self.first.append(len(self.at))
        for name, values in ticket.fields.items():
            if held[name] != values:
                ending = f"{name} is {_shown(values)}, but its history ends with {_shown(held[name])}, which is used"
                problems.setdefault("end", ending)
        return problems.values()

    def _apply(self, entry: Entry, row: int, held: dict[str, Values]) -> str | None:
        """Apply an entry at its row; return where it does not join."""
        broken = None
        for name, (before, after) in entry.changes.items():
            if held[name] != before:
                broken = (
                    f"{name} is changed from {_shown(before)} where it held {_shown(held[name])}; the new value is used"
                )
            held[name] = after
            if name in self.changes:
                self.changes[name].add(row, after)
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


def _in_order(ticket: Ticket) -> tuple[Sequence[Entry | Comment], int]:
    """Return what happened in replay order, and how much of it lies before the creation, at which that is taken."""
    happened: list[Entry | Comment] = [*ticket.history, *ticket.comments]  # at one instant in this order
    happened.sort(key=_AT)
    if not happened or happened[0].at >= ticket.created:
        return happened, 0
    happened = [*ticket.history, *ticket.comments]
    happened.sort(key=lambda item: max(item.at, ticket.created))
    return happened, sum(item.at < ticket.created for item in happened)


_AT = attrgetter("at")


def _first_values(ticket: Ticket, happened: Sequence[Entry | Comment]) -> dict[str, Values]:
    """Return what each field held at the creation: the `before` of its first change, else its value now."""
    first = dict(ticket.fields)
    for item in reversed(happened):
        if isinstance(item, Entry):
            for name, (before, _) in item.changes.items():
                first[name] = before
    return first


def _shown(values: Values) -> str:
    return repr(", ".join(values)) if values else "nothing"
