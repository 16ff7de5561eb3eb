"""Cycles in a report: each case with its evidence, and those that are no case (yet)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla_engine import Result
from sla_engine.clause import Clause
from sla_engine.condition import SOURCE, AnyOf
from sla_engine.instant import NEVER, format_instant, seconds
from slabridge.report.case import Case, name_of
from slabridge.report.changed import Changed
from slabridge.report.parts.values import Document, durations, instant, listed
from slabridge.report.statistics import durations_of
from slabridge.report.written import written
from slabridge.ticket.fitting import fits

_COLUMNS = (
    *("source", "ticket", "id", "agreement", "objective", "cycle", "started_at", "stopped_at", "breached_at"),
    *("target_seconds", "elapsed_seconds", "paused_seconds", "over_seconds", "holder"),
)


def cycle(result: Result) -> Document:
    """Return a cycle."""
    held = {name: ", ".join(values) for name, values in result.dimensions.items() if values}
    return {**dict(zip(_COLUMNS, _row(result), strict=True)), "dimensions": held}


def _row(result: Result) -> list[Any]:
    return [
        result.source,
        result.ticket,
        result.id,
        result.agreement,
        result.objective,
        result.cycle,
        format_instant(result.started_at),
        instant(result.stopped_at),
        instant(result.breached_at),
        seconds(result.target),
        seconds(result.elapsed),
        seconds(result.paused),
        seconds(max(0, -result.remaining)),
        result.holder,
    ]


def cycles(results: Sequence[Result]) -> Document:
    """Return many cycles as a list, each with what all fields held of which any has something."""
    fields = sorted({name for one in results for name, values in one.dimensions.items() if values})
    rows = (_row(one) + [", ".join(one.dimensions.get(name, ())) or None for name in fields] for one in results)
    return listed((*_COLUMNS, *fields), rows)


@dataclass(frozen=True, slots=True)
class Told:
    """What people say of tickets, by source and id: root causes, and who approved an exclusion (None: nobody is asked).

    `clauses` are by definition what cycles were judged by.
    """

    causes: Mapping[tuple[str, str], str]
    approvals: Mapping[tuple[str, str], str] | None
    clauses: Mapping[str, Clause]


def breach(case: Case, told: Told) -> Document:
    """Return a breached cycle: who had it when it broke, and, with a chain, why and by whose overruns."""
    found = None if case.result.chain is None else case.result.chain.breach
    decisive = [] if found is None else [one.by for one in found.overruns if one.decisive]
    return {
        **cycle(case.result),
        "breach_holder": case.result.breach_holder if found is None else found.holder,
        "cause": None if found is None else found.cause,
        "root_cause": told.causes.get((case.result.source, case.result.id)),
        "overruns": [f"{by.agreement}.{by.objective} on {by.ticket.key}" for by in decisive],
    }


def exclusion(case: Case, told: Told) -> Document:
    """Return an excluded cycle: by which condition, as the file writes it, and who approved it."""
    result, approvals = case.result, told.approvals
    return {
        **cycle(result),
        "because": _because(result, told.clauses.get(result.definition)),
        "approved_by": None if approvals is None else approvals.get((result.source, result.id)),
    }


def _because(result: Result, clause: Clause | None) -> str | None:
    """Return the parts of the exclusion that hold at a cycle's deciding row; None where its definition is gone."""
    if clause is None:
        return None
    held = {**result.dimensions, SOURCE: (result.source,)}
    given = [one for one in (clause.agreement.exclude, clause.objective.exclude) if one is not None]
    parts = [part for one in given for part in (one.parts if isinstance(one, AnyOf) else (one,))]
    holding = [part for part in parts if fits(part, held)]
    return "; ".join(map(written, holding or parts))


def open_and_breached(results: Sequence[Result], end: int) -> Document:
    """Return what is open and breached at an instant, ms UTC, and for how long beyond due."""
    ordered = sorted(results, key=lambda one: (one.breached_at or 0, name_of(one)))
    found = [{**cycle(one), "age_seconds": seconds(end - (one.breached_at or end))} for one in ordered]
    return {**counts_of_open(found), "cycles": found}


def counts_of_open(found: Sequence[Document]) -> Document:
    """Return the figures of what is open and breached."""
    ages = [round(one["age_seconds"] * 1000) for one in found]
    counted = Counter((one["agreement"], one["objective"]) for one in found)
    return {
        "count": len(found),
        "by_objective": [
            {"agreement": agreement, "objective": objective, "count": count}
            for (agreement, objective), count in sorted(counted.items())
        ],
        "age": durations(durations_of(ages)),
        "greatest_seconds": seconds(max(ages, default=0)),
    }


def undecided(results: Sequence[Result]) -> Document:
    """Return the cycles that are neither met nor breached yet as a list, what is due first first."""
    ordered = sorted(results, key=lambda one: (one.due_at or one.due_if_resumed or NEVER, name_of(one)))
    rows = ([*_row(one), instant(one.due_at), instant(one.due_if_resumed), one.stage] for one in ordered)
    return listed((*_COLUMNS, "due_at", "due_if_resumed", "stage"), rows)


def changed_under_way(found: Sequence[Changed]) -> Document:
    """Return the decided cycles whose target changed while they ran."""
    cycles = [
        {
            **cycle(one.result),
            "first_target_seconds": seconds(one.from_target),
            "first_breached": one.was_breached,
            "breached": one.result.breached,
            "strictest_target_seconds": seconds(one.strictest.target),
            "strictest_breached": one.strictest.breached,
            "steps": [*one.steps],
        }
        for one in sorted(found, key=lambda one: name_of(one.result))
    ]
    return {**counts_of_changed(cycles), "cycles": cycles}


def counts_of_changed(found: Sequence[Document]) -> Document:
    """Return the figures of cycles whose target changed."""
    return {
        "longer": sum(one["target_seconds"] > one["first_target_seconds"] for one in found),
        "shorter": sum(one["target_seconds"] < one["first_target_seconds"] for one in found),
        "met_only_thereby": sum(one["first_breached"] and not one["breached"] for one in found),
        "breached_only_thereby": sum(one["breached"] and not one["first_breached"] for one in found),
        "breached_by_the_strictest": sum(one["strictest_breached"] and not one["breached"] for one in found),
    }
