"""From known tickets to results: mapped, evaluated, and their ended cycles kept. One way for all who judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sla_engine import Engine, Result, Ticket
from slabridge.ticket.kept import keep
from slabridge.ticket.known import Known
from slabridge.ticket.mapping import Mapper


@dataclass(frozen=True, slots=True)
class Judgement:
    """What tickets came to, in their order. `invalid` is place -> why one cannot be judged, `warnings` are of data."""

    tickets: Sequence[Ticket]
    results: Sequence[list[Result]]
    invalid: Mapping[int, str]
    warnings: Sequence[tuple[int, str]]


def judge(engine: Engine, mapper: Mapper, batch: Sequence[Known], as_of: int, *, segments: bool = False) -> Judgement:
    """Judge tickets as at `as_of` (ms UTC), without changing anything."""
    tickets = [mapper.ticket(known.native) for known in batch]
    evaluation = engine.evaluate(tickets, as_of, segments=segments)
    results: list[list[Result]] = [[] for _ in batch]
    for result in evaluation.results:
        results[result.position].append(result)
    kept = [keep(n, results[n], known.results, engine.clauses) for n, known in enumerate(batch)]
    return Judgement(tickets, kept, dict(evaluation.invalid), evaluation.warnings)
