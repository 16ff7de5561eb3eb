"""Judging ended cycles anew, by today's definitions: only on demand, and for a period (docs/promises.md, P14)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from sla_engine import Engine, Result
from sla_engine.agreement import Definitions
from sla_engine.result import FIELDS
from slabridge.config import Config, TicketMapping
from slabridge.spread import HERE, Spread
from slabridge.state import ConnectionState, State, lease, tickets
from slabridge.state.ranges import Range
from slabridge.ticket.judging import judge
from slabridge.ticket.kept import of_other_definitions
from slabridge.ticket.known import Evaluated, Known
from slabridge.ticket.mapping import Mapper

BATCH = 1000
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One ended cycle: as it stands, and as today's definitions judge it (None: they have no such cycle)."""

    connection: str
    before: Result
    after: Result | None

    def as_json(self) -> dict[str, Any]:
        """Return both as plain values."""
        after = None if self.after is None else self.after.as_json()
        return {"connection": self.connection, "before": self.before.as_json(), "after": after}


class Found(NamedTuple, Generic[S]):
    """What a range comes to: its connection and as_of, cycles that come out otherwise, and what is then to be kept."""

    connection: str
    as_of: int
    shown: list[S]
    evaluated: list[Evaluated]


@dataclass(frozen=True, slots=True)
class Rejudging(Generic[S]):
    """The job: judge the cycles of a range that ended in a period and were judged by another definition.

    Those that come out otherwise are handed back as they are `shown`; with `apply` also what tickets come to.
    """

    definitions: Definitions
    dimensions: Collection[str]
    mappings: Mapping[str, TicketMapping]
    period: tuple[int, int]
    shown: Callable[[Rejudged], S]
    apply: bool

    def of(self, state: State, part: Range) -> Found[S]:
        """Return what a range comes to."""
        engine, mapper = Engine(self.definitions, self.dimensions), Mapper(self.mappings[part.connection])
        found = Found[S](part.connection, part.as_of, [], [])
        for batch in _batches(state, part):
            for known, results, changes in self._of_batch(engine, mapper, part, batch):
                found.shown.extend(map(self.shown, changes))
                if self.apply:
                    found.evaluated.append(Evaluated(known.id, results, changed_at=known.changed_at))
        return found

    def _of_batch(
        self, engine: Engine, mapper: Mapper, part: Range, batch: Sequence[Known]
    ) -> Iterator[tuple[Known, Sequence[Result], list[Rejudged]]]:
        """Yield tickets with such cycles, their results by today's definitions, and what comes out otherwise."""
        chosen: list[tuple[Known, list[Result]]] = []
        for known in batch:
            others = of_other_definitions(known.results, engine.clauses)
            ours = [one for one in others if _ended_in(one, self.period)]
            if ours:
                kept = [result for result in known.results if result not in ours]
                chosen.append((replace(known, results=kept), ours))
        judgement = judge(engine, mapper, [known for known, _ in chosen], part.as_of)
        for n, ((known, ours), results) in enumerate(zip(chosen, judgement.results, strict=True)):
            if n in judgement.unmapped:
                continue  # not judged: what stands is kept
            changes = [_rejudged(part.connection, before, results) for before in ours]
            yield known, results, [change for change in changes if _differs(change)]


def reevaluate(
    config: Config,
    period: tuple[int, int],
    shown: Callable[[Rejudged], S],
    *,
    apply: bool = False,
    spread: Spread = HERE,
) -> Iterator[S]:
    """Yield the cycles that ended in [first, last) (ms UTC) and that today's definitions judge otherwise.

    Each is handed over as it is `shown`, by a function of a module: it is called where the ticket is judged. With
    `apply` today's definitions judge them from now on, and the next run writes what comes of it.

    Raises:
        StateError: the state cannot be used.
        Busy: a run uses it.
        NoWorkers: nobody can do it.
    """
    state = State.of(config.state, create=False, migrate=apply)
    try:
        yield from rejudged(config, state, period, shown, apply=apply, spread=spread)
    finally:
        state.close()


def rejudged(  # noqa: PLR0913 - what is judged, and what becomes of it
    config: Config,
    state: State,
    period: tuple[int, int],
    shown: Callable[[Rejudged], S],
    *,
    apply: bool = False,
    spread: Spread = HERE,
) -> Iterator[S]:
    """Do the same over an open state: whoever judges, this process alone writes."""
    mappings = {connection.name: connection.mapping for connection in config.connections}
    job = Rejudging(config.definitions, config.dimensions, mappings, period, shown, apply)
    with lease.held(state) if apply else nullcontext():
        for found in spread.each(job, state, [*mappings]):
            for start in range(0, len(found.evaluated), BATCH):
                _keep(state, found, found.evaluated[start : start + BATCH])
            yield from found.shown


def _keep(state: State, found: Found[S], evaluated: Sequence[Evaluated]) -> None:
    with ConnectionState(state, found.connection).begin() as transaction:
        tickets.evaluated(transaction, found.as_of, evaluated)
        tickets.mark_pending(transaction, [one.id for one in evaluated])
        lease.renew(transaction.sql)


def _batches(state: State, part: Range) -> Iterator[list[Known]]:
    own, after = ConnectionState(state, part.connection), part.after
    while True:
        with own.reading() as transaction:
            batch = tickets.judged_before(transaction, after, BATCH, part.until)
        if not batch:
            return
        after = batch[-1].id
        yield batch


def _ended_in(result: Result, period: tuple[int, int]) -> bool:
    return result.stopped_at is not None and period[0] <= result.stopped_at < period[1]


def _rejudged(connection: str, before: Result, results: Sequence[Result]) -> Rejudged:
    name = (before.agreement, before.objective, before.cycle)
    after = next((r for r in results if (r.agreement, r.objective, r.cycle) == name), None)
    return Rejudged(connection, before, after)


def _differs(change: Rejudged) -> bool:
    return change.after is None or _SHOWN(change.before) != _SHOWN(change.after)


_SHOWN = attrgetter(*(attribute for name, (attribute, _) in FIELDS.items() if name not in ("definition", "ticket")))
