"""The quarantine: tickets set aside, each with its reason. One is tried again whenever it changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.state.database import upsert
from slabridge.state.schema import quarantine


@dataclass(frozen=True, slots=True)
class SetAside:
    """A ticket that could not be read, mapped, evaluated or written."""

    id: str
    key: str
    reason: str


def put(transaction: sa.Connection, connection: str, tickets: Collection[SetAside], now: int) -> None:
    """Set tickets aside; the first time of one that is there already stays."""
    known = _first_seen(transaction, connection)
    rows = [
        {
            "connection": connection,
            "ticket": item.id,
            "key": item.key,
            "reason": item.reason,
            "first_at": known.get(item.id, now),
            "last_at": now,
        }
        for item in tickets
    ]
    upsert(transaction, quarantine, rows)


def release(transaction: sa.Connection, connection: str, tickets: Collection[str]) -> None:
    """Take tickets out again: they went through."""
    ordered = sorted(set(tickets) & set(_first_seen(transaction, connection)))
    for identity in ordered:
        transaction.execute(
            sa.delete(quarantine).where(quarantine.c.connection == connection, quarantine.c.ticket == identity)
        )


def listed(transaction: sa.Connection, connection: str) -> list[SetAside]:
    """Return what is set aside."""
    rows = transaction.execute(
        sa.select(quarantine).where(quarantine.c.connection == connection).order_by(quarantine.c.key)
    )
    return [SetAside(row.ticket, row.key, row.reason) for row in rows]


def _first_seen(transaction: sa.Connection, connection: str) -> Mapping[str, int]:
    rows = transaction.execute(
        sa.select(quarantine.c.ticket, quarantine.c.first_at).where(quarantine.c.connection == connection)
    )
    return {row.ticket: row.first_at for row in rows}
