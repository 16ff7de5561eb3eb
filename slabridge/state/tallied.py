"""What the state holds now, counted: open clocks, what waits, what is in quarantine (docs/metrics.md)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from sla_engine.instant import HOUR
from slabridge.state import connections, notifications, quarantine
from slabridge.state.schema import outbox, result, ticket


@dataclass(frozen=True, slots=True)
class Tallied:
    """Counts of one moment.

    `as_of` has the tool's clock at the last complete run, by connection, ms UTC; `clocks` are open cycles by agreement
    and status, `due` those of them by agreement that are due within an hour from then. `outbox` is by connection and
    state, `notifications` by receiver and state.
    """

    as_of: Mapping[str, int]
    clocks: Mapping[tuple[str, str], int]
    due: Mapping[str, int]
    outbox: Mapping[tuple[str, str], int]
    quarantined: Mapping[str, int]
    notifications: Mapping[tuple[str, str], int]


def tallied(transaction: sa.Connection) -> Tallied:
    """Count; of a million tickets only the open ones are looked at."""
    every = connections.as_ofs(transaction)
    clocks, due = Counter[tuple[str, str]](), Counter[str]()
    for name, as_of in every.items():
        for row in transaction.execute(_open_clocks(name, as_of or 0)):
            clocks[row.agreement, row.status] += row.cycles
            due[row.agreement] += row.soon
    return Tallied(
        {name: as_of for name, as_of in every.items() if as_of is not None},
        clocks,
        due,
        _counts(transaction, outbox.c.connection, outbox.c.state),
        quarantine.count(transaction),
        notifications.counts(transaction),
    )


def _open_clocks(name: str, as_of: int) -> sa.Select[tuple[str, str, int, int]]:
    """Return what counts the open cycles of a connection: its open tickets by their index, their results by the key."""
    soon = (result.c.stage == "running") & ~result.c.breached & result.c.due_at.between(as_of, as_of + HOUR)
    due = sa.func.sum(sa.case((soon, 1), else_=0))
    # Not as a join: SQLite would walk through all results of the connection, and look up the ticket of each.
    open_ones = sa.select(ticket.c.id).where(
        ticket.c.connection == name, ticket.c.is_open, ~ticket.c.gone, ~ticket.c.only_linked
    )
    return (
        sa.select(result.c.agreement, result.c.status, sa.func.count().label("cycles"), due.label("soon"))
        .where(result.c.connection == name, result.c.ticket.in_(open_ones))
        .where(result.c.stopped_at.is_(None), ~result.c.excluded)
        .group_by(result.c.agreement, result.c.status)
    )


def _counts(
    transaction: sa.Connection, first: sa.ColumnElement[str], second: sa.ColumnElement[str]
) -> dict[tuple[str, str], int]:
    statement = sa.select(first, second, sa.func.count()).group_by(first, second)
    return {(one, other): count for one, other, count in transaction.execute(statement)}
