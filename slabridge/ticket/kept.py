"""Ended cycles keep the definition that they were judged by (docs/promises.md, P14). Pure."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from sla_engine import Result
from sla_engine.clause import Clause


def keep(position: int, results: Sequence[Result], stored: Iterable[Result], clauses: Sequence[Clause]) -> list[Result]:
    """Return the results of one ticket, its ended cycles as they were judged by the definition then in force.

    Such a cycle replaces what today's definitions say of it, and remains where they say nothing of it. Only where a
    rule resumes cycles can one that had ended be open again: then it is judged anew. `position` is the ticket's.
    """
    kept = {_cycle(one): replace(one, position=position) for one in of_other_definitions(stored, clauses)}
    if not kept:
        return list(results)
    resumed = {(c.agreement.id, c.objective.name) for c in clauses if c.objective.rule.on_reopen == "resume"}
    found: list[Result] = []
    for result in results:
        before = kept.pop(_cycle(result), None)
        again = result.stopped_at is None and (result.agreement, result.objective) in resumed
        found.append(result if before is None or again else before)
    return [*found, *kept.values()]


def of_other_definitions(stored: Iterable[Result], clauses: Sequence[Clause]) -> list[Result]:
    """Return the stored results of ended cycles that were judged by a definition that is not in force today."""
    ended = [result for result in stored if result.stopped_at is not None]
    if not ended:
        return []
    current = {(clause.agreement.id, clause.objective.name, clause.definition) for clause in clauses}
    return [one for one in ended if (one.agreement, one.objective, one.definition) not in current]


def _cycle(result: Result) -> tuple[str, str, int]:
    return result.agreement, result.objective, result.cycle
