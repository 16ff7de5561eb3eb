"""What breaks next, what is at risk and what is broken, by who has it and by agreement (docs/web.md)."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import numpy as np
import sqlalchemy as sa

from sla_engine import Calendar
from sla_engine.instant import NEVER
from slabridge.app.age import Age, ages
from slabridge.app.facets import Facet, facets_of
from slabridge.app.readable import Readable
from slabridge.config import Config
from slabridge.state import cycles
from slabridge.state.cycles import FILTERS, SORTS, STATUSES, Counted, OpenCycle, Seen, Wanted
from slabridge.state.overview import LeftOut
from slabridge.state.overview import left_out as behind
from slabridge.ticket.viewer import Viewer

__all__ = ["FILTERS", "SORTS", "STATUSES", "Board", "Boards", "OpenCycle", "Wanted"]

_FRESH = 2.0
"""Seconds for which what was counted is taken: a run that writes changes it twice a second."""
_VIEWERS = 64


@dataclass(frozen=True, slots=True)
class Board:
    """The open cycles that were wanted: `total` in all, of which `cycles` are a part from `offset` on.

    `facets` counts by each field what fits all other filters, the worst first; an empty value is one that is unset.
    `left_out` says by connection how many tickets are to be judged or in quarantine, so that what stands here of them
    may be old; of a viewer who does not see all it says nothing. `foresees` is whether it is shown how likely cycles
    are to break. Instants are ms UTC, each by the clock of its connection's tool.
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
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    foresees: bool = False

    @property
    def nows(self) -> Mapping[str, int]:
        """What the tools' clocks say now, ms UTC, by connection."""
        return {age.connection: age.now for age in self.ages}


class Boards:
    """The boards of a state, for many who look at once: each viewer's cycles are counted every two seconds at most."""

    def __init__(self, readable: Readable) -> None:
        self.readable = readable
        definitions = readable.config.definitions
        self._calendars = {name: Calendar(calendar) for name, calendar in definitions.calendars.items()}
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
            counts = self._counted(sql, seen)
            left_out = behind(sql, [age.connection for age in known]) if viewer.sees_all else {}
        whole, facets = facets_of(counts, wanted)
        totals = (whole.cycles, whole.soon, whole.by_status)
        resumed = [*self.resumed(found, known)]
        return Board(known, wanted, *totals, facets, offset, limit, resumed, left_out, seen.foresees)

    def every(self, viewer: Viewer, wanted: Wanted) -> Iterator[Sequence[OpenCycle]]:
        """Yield all open cycles that a viewer sees, a part after the other, as of one moment.

        Raises:
            StateError, Busy: the state cannot be read.
        """
        with self.readable.state().reading() as sql:
            known, seen = _seen(sql, self.readable.config, viewer)
            for part in cycles.every(sql, seen, wanted):
                yield [*self.resumed(part, known)]

    def resumed(self, found: Sequence[OpenCycle], known: Sequence[Age]) -> Iterator[OpenCycle]:
        """Yield cycles, those that are paused with when they would be due had they gone on at the last run."""
        as_of = {age.connection: age.as_of for age in known}
        for one in found:
            calendar, at = self._calendars.get(one.calendar), as_of.get(one.connection)
            if one.due_if_resumed is None or calendar is None or at is None or one.remaining_ms < 0:
                yield one
                continue
            due = int(calendar.due(np.array([at], np.int64), np.array([one.remaining_ms], np.int64))[0])
            yield replace(one, due_if_resumed=None if due == NEVER else due)

    def _counted(self, sql: sa.Connection, seen: Seen) -> Sequence[Counted]:
        """Return what is counted of what a viewer sees; while somebody counts anew, the others have it as it was."""
        with self._lock:
            found = self._counts.setdefault(seen.viewer, _Counts())
            self._counts.move_to_end(seen.viewer)
            if len(self._counts) > _VIEWERS:
                self._counts.popitem(last=False)
        if monotonic() < found.until or (found.counted is not None and found.lock.locked()):
            return found.counted or ()
        with found.lock:
            if found.counted is None or monotonic() >= found.until:
                found.counted = cycles.counted(sql, seen)
                found.until = monotonic() + _FRESH
            return found.counted


class _Counts:
    def __init__(self) -> None:
        self.counted: Sequence[Counted] | None = None
        self.until = 0.0
        self.lock = threading.Lock()


def _seen(sql: sa.Connection, config: Config, viewer: Viewer) -> tuple[list[Age], Seen]:
    names = [connection.name for connection in config.connections]
    known = ages(sql, names)
    foresees = config.foresight.in_runs and viewer.foresees
    return known, Seen(viewer, names, min((age.now for age in known), default=0), foresees)
