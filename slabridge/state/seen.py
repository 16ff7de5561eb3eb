"""The values that tickets hold and ever held, per native field, with the number of tickets (docs/operations.md)."""

from collections import Counter, defaultdict
from collections.abc import Mapping

import sqlalchemy as sa

from slabridge.state.database import insert_many
from slabridge.state.schema import seen_value, ticket
from slabridge.state.text import storable
from slabridge.state.transaction import Transaction
from slabridge.ticket.values import SeenValue

MOST = 1_000
"""Values kept of a field: one with more is a text or a person, and nothing is said of it."""


def needs_count(transaction: Transaction) -> bool:
    """Return whether there are tickets of which nothing was counted: an earlier slabridge read them."""
    seen = sa.exists().where(transaction.owns(seen_value))
    known = sa.exists().where(transaction.owns(ticket))
    return bool(transaction.sql.scalar(sa.select(known & ~seen)))


def add(transaction: Transaction, found: Mapping[SeenValue, int]) -> None:
    """Add tickets to the values that they hold; of a field that has `MOST`, nothing more is kept or counted."""
    if not found:
        return
    held = {field: set(pairs) for field, pairs in values(transaction).items()}
    kept = []
    for value in sorted(found):
        names = held.setdefault(value.field, set())
        if len(names) < MOST:
            names.add((value.code, value.name))
            kept.append(value)
    if not kept:
        return
    insert_many(
        transaction.sql,
        seen_value,
        ("connection", *SeenValue._fields, "tickets"),
        [tuple(map(storable, (transaction.connection, *value, found[value]))) for value in kept],
        "ON CONFLICT (connection, field, code, name) DO UPDATE SET tickets = seen_value.tickets + excluded.tickets",
    )


def values(transaction: Transaction) -> dict[str, Counter[tuple[str, str]]]:
    """Return the number of tickets per (code, name), by native field."""
    columns = (seen_value.c.field, seen_value.c.code, seen_value.c.name, seen_value.c.tickets)
    found: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for field, code, name, tickets in transaction.sql.execute(sa.select(*columns).where(transaction.owns(seen_value))):
        found[field][code, name] = tickets
    return dict(found)
