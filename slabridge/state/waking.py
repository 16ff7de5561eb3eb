"""When time alone wakes tickets: what is due, what is due next (docs/promises.md, "Time")."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from slabridge.state import tickets
from slabridge.state.schema import ticket
from slabridge.state.transaction import Transaction


class Due(NamedTuple):
    """A ticket, and the instant, ms UTC, at which time alone changes anything that is written or posted."""

    at: int
    id: str


FIRST = Due(0, "")
"""Before all tickets."""


def to_reread(transaction: Transaction, as_of: int, run: int, after: Due = FIRST) -> list[Due]:
    """Return the next tickets that time alone has woken by `as_of`, and that this run has not read."""
    place = (ticket.c.wake_at, ticket.c.id)
    statement = sa.select(*place).where(
        transaction.owns(ticket),
        ~ticket.c.gone,
        ticket.c.wake_at <= as_of,
        sa.tuple_(*place) > after,
        ticket.c.pulled_in != run,
    )
    return [Due(*row) for row in transaction.sql.execute(statement.order_by(*place).limit(tickets.AT_ONCE))]


def next_wake(transaction: Transaction, after: int) -> int | None:
    """Return the first instant after one (ms UTC) at which time alone changes something here; None: there is none."""
    statement = sa.select(sa.func.min(ticket.c.wake_at))
    found: int | None = transaction.sql.scalar(
        statement.where(transaction.owns(ticket), ticket.c.wake_at > after, ~ticket.c.gone)
    )
    return found


def mark_due(transaction: Transaction, as_of: int) -> None:
    """Let tickets that time alone has woken by `as_of` be evaluated."""
    statement = sa.update(ticket).where(transaction.owns(ticket), ticket.c.wake_at <= as_of)
    transaction.sql.execute(statement.values(pending=True))


def wake(transaction: Transaction, at: Mapping[str, int]) -> None:
    """Let tickets, by id, be evaluated at an instant (ms UTC), if not before."""
    for identity, instant in at.items():
        sooner = ticket.c.wake_at.is_(None) | (ticket.c.wake_at > instant)
        statement = sa.update(ticket).where(transaction.owns(ticket), ticket.c.id == identity, ~ticket.c.gone, sooner)
        transaction.sql.execute(statement.values(wake_at=instant))
