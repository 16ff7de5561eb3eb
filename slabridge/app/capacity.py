"""When tickets come, what teams have in hand, and which agreement breaks first if more come (docs/capacity.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from sla_engine import Engine, Ticket
from sla_engine.instant import DAY
from slabridge.app.stored import stirred
from slabridge.capacity.arrivals import Arrivals, arrivals_of, is_dated
from slabridge.capacity.gathered import Gathered
from slabridge.capacity.growth import STEPS, Grown, first_broken
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.load import Load
from slabridge.capacity.replay import replay
from slabridge.capacity.teams import TeamVisits
from slabridge.capacity.trial import Trial
from slabridge.config import Config
from slabridge.spread import uncollected
from slabridge.state import State
from slabridge.state.ranges import Range, whole
from slabridge.ticket.mapping import Mapper

WEEKS = 13
"""The window, where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What teams carried in [first, until), ms UTC.

    `arrivals` are first those in all, then by team, the busiest first; `dated` tickets have a date for a time of
    creation, and are left out of them. `grown` has every objective, in the order of the file, as arrivals grow by
    `growth` percent, and by `STEPS`.
    """

    first: int
    until: int
    zone: str
    arrivals: tuple[Arrivals, ...]
    dated: int
    loads: tuple[Load, ...]
    growth: int
    grown: tuple[Grown, ...]

    @property
    def breaks_first(self) -> Grown | None:
        """The objective that breaks first as arrivals grow; None where none does."""
        return first_broken(self.grown, self.growth)


@uncollected()
def capacity(config: Config, since: int | None, growth: int) -> Capacity | None:
    """Return what teams carried since a local midnight (ms UTC; None: in 13 weeks), and what if arrivals had grown.

    It goes by the earliest as_of of the connections' last complete runs. None: nothing is known of that time.

    Raises:
        StateError: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        return _capacity(_Known(config, state), since, growth)
    finally:
        state.close()


class _Known:
    """The tickets of a state, as of one instant: the latest up to which all connections were read."""

    def __init__(self, config: Config, state: State) -> None:
        self.config, self._state = config, state
        self._mappers = {connection.name: Mapper(connection.mapping) for connection in config.connections}
        self._parts = whole(state, self._mappers)
        self.until = min((part.as_of for part in self._parts), default=0)

    def since(self, first: int) -> Iterator[Sequence[Ticket]]:
        """Yield those to which anything happened since an instant (ms UTC), in batches."""
        return chain.from_iterable(self._of(part, first) for part in self._parts)

    def _of(self, part: Range, first: int) -> Iterator[Sequence[Ticket]]:
        mapper = self._mappers[part.connection]
        for natives in stirred(self._state, part, first):
            yield [mapper.ticket(native) for native in natives]


def _capacity(known: _Known, since: int | None, growth: int) -> Capacity | None:
    engine, until = Engine(known.config.definitions), known.until
    first = _midnight(engine, until - WEEKS * 7 * DAY) if since is None else since
    if first >= until:
        return None
    gathered = Gathered(engine, first, until)
    for batch in known.since(first):
        gathered.add(batch)
    created = gathered.column("created")
    if not len(created):
        return None
    window = LocalHours.of(engine.zone, max(first, _midnight(engine, int(created.min()))), until)
    visits = TeamVisits(gathered, window)
    growths = sorted({0, growth, *STEPS})
    replays = {n: replay(visits.work, visits.copies(n), visits.teams, until) for n in growths}
    trial = Trial(gathered, replays)
    for batch in known.since(first):
        trial.add(batch)
    dated = is_dated(created, engine.zone)
    return Capacity(
        first=window.first,
        until=until,
        zone=engine.definitions.timezone,
        arrivals=tuple(_arrivals(gathered, window)),
        dated=int((dated & (created >= window.first)).sum()),
        loads=tuple(visits.loads([replays[0], replays[growth]])),
        growth=growth,
        grown=tuple(_grown(known.config, gathered, trial)),
    )


def _midnight(engine: Engine, at: int) -> int:
    """Return the local midnight at or before an instant, ms UTC."""
    return engine.zone.instant(int(engine.zone.local(np.array([at], np.int64))[0]) // DAY, 0)


def _arrivals(gathered: Gathered, window: LocalHours) -> Iterator[Arrivals]:
    created, to = gathered.column("created"), gathered.column("to")
    timed = ~is_dated(created, window.zone)
    yield arrivals_of("", created[timed], window)
    texts = gathered.teams.texts
    found = [arrivals_of(texts[n], created[timed & (to == n)], window) for n in range(len(texts)) if texts[n]]
    yield from sorted((one for one in found if one.count), key=lambda one: (-one.count, one.team))


def _grown(config: Config, gathered: Gathered, trial: Trial) -> Iterator[Grown]:
    promised = _promised(config)
    for name, truth in gathered.kept.items():
        share, least = promised.get(name, (None, 1))
        replayed = {growth: kept[name] for growth, kept in trial.kept.items()}
        yield Grown(name, share if truth.cycles >= least else None, truth, replayed)


def _promised(config: Config) -> Mapping[str, tuple[float | None, int]]:
    """Return the share in percent that each objective promises to keep, and of how many cycles at least."""
    rules = {} if config.reporting is None else config.reporting.promised
    return {
        f"{agreement}.{objective}": (
            None if one.compliance is None else float(100 * one.compliance.share),
            one.at_least,
        )
        for (agreement, objective), one in rules.items()
    }
