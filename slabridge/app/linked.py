"""The tickets that one is linked with, directly or through others, as the state knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from sla_engine import Ticket
from slabridge.config import Connection
from slabridge.state import Transaction, links, tickets
from slabridge.state.links import Missing, Name
from slabridge.ticket.links import Reference
from slabridge.ticket.mapping import Mapper


@dataclass(frozen=True, slots=True)
class LinkedTickets:
    """Tickets linked with one of them; `named` are the ids of those that this one names.

    `missing` are tickets that it names and that cannot be found; `cut` is set where the group is too large.
    """

    named: Mapping[Reference, str] = field(default_factory=dict)
    tickets: Sequence[Ticket] = ()
    missing: Sequence[Missing] = ()
    cut: bool = False


def linked_with(sql: sa.Connection, mappers: Mapping[str, Mapper], name: Name, most: int) -> LinkedTickets:
    """Return the group of a ticket, of at most so many; `mappers` are those of the connections."""
    group, cut = links.groups(sql, [name], most)
    missing = links.missing(sql, [name])
    if cut:
        return LinkedTickets(missing=missing, cut=True)
    named = links.resolved(sql, [name, *group])
    found = []
    for connection, mapper in sorted(mappers.items()):
        ids = [id_ for of, id_ in group if of == connection]
        loaded = tickets.load(Transaction(sql, connection), ids)
        found += [mapper.ticket(known.native, named.get((connection, known.id), {})) for known in loaded]
    return LinkedTickets(named.get(name, {}), found, missing)


def mappers_of(connections: Sequence[Connection]) -> dict[str, Mapper]:
    """Return a mapper for each connection."""
    return {connection.name: Mapper(connection) for connection in connections}
