"""The cycles that are open, as lists that people look at (docs/web.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from sla_engine.instant import HOUR
from slabridge.state.schema import forecast, result, ticket
from slabridge.ticket.viewer import Viewer

FILTERS: Final = ("status", "kind", "connection", "agreement", "objective", "holder", "priority", "customer")
"""What a list can be narrowed by, and what its cycles are counted by."""
SORTS: Final = ("due", "status", "agreement", "holder", "priority", "risk")
STATUSES: Final = ("breached", "at_risk", "on_track", "paused")
"""Statuses of open cycles, the worst first."""

_KEYS: Final = ("connection", "ticket", "agreement", "objective", "cycle")
_SHOWN: Final = (
    *("connection", "agreement", "objective", "cycle", "kind", "stage", "status", "started_at", "due_at"),
    *("due_if_resumed", "breached_at", "target_ms", "remaining_ms", "holder", "priority", "team", "customer"),
    "calendar",
)
_FORESEEN: Final = tuple(forecast.c[name] for name in ("risk", "alike", "basis"))
_ITS_FORECAST_THERE: Final = sa.and_(*(forecast.c[name] == result.c[name] for name in _KEYS[1:]))
_ITS_FORECAST: Final = (forecast.c.connection == result.c.connection) & _ITS_FORECAST_THERE
_IS_FORESEEN: Final = sa.exists().select_from(forecast).where(_ITS_FORECAST).correlate(result)
_ITS: Final = (ticket.c.connection == result.c.connection) & (ticket.c.id == result.c.ticket)
_Holds = sa.ColumnElement[bool]
_MOST: Final = 500
"""Rows that are read at a time of a list that is taken along whole."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list has: by each filter the values that fit (an empty one: unset), in an order; none: all, by due time.

    By status the worst comes first, by risk what is likeliest to break. `soon`: only what runs and is due within an
    hour.
    """

    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = "due"
    descending: bool = False
    soon: bool = False


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """An open cycle as it was last judged; instants are ms UTC, times of work ms. `id` is the ticket's, `key` too.

    `risk` is how likely it is to break (0 to 1), of how many cycles, and which these were (`forecasts.Foreseen`); None
    where nobody knows, or it is not shown.
    """

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
    risk: float | None = None
    alike: int | None = None
    basis: str | None = None


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
    """What is looked at: by whom, the open cycles of which connections, and when (ms UTC by their tools' clocks).

    `foresees` is whether it is shown how likely they are to break.
    """

    viewer: Viewer
    connections: Sequence[str]
    now: int
    foresees: bool = False


def counted(sql: sa.Connection, seen: Seen) -> list[Counted]:
    """Return all open cycles, counted."""
    by = [result.c[name] for name in FILTERS]
    soon = sa.func.coalesce(sa.func.sum(sa.case((_soon(seen), 1), else_=0)), 0)
    statement = sa.select(*by, sa.func.count(), soon).where(*_fitting(seen, Wanted())).group_by(*by)
    return [Counted._make(row) for row in sql.execute(statement)]


def listed(sql: sa.Connection, seen: Seen, wanted: Wanted, *, offset: int = 0, limit: int = 50) -> list[OpenCycle]:
    """Return a part of the open cycles; what has no due time comes last, by risk what has none."""
    return _listed(sql, seen, _shown(seen, wanted), (), offset, limit)


def _shown(seen: Seen, wanted: Wanted) -> Wanted:
    """Return what is wanted, by due time where the risk that it is sorted by is not shown."""
    return replace(wanted, sort="due", descending=False) if wanted.sort == "risk" and not seen.foresees else wanted


def _listed(  # noqa: PLR0913, PLR0917 - a part of a list
    sql: sa.Connection, seen: Seen, wanted: Wanted, also: Sequence[_Holds], offset: int, limit: int
) -> list[OpenCycle]:
    if wanted.sort not in {"due", "risk"}:
        return _part(sql, seen, wanted, also, offset, limit)
    # Each half in the order of an index, of which no more is read than is asked for.
    by_risk = wanted.sort == "risk"
    has = _IS_FORESEEN if by_risk else result.c.due_at.is_not(None)
    first = _part(sql, seen, wanted, also if by_risk else (*also, has), offset, limit)
    if len(first) == limit:
        return first
    before = offset + len(first) if first or not offset else _count(sql, seen, wanted, (*also, has))
    left, offset, limit = (*also, ~has), max(0, offset - before), limit - len(first)
    if by_risk:
        return first + _listed(sql, seen, replace(wanted, sort="due", descending=False), left, offset, limit)
    return first + _part(sql, seen, wanted, left, offset, limit)


def _part(  # noqa: PLR0913, PLR0917 - a part of a list
    sql: sa.Connection, seen: Seen, wanted: Wanted, also: Sequence[_Holds], offset: int, limit: int
) -> list[OpenCycle]:
    # First which, by an index alone, and then what else is known of these few.
    named = [result.c[name] for name in _KEYS]
    chosen = sa.select(*named).where(*_fitting(seen, wanted), *also)
    if wanted.sort == "risk":
        # Not the column itself: SQLite would go through all open cycles, and sort them.
        same = (forecast.c.connection.concat("") == result.c.connection) & _ITS_FORECAST_THERE
        chosen = chosen.select_from(forecast.join(result, same))
    page = chosen.order_by(*_order(wanted)).offset(offset).limit(limit).subquery()
    of_page = sa.and_(*(result.c[name] == page.c[name] for name in _KEYS))
    statement = _known(seen, page.join(result, of_page)).order_by(*_order(wanted))
    return [OpenCycle(*row) for row in sql.execute(statement)]


def _count(sql: sa.Connection, seen: Seen, wanted: Wanted, also: Sequence[_Holds]) -> int:
    return sql.scalar(sa.select(sa.func.count()).select_from(result).where(*_fitting(seen, wanted), *also)) or 0


def every(sql: sa.Connection, seen: Seen, wanted: Wanted) -> Iterator[Sequence[OpenCycle]]:
    """Yield all open cycles, a part after the other."""
    wanted = _shown(seen, wanted)
    statement = _known(seen, result).where(*_fitting(seen, wanted))
    last = {"due": [result.c.due_at.is_(None)], "risk": [forecast.c.risk.is_(None)]}.get(wanted.sort, [])
    for rows in sql.execute(statement.order_by(*last, *_order(wanted))).partitions(_MOST):
        yield [OpenCycle(*row) for row in rows]


def _known(seen: Seen, chosen: sa.FromClause) -> sa.Select[*tuple[Any, ...]]:
    """Select what is known of results."""
    columns = [ticket.c.id, ticket.c.key, *(result.c[name] for name in _SHOWN)]
    source = chosen.join(ticket, _ITS)
    if not seen.foresees:
        return sa.select(*columns).select_from(source)
    return sa.select(*columns, *_FORESEEN).select_from(source.outerjoin(forecast, _ITS_FORECAST))


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
    elif wanted.sort == "risk":
        yield forecast.c.risk if wanted.descending else forecast.c.risk.desc()
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
