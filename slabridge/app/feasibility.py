"""Whether the agreements beneath can keep the promise on top, and the ways that tickets took (docs/feasibility.md)."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sla_engine import Engine, Result
from sla_engine.chain.fit import Fit, fits_of
from sla_engine.chain.outcome import ChainSegment
from slabridge.advice.seen import parts_of
from slabridge.app.stored import stored
from slabridge.config import Config
from slabridge.state import State
from slabridge.state.ranges import whole
from slabridge.ticket.mapping import Mapper

_MOST = 10
"""The ways shown of each objective: the most frequent."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one holder took in one place of a way: median and 90th percentile, and what was allowed there (ms).

    `allowed` is the median target of the promises that covered it, None where none did.
    """

    holder: str
    median: int
    ninetieth: int
    allowed: int | None


@dataclass(frozen=True, slots=True)
class Way:
    """The holders of ended cycles in order, and how often they were these."""

    objective: str
    count: int
    of: int
    visits: tuple[Visit, ...]


def feasibility(config: Config, first: int, last: int) -> tuple[list[Fit], list[Way]]:
    """Return how the configured paths fit over all starts in [first, last), ms UTC, and the ways tickets took.

    Raises:
        StateError: the state cannot be read.
    """
    engine = Engine(config.definitions)
    state = State.of(config.state, create=False, migrate=False)
    try:
        return fits_of(config.definitions, engine.calendars, first, last), _ways(engine, config, state)
    finally:
        state.close()


def _ways(engine: Engine, config: Config, state: State) -> list[Way]:
    """Return the ways of all cycles to customers that were completed, the most frequent first."""
    counts: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    times: dict[tuple[str, tuple[str, ...]], list[array[int]]] = {}
    for result, visits, allowed in _visits(engine, config, state):
        objective = f"{result.agreement}.{result.objective}"
        way = tuple(holder for holder, _ in visits)
        counts[objective][way] += 1
        columns = times.setdefault((objective, way), [array("q") for _ in range(2 * len(way))])
        for place, (_, worked) in enumerate(visits):
            columns[2 * place].append(worked)
            if (most := allowed[place]) is not None:
                columns[2 * place + 1].append(most)
    found = []
    for objective, ways in counts.items():
        for way, count in sorted(ways.items(), key=lambda each: (-each[1], each[0]))[:_MOST]:
            columns = times[objective, way]
            shown = tuple(
                Visit(
                    holder,
                    _share(columns[2 * place], 50),
                    _share(columns[2 * place], 90),
                    _share(columns[2 * place + 1], 50) if columns[2 * place + 1] else None,
                )
                for place, holder in enumerate(way)
            )
            found.append(Way(objective, count, ways.total(), shown))
    return found


def _share(amounts: Sequence[int], percent: int) -> int:
    """Return the smallest amount that so many percent do not exceed."""
    return sorted(amounts)[-(-percent * len(amounts) // 100) - 1]


def _visits(
    engine: Engine, config: Config, state: State
) -> Iterator[tuple[Result, list[tuple[str, int]], list[int | None]]]:
    """Yield completed cycles with their visits, (holder, working time), and what each was allowed."""
    mappers = {connection.name: Mapper(connection) for connection in config.connections}
    for part in whole(state, mappers):
        mapper = mappers[part.connection]
        for natives in stored(state, part):
            results = engine.evaluate([mapper.ticket(native) for native in natives], part.as_of, chain=True).results
            targets = {(r.source, r.id, r.agreement, r.objective, r.cycle): r.target for r in results}
            for result in results:
                parts = parts_of(result)
                if parts:
                    visits = [(part[0].holder or "nobody", sum(segment.worked for segment in part)) for part in parts]
                    yield result, visits, [_allowed(part, targets) for part in parts]


def _allowed(part: list[ChainSegment], targets: dict[tuple[str, str, str, str, int], int]) -> int | None:
    cover = next((segment.cover for segment in part if segment.cover is not None), None)
    if cover is None:
        return None
    return targets[cover.ticket.source, cover.ticket.id, cover.agreement, cover.objective, cover.cycle]
