"""What runs replaced in fields, for as long as the runs are known, so that it can be put back (docs/revert.md)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.state.database import inserting
from slabridge.state.schema import replaced, run
from slabridge.state.transaction import Transaction, in_parts
from slabridge.ticket.replaced import Replaced


@dataclass(frozen=True, slots=True)
class Replacing:
    """How many fields of how many tickets a run wrote on a connection. `started_at` is ms UTC by our clock."""

    run: int
    started_at: int
    reverts: int | None
    connection: str
    fields: int
    tickets: int


def keep(transaction: Transaction, found: Sequence[Replaced], as_of: int) -> None:
    """Keep what a run that began at `as_of` wrote; of a field that it wrote twice, what stood there at first."""
    if not found:
        return
    rows = [
        {
            "run": one.run,
            "connection": transaction.connection,
            "ticket": one.id,
            "field": one.field,
            "key": one.key,
            "before": one.before,
            "after": one.after,
            "at": as_of,
            "ours": one.ours,
        }
        for one in found
    ]
    statement = inserting(transaction.sql, replaced)
    keys = [column.name for column in replaced.primary_key]
    transaction.sql.execute(
        statement.on_conflict_do_update(index_elements=keys, set_={"after": statement.excluded.after}), rows
    )


def connections_of(sql: sa.Connection, number: int) -> list[str]:
    """Return the connections on which a run wrote fields."""
    names = sa.select(replaced.c.connection).where(replaced.c.run == number).distinct()
    return list(sql.scalars(names.order_by(replaced.c.connection)))


def fields_of(transaction: Transaction, number: int) -> list[str]:
    """Return the native fields that a run wrote."""
    names = sa.select(replaced.c.field).where(transaction.owns(replaced), replaced.c.run == number)
    return list(transaction.sql.scalars(names.distinct().order_by(replaced.c.field)))


def tickets_of(transaction: Transaction, number: int, after: str, limit: int) -> list[str]:
    """Return the next ids of tickets on which a run wrote fields, in order."""
    ids = sa.select(replaced.c.ticket).where(
        transaction.owns(replaced), replaced.c.run == number, replaced.c.ticket > after
    )
    return list(transaction.sql.scalars(ids.distinct().order_by(replaced.c.ticket).limit(limit)))


def since(transaction: Transaction, number: int, tickets: Collection[str]) -> dict[str, list[Replaced]]:
    """Return what that run and all after it wrote on tickets, by ticket, in the order of the runs."""
    columns = [replaced.c[name] for name in ("run", "ticket", "key", "field", "before", "after", "ours")]
    found: dict[str, list[Replaced]] = {}
    for part in in_parts(tickets):
        wanted = sa.select(*columns).where(
            replaced.c.run >= number, transaction.owns(replaced), replaced.c.ticket.in_(part)
        )
        for row in transaction.sql.execute(wanted.order_by(replaced.c.run, replaced.c.field)):
            found.setdefault(row.ticket, []).append(Replaced(*row))
    return found


def listed(sql: sa.Connection, limit: int) -> list[Replacing]:
    """Return the latest runs that wrote fields, the last first, by connection."""
    latest = sa.select(replaced.c.run).distinct().order_by(replaced.c.run.desc()).limit(limit)
    wanted = (
        sa.select(
            replaced.c.run,
            run.c.started_at,
            run.c.reverts,
            replaced.c.connection,
            sa.func.count(),
            sa.func.count(sa.distinct(replaced.c.ticket)),
        )
        .join(run, run.c.id == replaced.c.run)
        .where(replaced.c.run.in_(latest))
        .group_by(replaced.c.run, run.c.started_at, run.c.reverts, replaced.c.connection)
        .order_by(replaced.c.run.desc(), replaced.c.connection)
    )
    return [Replacing(*row) for row in sql.execute(wanted)]
