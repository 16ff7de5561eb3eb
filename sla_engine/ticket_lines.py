"""Tickets from lines of JSON, checked, straight into a table (docs/tickets.md).

The rules are those of `read_ticket`, which reads whatever is not plain, and says what is wrong with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import orjson

from sla_engine.errors import InvalidTicket
from sla_engine.instant import NULL
from sla_engine.instant_texts import END, MILLISECONDS, SECONDS, read_instants
from sla_engine.layout import Layout
from sla_engine.oddities import oddities_of
from sla_engine.plain import PlainTicket, decode, decode_mixed
from sla_engine.table import Rows, Table
from sla_engine.tabulate import Warned, add
from sla_engine.ticket import Name, Ticket
from sla_engine.ticket_json import read_ticket, values_of


@dataclass(frozen=True, slots=True)
class TicketsRead:
    """The tickets that lines hold, as a table and by name, with the places of their lines, and what is wrong.

    `invalid` are (place, reason) of lines that hold none, `warned` are data warnings; `missing` are those of the
    table's fields that no ticket has or had.
    """

    table: Table
    names: Sequence[Name]
    places: Sequence[int]
    invalid: Sequence[tuple[int, str]]
    warned: Warned
    missing: Sequence[str]


def read_lines(lines: Sequence[bytes], fields: Collection[str]) -> TicketsRead:
    """Read tickets, a line of JSON each, as a table with these fields."""
    reading = _Reading(Layout(fields))
    reading.read(lines)
    at = reading.instants()
    if not (at == NULL).any():
        return reading.found(at)
    ticket = np.searchsorted(reading.layout.first, np.flatnonzero(at == NULL), "right") - 1
    again = _Reading(Layout(fields), {reading.places[n] for n in ticket.tolist()})
    again.read(lines)
    return again.found(again.instants())


@dataclass(slots=True)
class _Reading:
    """What was read so far. Lines at the places `odd` are not plain, though they look so."""

    layout: Layout
    odd: Collection[int] = ()
    names: list[Name] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    invalid: list[tuple[int, str]] = field(default_factory=list)
    warned: Warned = field(default_factory=list)
    texts: dict[int, list[str]] = field(default_factory=lambda: {SECONDS: [], MILLISECONDS: []})
    widths: list[int] = field(default_factory=list)
    exact: list[int] = field(default_factory=list)

    def read(self, lines: Sequence[bytes]) -> None:
        """Read lines one by one: what was decoded is laid out while it is in the processor's cache."""
        for place, line in enumerate(lines):
            try:
                ticket: PlainTicket | None = decode(line)
            except msgspec.DecodeError:
                ticket = _without_numbers(line)
            if ticket is None or ticket.links or place in self.odd or not self._add(ticket, line):
                try:
                    exact = _ticket(line)
                except InvalidTicket as error:
                    self.invalid.append((place, str(error)))
                    continue
                self._add_exact(exact)
            self.places.append(place)

    def _add(self, ticket: PlainTicket, line: bytes) -> bool:
        """Add a plain ticket; return False if it is none, as its instants are not written in one and the same way."""
        happened: list[Any] = ticket.history or []
        if ticket.comments:
            happened = [*happened, *ticket.comments]  # at one instant in this order
        at = [last := ticket.created]
        in_order = True  # as texts of one width they are in the order of time
        for item in happened:
            in_order = in_order and last <= item.at
            at.append(last := item.at)
        if not in_order:
            happened.sort(key=_AT)
            at = [ticket.created, *map(_AT, happened)]
            if at[1] < at[0]:
                return False
        text = END.join(at)
        width = len(ticket.created)
        if width not in self.texts or len(text) != (width + 1) * len(at) - 1:
            return False
        self.texts[width].append(text)
        self.widths.append(width)
        joins = self.layout.add(ticket, happened)
        if not joins:
            self.warned += ((len(self.names), text) for text in oddities_of(_ticket(line)))
        self.names.append(Name(ticket.source, ticket.id or ticket.key, ticket.key))
        return True

    def _add_exact(self, ticket: Ticket) -> None:
        at, fine = add(self.layout, ticket)
        self.exact += at
        self.widths.append(0)
        if not fine:
            self.warned += ((len(self.names), text) for text in oddities_of(ticket))
        self.names.append(Name(ticket.source, ticket.id, ticket.key))

    def instants(self) -> Rows:
        """Return the instants of all rows, ms UTC; NULL where a text is none, or is written otherwise."""
        first = self.layout.first
        width = np.repeat(np.array(self.widths, np.int64), np.diff(first))
        at = np.empty(int(first[-1]), np.int64)
        at[width == 0] = self.exact
        for wide, texts in self.texts.items():
            at[width == wide] = read_instants(texts, wide)
        return at

    def found(self, at: Rows) -> TicketsRead:
        """Return what was read; `at` are the instants of its rows."""
        table = self.layout.table(at)
        return TicketsRead(table, self.names, self.places, self.invalid, self.warned, self.layout.missing())


_AT = attrgetter("at")


def _without_numbers(line: bytes) -> PlainTicket | None:
    """Read a ticket in which numbers stand: of these the text counts, and 1 is not 1.0, nor true."""
    try:
        ticket = decode_mixed(line)
    except msgspec.DecodeError:
        return None
    ticket.fields = {name: values_of(value) for name, value in ticket.fields.items()}
    for entry in ticket.history or ():
        entry.changes = {name: (values_of(one), values_of(other)) for name, (one, other) in entry.changes.items()}
    return ticket


def _ticket(line: bytes) -> Ticket:
    try:
        return read_ticket(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise InvalidTicket(f"no JSON: {error}") from error
