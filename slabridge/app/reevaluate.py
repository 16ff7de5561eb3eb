"""Judging ended cycles anew, by today's definitions: only on demand, and for a period (docs/promises.md, P14)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sla_engine import Engine, Result
from slabridge.config import Config
from slabridge.state import ConnectionState, State, connections, lease, tickets
from slabridge.ticket.judging import judge
from slabridge.ticket.kept import of_other_definitions
from slabridge.ticket.known import Evaluated, Known
from slabridge.ticket.mapping import Mapper

BATCH = 1000


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


@dataclass(frozen=True, slots=True)
class _Ticket:
    """A ticket with its results by today's definitions, and those of its cycles that come out otherwise."""

    state: ConnectionState
    as_of: int
    known: Known
    results: Sequence[Result]
    changes: Sequence[Rejudged]


def reevaluate(config: Config, start: int, end: int, *, apply: bool) -> list[Rejudged]:
    """Return the cycles that ended in [start, end) (ms UTC) and that today's definitions judge otherwise.

    With `apply` they do so from now on, and the next run writes what comes of it.

    Raises:
        StateError: the state cannot be used.
        Busy: a run uses it.
    """
    state = State.of(config.state, create=False, migrate=apply)
    try:
        changes = list(rejudged(config, state, start, end))
        if apply:
            rejudge(config, state, start, end)
    finally:
        state.close()
    return changes


def rejudged(config: Config, state: State, start: int, end: int) -> Iterator[Rejudged]:
    """Yield the cycles that ended in [start, end) and that today's definitions judge otherwise."""
    for ticket in _each(config, state, start, end):
        yield from ticket.changes


def rejudge(config: Config, state: State, start: int, end: int) -> int:
    """Let today's definitions judge these cycles, and return how many came out otherwise; the next run writes them.

    Raises:
        Busy: a run uses this state.
    """
    count = 0
    with lease.held(state):
        for ticket in _each(config, state, start, end):
            with ticket.state.begin() as transaction:
                tickets.evaluated(
                    transaction,
                    ticket.as_of,
                    [Evaluated(ticket.known.id, ticket.results, changed_at=ticket.known.changed_at)],
                )
                tickets.mark_pending(transaction, [ticket.known.id])
                lease.renew(transaction.sql)
            count += len(ticket.changes)
    return count


def _each(config: Config, state: State, start: int, end: int) -> Iterator[_Ticket]:
    """Yield the tickets with cycles of the period that were judged by another definition."""
    engine = Engine(config.definitions, config.dimensions)
    for connection in config.connections:
        own = ConnectionState(state, connection.name)
        with own.begin() as transaction:
            as_of = connections.standing(transaction).as_of
        after = ""
        while as_of is not None and (batch := _batch(own, after)):
            after = batch[-1].id
            yield from _of_batch((engine, Mapper(connection)), own, as_of, batch, (start, end))


def _of_batch(
    judged_by: tuple[Engine, Mapper],
    own: ConnectionState,
    as_of: int,
    batch: Sequence[Known],
    period: tuple[int, int],
) -> Iterator[_Ticket]:
    engine, mapper = judged_by
    chosen: list[tuple[Known, list[Result]]] = []
    for known in batch:
        ours = [one for one in of_other_definitions(known.results, engine.clauses) if _ended_in(one, period)]
        if ours:
            others = [result for result in known.results if result not in ours]
            chosen.append((replace(known, results=others), ours))
    judgement = judge(engine, mapper, [known for known, _ in chosen], as_of)
    for n, ((known, ours), results) in enumerate(zip(chosen, judgement.results, strict=True)):
        if n in judgement.unmapped:
            continue  # not judged: what stands is kept
        changes = [_rejudged(own.connection, before, results) for before in ours]
        yield _Ticket(own, as_of, known, results, [change for change in changes if _differs(change)])


def _batch(own: ConnectionState, after: str) -> list[Known]:
    with own.begin() as transaction:
        return tickets.judged_before(transaction, after, BATCH)


def _ended_in(result: Result, period: tuple[int, int]) -> bool:
    return result.stopped_at is not None and period[0] <= result.stopped_at < period[1]


def _rejudged(connection: str, before: Result, results: Sequence[Result]) -> Rejudged:
    name = (before.agreement, before.objective, before.cycle)
    after = next((r for r in results if (r.agreement, r.objective, r.cycle) == name), None)
    return Rejudged(connection, before, after)


def _differs(change: Rejudged) -> bool:
    if change.after is None:
        return True
    old, new = change.before.as_json(), change.after.as_json()
    return any(old[name] != new[name] for name in new if name not in ("definition", "ticket"))
