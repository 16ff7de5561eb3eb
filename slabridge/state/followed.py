"""Followed tickets: those with an open cycle, and those to which a ticket with an open cycle is linked."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from slabridge.state.schema import link, ticket
from slabridge.state.transaction import Transaction, in_parts

_Ids = tuple[sa.Column[str], sa.Select[Any]]
"""A selection of ids of tickets, and the column in whose order an index has them."""


def unread(transaction: Transaction, run: int, after: str = "", limit: int | None = None) -> list[str]:
    """Return the next ids of followed tickets that this run has not read, in order, lost ones too.

    Followed is a ticket with an open cycle, and one to which a ticket with an open cycle is linked.
    """
    found: set[str] = set()
    for identity, statement in (_opened(transaction), _linked_to_open(transaction)):
        wanted = statement.where(ticket.c.pulled_in != run, identity > after).order_by(identity).limit(limit)
        found.update(id_ for (id_,) in transaction.sql.execute(wanted))
    return sorted(found)[:limit]


def among(transaction: Transaction, ids: Collection[str], run: int) -> list[str]:
    """Return those of `ids` that are followed, and that this run has not read."""
    found: set[str] = set()
    for identity, statement in (_opened(transaction), _linked_to_open(transaction)):
        for part in in_parts(ids):
            wanted = statement.where(ticket.c.pulled_in != run, ~ticket.c.gone, identity.in_(part))
            found.update(id_ for (id_,) in transaction.sql.execute(wanted))
    return sorted(found)


def only_linked(transaction: Transaction, ids: Collection[str], *, so: bool) -> None:
    """Record that tickets are known for their links alone, or that a filter takes them up."""
    for part in in_parts(ids):
        statement = sa.update(ticket).where(
            transaction.owns(ticket), ticket.c.id.in_(part), ticket.c.only_linked.is_(not so)
        )
        transaction.sql.execute(statement.values(only_linked=so, pending=True))


def _opened(transaction: Transaction) -> _Ids:
    return ticket.c.id, sa.select(ticket.c.id).where(transaction.owns(ticket), ticket.c.is_open)


def _linked_to_open(transaction: Transaction) -> _Ids:
    above = ticket.alias("above")
    return link.c.other, (
        sa.select(link.c.other)
        .join(ticket, (ticket.c.connection == link.c.other_connection) & (ticket.c.id == link.c.other))
        .join(above, (above.c.connection == link.c.connection) & (above.c.id == link.c.ticket) & above.c.is_open)
        .where(link.c.other_connection == transaction.connection)
    )
