"""What breaks next, what is at risk and what is broken, by who has it and by agreement (docs/web.md)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.config import Config
from slabridge.state import State, cycles, lease, runs
from slabridge.state.connections import as_ofs
from slabridge.state.cycles import FILTERS, SORTS, STATUSES, Counted, OpenCycle, Seen, Wanted
from slabridge.ticket.viewer import Viewer

__all__ = ["FILTERS", "SORTS", "STATUSES", "Age", "Board", "Facet", "OpenCycle", "Wanted", "ages", "board", "every"]

_LOOKED_AT = 20
"""Runs in which a connection is looked for: one that was halted did not come to all."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old is what is known of a connection: `as_of` the tool's clock then (None: never), `now` what it says now."""

    connection: str
    as_of: int | None
    now: int

    @property
    def ms(self) -> int | None:
        """How long ago that was, ms."""
        return None if self.as_of is None else max(0, self.now - self.as_of)


@dataclass(frozen=True, slots=True)
class Facet:
    """How many of the open cycles hold a value, by status; `soon` are due within an hour."""

    value: str
    cycles: int
    soon: int
    by_status: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Board:
    """The open cycles that were wanted: `total` in all, of which `cycles` are a part from `offset` on.

    `facets` counts all of them by each field, the worst first; an empty value is one that is unset. Instants are ms
    UTC, each by the clock of its connection's tool.
    """

    ages: Sequence[Age]
    wanted: Wanted
    total: int
    soon: int
    by_status: Mapping[str, int]
    facets: Mapping[str, Sequence[Facet]]
    offset: int
    limit: int
    cycles: Sequence[OpenCycle]


def board(  # noqa: PLR0913 - a part of a list
    config: Config, state: State, viewer: Viewer, wanted: Wanted, *, offset: int = 0, limit: int = 20
) -> Board:
    """Return what a viewer sees of the open cycles.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    with state.reading() as sql:
        known, seen = _seen(sql, config, viewer)
        counts = cycles.counted(sql, seen, wanted)
        found = cycles.listed(sql, seen, wanted, offset=offset, limit=limit)
    fields: Mapping[str, Callable[[Counted], str]] = {
        "connection": lambda one: one.connection,
        "kind": lambda one: one.kind,
        "agreement": lambda one: one.agreement,
        "objective": lambda one: one.objective,
        "holder": lambda one: one.holder or "",
        "priority": lambda one: one.priority or "",
    }
    every_status = _facet("", counts)
    return Board(
        known,
        wanted,
        every_status.cycles,
        every_status.soon,
        every_status.by_status,
        {name: _facets(counts, value) for name, value in fields.items()},
        offset,
        limit,
        found,
    )


def every(config: Config, state: State, viewer: Viewer, wanted: Wanted) -> Iterator[Sequence[OpenCycle]]:
    """Yield all of them, a part after the other, as of one moment.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    with state.reading() as sql:
        yield from cycles.every(sql, _seen(sql, config, viewer)[1], wanted)


def _seen(sql: sa.Connection, config: Config, viewer: Viewer) -> tuple[list[Age], Seen]:
    names = [connection.name for connection in config.connections]
    known = ages(sql, names)
    return known, Seen(viewer, names, min((age.now for age in known), default=0))


def ages(sql: sa.Connection, names: Sequence[str]) -> list[Age]:
    """Return how old is what is known of each of these connections."""
    known = as_ofs(sql)
    past = runs.latest(sql, _LOOKED_AT)
    now = sql.scalar(sa.select(lease.clock(sql))) or 0
    return [Age(name, known.get(name), runs.tool_clock(past, name, now)) for name in names]


def _facets(counts: Sequence[Counted], value: Callable[[Counted], str]) -> list[Facet]:
    by_value: dict[str, list[Counted]] = {}
    for one in counts:
        by_value.setdefault(value(one), []).append(one)
    found = [_facet(name, those) for name, those in by_value.items()]
    return sorted(found, key=lambda one: ([-one.by_status.get(status, 0) for status in STATUSES], one.value))


def _facet(value: str, counts: Sequence[Counted]) -> Facet:
    by_status = Counter[str]()
    for one in counts:
        by_status[one.status] += one.cycles
    ordered = {status: by_status[status] for status in STATUSES}
    return Facet(value, by_status.total(), sum(one.soon for one in counts), ordered)
