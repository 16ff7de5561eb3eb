"""Ended cycles keep the definition that they were judged by (docs/promises.md, P14). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sla_engine import Result
from sla_engine.clause import Clause
from sla_engine.instant import parse_instant

Row = Mapping[str, Any]
"""A stored result: what `row_of` gave."""

_Cycle = tuple[str, str, int]


def row_of(result: Result) -> dict[str, Any]:
    """Return a result as the state stores it: its JSON, and what that leaves out of an ended cycle."""
    return {**result.as_json(), "table": result.table, "calendar": result.calendar}


def keep(results: Sequence[Result], stored: Iterable[Row], clauses: Sequence[Clause]) -> list[Result]:
    """Return the results of one ticket, its ended cycles as they were judged by the definition then in force.

    Such a cycle replaces what today's definitions say of it, and remains where they say nothing of it. Only where a
    rule resumes cycles can one that had ended be open again: then it is judged anew.
    """
    kept = {(row["agreement"], row["objective"], row["cycle"]): row for row in kept_rows(stored, clauses)}
    if not kept:
        return list(results)
    resumed = {(c.agreement.id, c.objective.name) for c in clauses if c.objective.rule.on_reopen == "resume"}
    found: list[Result] = []
    for result in results:
        row = kept.pop(_cycle(result), None)
        again = result.stopped_at is None and (result.agreement, result.objective) in resumed
        found.append(result if row is None or again else _result(row, result.position))
    return [*found, *(_result(row, results[0].position if results else 0) for row in kept.values())]


def kept_rows(stored: Iterable[Row], clauses: Sequence[Clause]) -> list[Row]:
    """Return the stored results of ended cycles that were judged by a definition that is not in force today."""
    ended = [row for row in stored if row["stopped_at"] is not None]
    if not ended:
        return []
    current = {(clause.agreement.id, clause.objective.name, clause.definition) for clause in clauses}
    return [row for row in ended if (row["agreement"], row["objective"], row["definition"]) not in current]


def _cycle(result: Result) -> _Cycle:
    return result.agreement, result.objective, result.cycle


def _result(row: Row, position: int) -> Result:
    return Result(
        position=position,
        source=row["source"],
        ticket=row["ticket"],
        id=row["id"],
        table=row.get("table", row["agreement"]),
        agreement=row["agreement"],
        kind=row["kind"],
        objective=row["objective"],
        cycle=row["cycle"],
        stage=row["stage"],
        status=row["status"],
        breached=row["breached"],
        excluded=row["excluded"],
        started_at=parse_instant(row["started_at"]),
        stopped_at=_instant(row["stopped_at"]),
        due_at=_instant(row["due_at"]),
        due_if_resumed=_instant(row["due_if_resumed"]),
        breached_at=_instant(row["breached_at"]),
        next_change_at=_instant(row["next_change_at"]),
        target=_ms(row["target_seconds"]),
        elapsed=_ms(row["elapsed_seconds"]),
        paused=_ms(row["paused_seconds"]),
        holder=row["holder"],
        calendar=row.get("calendar", ""),
        definition=row["definition"],
    )


def _instant(text: str | None) -> int | None:
    return None if text is None else parse_instant(text)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
