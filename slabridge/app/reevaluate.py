"""Judging ended cycles anew, by today's definitions: only on demand, and for a period (docs/promises.md, P14)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sla_engine import Engine, Result
from sla_engine.instant import parse_instant
from slabridge.config import Config, Connection
from slabridge.run.judge import judgement_of
from slabridge.state import State, connections, lease, tickets
from slabridge.state.tickets import Known
from slabridge.ticket.kept import Row, keep, kept_rows
from slabridge.ticket.mapping import Mapper

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One ended cycle: as it stands, and as today's definitions judge it (None: they have no such cycle)."""

    connection: str
    before: Row
    after: Result | None

    def as_json(self) -> dict[str, Any]:
        """Return both as plain values."""
        return {
            "connection": self.connection,
            "before": dict(self.before),
            "after": None if self.after is None else self.after.as_json(),
        }


def rejudged(config: Config, state: State, start: int, end: int) -> Iterator[Rejudged]:
    """Yield the cycles that ended in [start, end) and that today's definitions judge otherwise."""
    for _, changes in _each(config, state, start, end):
        yield from changes


def rejudge(config: Config, state: State, start: int, end: int) -> int:
    """Let today's definitions judge these cycles, and return how many came out otherwise; the next run writes them.

    Raises:
        Busy: a run uses this state.
    """
    count = 0
    with lease.held(state):
        for (connection, as_of, known, results), changes in _each(config, state, start, end):
            with state.begin() as transaction:
                tickets.judged(transaction, connection.name, as_of, [judgement_of(known.native.id, results)])
                tickets.mark_pending(transaction, connection.name, [known.native.id])
                lease.renew(transaction)
            count += len(changes)
    return count


_Ticket = tuple[Connection, int, Known, list[Result]]


def _each(config: Config, state: State, start: int, end: int) -> Iterator[tuple[_Ticket, list[Rejudged]]]:
    """Yield the tickets with cycles that were judged by another definition, with their new results and what changes."""
    engine = Engine(config.definitions)
    for connection in config.connections:
        with state.begin() as transaction:
            as_of = connections.standing(transaction, connection.name).as_of
        mapper = Mapper(connection)
        after = ""
        while as_of is not None and (batch := _batch(state, connection, after)):
            after = batch[-1].native.id
            found = [(known, kept_rows(known.results, engine.clauses)) for known in batch]
            found = [(known, rows) for known, rows in found if any(_within(row, start, end) for row in rows)]
            results = _evaluated(engine, [mapper.ticket(known.native) for known, _ in found], as_of)
            for (known, rows), fresh in zip(found, results, strict=True):
                ours = [row for row in rows if _within(row, start, end)]
                others = [row for row in rows if row not in ours]
                merged = keep(fresh, others, engine.clauses)
                changes = [_rejudged(connection.name, row, merged) for row in ours]
                yield (connection, as_of, known, merged), [one for one in changes if _differs(one)]


def _batch(state: State, connection: Connection, after: str) -> list[Known]:
    with state.begin() as transaction:
        return tickets.judged_before(transaction, connection.name, after, BATCH)


def _evaluated(engine: Engine, found: Sequence[Any], as_of: int) -> list[list[Result]]:
    results: list[list[Result]] = [[] for _ in found]
    for result in engine.evaluate(found, as_of).results:
        results[result.position].append(result)
    return results


def _within(row: Row, start: int, end: int) -> bool:
    return start <= parse_instant(row["stopped_at"]) < end


def _rejudged(connection: str, row: Row, results: Sequence[Result]) -> Rejudged:
    name = (row["agreement"], row["objective"], row["cycle"])
    after = next((r for r in results if (r.agreement, r.objective, r.cycle) == name), None)
    return Rejudged(connection, row, after)


def _differs(change: Rejudged) -> bool:
    if change.after is None:
        return True
    new = change.after.as_json()
    return any(change.before[name] != new[name] for name in new if name not in ("definition", "ticket"))
