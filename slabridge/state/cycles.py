"""The cycles that are open, as lists that people look at (docs/web.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from sla_engine.instant import HOUR
from slabridge.state.schema import result, ticket
from slabridge.ticket.viewer import Viewer

FILTERS: Final = ("status", "kind", "connection", "agreement", "objective", "holder", "priority", "customer")
"""What a list can be narrowed by, and what its cycles are counted by."""
SORTS: Final = ("due", "status", "agreement", "holder", "priority")
STATUSES: Final = ("breached", "at_risk", "on_track", "paused")
"""Statuses of open cycles, the worst first."""

_KEYS: Final = ("connection", "ticket", "agreement", "objective", "cycle")
_SHOWN: Final = (
    *("connection", "agreement", "objective", "cycle", "kind", "stage", "status", "started_at", "due_at"),
    *("due_if_resumed", "breached_at", "target_ms", "remaining_ms", "holder", "priority", "team", "customer"),
    "calendar",
)
_ITS: Final = (ticket.c.connection == result.c.connection) & (ticket.c.id == result.c.ticket)
_MOST: Final = 500
"""Rows that are read at a time of a list that is taken along whole."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list has: by each filter the values that fit (an empty one: unset), in an order; none: all, by due time.

    `soon`: only what runs and is due within an hour.
    """

    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "due"
    descending: bool = False
    soon: bool = False


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """An open cycle as it was last judged; instants are ms UTC, times of work ms. `id` is the ticket's, `key` too."""

    id: str
    key: str
    connection: str
    agreement: str
    objective: str
    cycle: int
    kind: str
    stage: str
    status: str
    started_at: int
    due_at: int | None
    due_if_resumed: int | None
    breached_at: int | None
    target_ms: int
    remaining_ms: int
    holder: str | None
    priority: str | None
    team: str | None
    customer: str | None
    calendar: str


class Counted(NamedTuple):
    """How many open cycles have these values; `soon` are those of them that are due within an hour."""

    status: str
    kind: str
    connection: str
    agreement: str
    objective: str
    holder: str | None
    priority: str | None
    customer: str | None
    cycles: int
    soon: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What is looked at: by whom, the open cycles of which connections, and when (ms UTC by their tools' clocks)."""

    viewer: Viewer
    connections: Sequence[str]
    now: int


def counted(sql: sa.Connection, seen: Seen) -> list[Counted]:
    """Return all open cycles, counted."""
    by = [result.c[name] for name in FILTERS]
    soon = sa.func.coalesce(sa.func.sum(sa.case((_soon(seen), 1), else_=0)), 0)
    statement = sa.select(*by, sa.func.count(), soon).where(*_fitting(seen, Wanted())).group_by(*by)
    return [Counted._make(row) for row in sql.execute(statement)]


def listed(sql: sa.Connection, seen: Seen, wanted: Wanted, *, offset: int = 0, limit: int = 50) -> list[OpenCycle]:
    """Return a part of the open cycles; what has no due time comes last."""
    if wanted.sort != "due":
        return _part(sql, seen, wanted, (), offset, limit)
    # Each half in the order of the index, of which no more is read than is asked for.
    dated = _part(sql, seen, wanted, (result.c.due_at.is_not(None),), offset, limit)
    if len(dated) == limit:
        return dated
    undated = (result.c.due_at.is_(None),)
    before = offset + len(dated) if dated or not offset else _count(sql, seen, wanted, result.c.due_at.is_not(None))
    return dated + _part(sql, seen, wanted, undated, max(0, offset - before), limit - len(dated))


def _part(  # noqa: PLR0913, PLR0917 - a part of a list
    sql: sa.Connection,
    seen: Seen,
    wanted: Wanted,
    also: Sequence[sa.ColumnElement[bool]],
    offset: int,
    limit: int,
) -> list[OpenCycle]:
    # First which, by the index alone, and then what else is known of these few.
    named = [result.c[name] for name in _KEYS]
    chosen = sa.select(*named).where(*_fitting(seen, wanted), *also)
    page = chosen.order_by(*_order(wanted)).offset(offset).limit(limit).subquery()
    of_page = sa.and_(*(result.c[name] == page.c[name] for name in _KEYS))
    statement = _known().select_from(page.join(result, of_page).join(ticket, _ITS)).order_by(*_order(wanted))
    return [OpenCycle(*row) for row in sql.execute(statement)]


def _count(sql: sa.Connection, seen: Seen, wanted: Wanted, also: sa.ColumnElement[bool]) -> int:
    return sql.scalar(sa.select(sa.func.count()).where(*_fitting(seen, wanted), also)) or 0


def every(sql: sa.Connection, seen: Seen, wanted: Wanted) -> Iterator[Sequence[OpenCycle]]:
    """Yield all open cycles, a part after the other."""
    statement = _known().select_from(result.join(ticket, _ITS)).where(*_fitting(seen, wanted))
    undated_last = [result.c.due_at.is_(None)] if wanted.sort == "due" else []
    for rows in sql.execute(statement.order_by(*undated_last, *_order(wanted))).partitions(_MOST):
        yield [OpenCycle(*row) for row in rows]


def _known() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(ticket.c.id, ticket.c.key, *(result.c[name] for name in _SHOWN))


def seen_by(viewer: Viewer) -> sa.ColumnElement[bool]:
    """Return what holds of the tickets of which a viewer sees any cycle."""
    if viewer.sees_all:
        return sa.true()
    its = (result.c.connection == ticket.c.connection, result.c.ticket == ticket.c.id, *_own(viewer))
    return sa.exists().where(*its)


def agreements(sql: sa.Connection, viewer: Viewer) -> set[str]:
    """Return the ids of the agreements of which a viewer sees any cycle."""
    return set(sql.scalars(sa.select(result.c.agreement).where(*_own(viewer)).distinct()))


def _fitting(seen: Seen, wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    gone = sa.select(ticket.c.connection, ticket.c.id).where(ticket.c.gone)
    yield result.c.stopped_at.is_(None)
    yield ~result.c.excluded
    # Not the column itself: SQLite would go through all results of the connection by their key.
    yield result.c.connection.concat("").in_(seen.connections)
    yield sa.tuple_(result.c.connection, result.c.ticket).not_in(gone)
    yield from _own(seen.viewer)
    for name, values in wanted.where.items():
        held = result.c[name]
        yield held.in_(values) | (held.is_(None) if "" in values else sa.false())
    if wanted.soon:
        yield _soon(seen)


def _soon(seen: Seen) -> sa.ColumnElement[bool]:
    return result.c.status.in_(("on_track", "at_risk")) & result.c.due_at.between(seen.now, seen.now + HOUR)


def _own(viewer: Viewer) -> Iterator[sa.ColumnElement[bool]]:
    """Yield what holds of the cycles that a viewer sees: of one customer alone, not of several at once."""
    if viewer.customer is not None:
        yield result.c.customer == viewer.customer
        yield _alone("customer")
    if viewer.team is not None:
        team = (result.c.team == viewer.team) & _alone("team")
        yield team | (result.c.holder == viewer.team) | (result.c.breach_holder == viewer.team)


def _alone(name: str) -> sa.ColumnElement[bool]:
    """Return whether a field holds one value, in the column as it is: of several the column has the text of them."""
    further = result.c.dimensions
    return further.is_(None) | ~further.contains(f'"{name}":', autoescape=True)


def _order(wanted: Wanted) -> Iterator[sa.ColumnElement[Any]]:
    if wanted.sort == "status":
        worst = sa.case({status: place for place, status in enumerate(STATUSES)}, value=result.c.status, else_=9)
        yield worst.desc() if wanted.descending else worst
    elif wanted.sort != "due":
        held = result.c[wanted.sort]
        yield held.is_(None)
        yield held.desc() if wanted.descending else held
    if wanted.sort != "due":
        yield result.c.due_at.is_(None)  # which databases would sort first, or last
    by_due = ("due_at", *_KEYS)
    if wanted.sort == "due" and wanted.descending:
        yield from (result.c[name].desc() for name in by_due)
    else:
        yield from (result.c[name] for name in by_due)
