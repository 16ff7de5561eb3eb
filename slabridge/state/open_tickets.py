"""The tickets with an open cycle."""

import sqlalchemy as sa

from slabridge.state.schema import ticket
from slabridge.state.transaction import Transaction


def ids(transaction: Transaction, after: str = "", limit: int | None = None) -> list[str]:
    """Return the next ids of tickets with an open cycle, in order."""
    mine = (transaction.owns(ticket), ticket.c.is_open, ~ticket.c.gone, ticket.c.id > after)
    return list(transaction.sql.scalars(sa.select(ticket.c.id).where(*mine).order_by(ticket.c.id).limit(limit)))


def keys(transaction: Transaction, after: str, limit: int) -> dict[str, str]:
    """Return the keys of the next tickets with an open cycle by their ids, in order of these."""
    rows = transaction.sql.execute(
        sa.select(ticket.c.id, ticket.c.key)
        .where(transaction.owns(ticket), ticket.c.is_open, ~ticket.c.gone, ticket.c.id > after)
        .order_by(ticket.c.id)
        .limit(limit)
    )
    return dict(rows.all())


def mark_pending(sql: sa.Connection) -> None:
    """Let all tickets with an open cycle be evaluated anew, of all connections."""
    sql.execute(sa.update(ticket).where(ticket.c.is_open, ~ticket.c.gone).values(pending=True))


def carrying(transaction: Transaction) -> int:
    """Return how many tickets with an open cycle carry a value of ours."""
    statement = sa.select(sa.func.count()).where(
        transaction.owns(ticket), ticket.c.is_open, ~ticket.c.gone, ticket.c.last_written.contains('": "')
    )
    return int(transaction.sql.scalar(statement) or 0)
