"""Tickets with all that they are linked with, as the state knows them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sla_engine import Ticket
from slabridge.config import TicketMapping
from slabridge.state import links, tickets
from slabridge.state.links import Name
from slabridge.state.transaction import Transaction
from slabridge.ticket.known import Known
from slabridge.ticket.links import Reference
from slabridge.ticket.mapping import Mapper


@dataclass(frozen=True, slots=True)
class Group:
    """The `others` that tickets are linked with, and of all of them the ids of those that each names.

    `cut` are those of the tickets whose group is too large: they are taken alone. `crowd` counts the links that these
    have, by the tickets at both ends.
    """

    others: Mapping[Name, Known]
    named: Mapping[Name, Mapping[Reference, str]]
    cut: frozenset[Name]
    crowd: Counter[Name]

    def tickets(self, connections: Iterable[TicketMapping], of: Mapping[Name, Known]) -> list[Ticket]:
        """Return these of its tickets as the engine judges them, with their links."""
        mappers = {connection.name: Mapper(connection) for connection in connections}
        return [mappers[name[0]].ticket(known.native, self.named.get(name, {})) for name, known in of.items()]


def group_of(sql: sa.Connection, names: Collection[Name], connections: Iterable[str], most: int) -> Group:
    """Return the group of these tickets, of at most so many; of other connections than these nothing is known.

    One whose stored form is damaged is not there: its own connection reads it anew.
    """
    linked, cut = links.groups(sql, names, most)
    named = links.resolved(sql, [*names, *linked])
    others = {
        (connection, known.id): known
        for connection in connections
        for known in tickets.readable(Transaction(sql, connection), [id_ for of, id_ in linked if of == connection])
    }
    together = {name: found for name, found in named.items() if name not in cut}
    crowd = Counter(end for pair in set(links.edges(sql, cut)) for end in pair)
    return Group(others, together, frozenset(cut), crowd)
