"""What was learned of how cycles end, and what is likely to become of the open ones (docs/foresight.md)."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from slabridge.state.database import insert_many
from slabridge.state.schema import forecast, foresight, result
from slabridge.state.text import storable
from slabridge.state.transaction import Transaction, in_parts


class Foreseen(NamedTuple):
    """How likely a cycle is to break (0 to 1), of how many cycles, and which these were; `basis` is "model" of a model.

    It was said as at `as_of`; at `next_at` (None: never) time alone brings the next step. Both are ms UTC.
    """

    ticket: str
    agreement: str
    objective: str
    cycle: int
    risk: float
    alike: int
    basis: str
    as_of: int
    next_at: int | None


def learned(sql: sa.Connection) -> bytes | None:
    """Return what was learned last; None: nothing was."""
    found: bytes | None = sql.scalar(sa.select(foresight.c.document).order_by(foresight.c.as_of.desc()).limit(1))
    return found


def learned_as_of(sql: sa.Connection) -> int | None:
    """Return until when the tickets were, from which was learned last, ms UTC."""
    found: int | None = sql.scalar(sa.select(sa.func.max(foresight.c.as_of)))
    return found


class Version(NamedTuple):
    """What tells what was learned last from what was learned before: models may be dropped later."""

    as_of: int
    size: int


def version(sql: sa.Connection) -> Version | None:
    """Return which it is that was learned last; None: nothing was."""
    size = sa.func.length(foresight.c.document)
    row = sql.execute(sa.select(foresight.c.as_of, size).order_by(foresight.c.as_of.desc()).limit(1)).first()
    return None if row is None else Version(*row)


def keep(sql: sa.Connection, as_of: int, document: bytes) -> None:
    """Keep what was learned as at `as_of` (ms UTC) instead of what was learned before."""
    sql.execute(sa.delete(foresight))
    sql.execute(sa.insert(foresight).values(as_of=as_of, document=document))


def unlearn(sql: sa.Connection) -> None:
    """Forget what was learned; the next run learns it anew, of what the state then holds."""
    sql.execute(sa.delete(foresight))


def began(sql: sa.Connection, since: int) -> tuple[int | None, int]:
    """Return when the first cycle since an instant began, ms UTC (None: none did), and how many did."""
    counted = sa.select(sa.func.min(result.c.started_at), sa.func.count()).where(result.c.started_at >= since)
    first, cycles = sql.execute(counted).one()
    return first, cycles


def put(transaction: Transaction, tickets: Collection[str], found: Sequence[Foreseen]) -> None:
    """Keep what is foreseen of tickets, by id, instead of what was before."""
    for part in in_parts(sorted(map(storable, tickets))):
        transaction.sql.execute(sa.delete(forecast).where(transaction.owns(forecast), forecast.c.ticket.in_(part)))
    if found:
        connection = storable(transaction.connection)
        rows = [(connection, *map(storable, one)) for one in found]
        insert_many(transaction.sql, forecast, ("connection", *Foreseen._fields), rows)


def passed(transaction: Transaction, as_of: int, limit: int) -> list[str]:
    """Return the ids of tickets of which a cycle has come to its next step by `as_of` (ms UTC), in order."""
    due = sa.select(forecast.c.ticket).where(transaction.owns(forecast), forecast.c.next_at <= as_of).distinct()
    return list(transaction.sql.scalars(due.order_by(forecast.c.ticket).limit(limit)))


def of(transaction: Transaction, id_: str) -> list[Foreseen]:
    """Return what is foreseen of a ticket."""
    columns = [forecast.c[name] for name in Foreseen._fields]
    rows = transaction.sql.execute(sa.select(*columns).where(transaction.owns(forecast), forecast.c.ticket == id_))
    return [Foreseen(*row) for row in rows]
