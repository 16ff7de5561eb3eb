"""What breaks next, what is at risk and what is broken, by who has it and by agreement (docs/web.md)."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from slabridge.app.readable import Readable
from slabridge.config import Config
from slabridge.state import cycles, lease, runs
from slabridge.state.connections import as_ofs
from slabridge.state.cycles import FILTERS, SORTS, STATUSES, Counted, OpenCycle, Seen, Wanted
from slabridge.ticket.viewer import Viewer

__all__ = [
    "FILTERS",
    "SORTS",
    "STATUSES",
    "Age",
    "Board",
    "Boards",
    "Facet",
    "OpenCycle",
    "Wanted",
    "ages",
    "every",
]

_HOLDING = ("holder", "priority", "customer")
_FRESH = 2.0
"""Seconds for which what was counted is taken: a run that writes changes it twice a second."""
_VIEWERS = 64
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

    @property
    def nows(self) -> Mapping[str, int]:
        """What the tools' clocks say now, ms UTC, by connection."""
        return {age.connection: age.now for age in self.ages}


class Boards:
    """The boards of a state, for many who look at once: each viewer's cycles are counted every two seconds at most."""

    def __init__(self, readable: Readable) -> None:
        self.readable = readable
        self._counts: OrderedDict[Viewer, _Counts] = OrderedDict()
        self._lock = threading.Lock()

    def board(self, viewer: Viewer, wanted: Wanted, *, offset: int = 0, limit: int = 20) -> Board:
        """Return what a viewer sees of the open cycles.

        Raises:
            StateError, Busy: the state cannot be read.
        """
        state = self.readable.state()
        with state.reading() as sql:
            known, seen = _seen(sql, self.readable.config, viewer)
            found = cycles.listed(sql, seen, wanted, offset=offset, limit=limit)
            counts = [_soon(one) if wanted.soon else one for one in self._counted(sql, seen) if _fits(one, wanted)]
        every_one = _facet("", counts)
        facets = {name: _facets(counts, name) for name in ("connection", "kind", "agreement", "objective", *_HOLDING)}
        totals = (every_one.cycles, every_one.soon, every_one.by_status)
        return Board(known, wanted, *totals, facets, offset, limit, found)

    def _counted(self, sql: sa.Connection, seen: Seen) -> Sequence[Counted]:
        """Return what is counted of what a viewer sees; while somebody counts anew, the others have it as it was."""
        with self._lock:
            found = self._counts.setdefault(seen.viewer, _Counts())
            self._counts.move_to_end(seen.viewer)
            if len(self._counts) > _VIEWERS:
                self._counts.popitem(last=False)
        if time.monotonic() < found.until or (found.counted is not None and found.lock.locked()):
            return found.counted or ()
        with found.lock:
            if found.counted is None or time.monotonic() >= found.until:
                found.counted = cycles.counted(sql, seen)
                found.until = time.monotonic() + _FRESH
            return found.counted


class _Counts:
    def __init__(self) -> None:
        self.counted: Sequence[Counted] | None = None
        self.until = 0.0
        self.lock = threading.Lock()


def every(readable: Readable, viewer: Viewer, wanted: Wanted) -> Iterator[Sequence[OpenCycle]]:
    """Yield all open cycles that a viewer sees, a part after the other, as of one moment.

    Raises:
        StateError, Busy: the state cannot be read.
    """
    with readable.state().reading() as sql:
        yield from cycles.every(sql, _seen(sql, readable.config, viewer)[1], wanted)


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


def _fits(one: Counted, wanted: Wanted) -> bool:
    return all((getattr(one, name) or "") in values for name, values in wanted.where.items())


def _soon(one: Counted) -> Counted:
    return one._replace(cycles=one.soon)


def _facets(counts: Sequence[Counted], field: str) -> list[Facet]:
    by_value: dict[str, list[Counted]] = {}
    for one in counts:
        by_value.setdefault(getattr(one, field) or "", []).append(one)
    found = [_facet(value, those) for value, those in by_value.items() if any(one.cycles for one in those)]
    return sorted(found, key=lambda one: ([-one.by_status.get(status, 0) for status in STATUSES], one.value))


def _facet(value: str, counts: Sequence[Counted]) -> Facet:
    by_status = Counter[str]()
    for one in counts:
        by_status[one.status] += one.cycles
    ordered = {status: by_status[status] for status in STATUSES}
    return Facet(value, by_status.total(), sum(one.soon for one in counts), ordered)
