"""Cycles in a report: each case with its evidence, and those that are no case (yet)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sla_engine import Result
from sla_engine.clause import Clause
from sla_engine.condition import SOURCE, AnyOf
from sla_engine.instant import NEVER, format_instant, seconds
from slabridge.report.case import Case, name_of
from slabridge.report.changed import Changed
from slabridge.report.parts.values import Document, Keyed, durations, in_order, instant, listed
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


@dataclass(slots=True)
class Cycles:
    """Many cycles as a list in the making, each with what all `fields` held: those of which any holds something."""

    fields: list[str] = field(default_factory=list)
    rows: list[Keyed[list[Any]]] = field(default_factory=list)

    @classmethod
    def of(cls, keyed: Iterable[Keyed[Result]]) -> Self:
        """Return a list of cycles."""
        keyed = [*keyed]
        fields = sorted({name for _, one in keyed for name, values in one.dimensions.items() if values})
        held = ([", ".join(one.dimensions.get(name, ())) or None for name in fields] for _, one in keyed)
        return cls(fields, [(key, _row(one) + values) for (key, one), values in zip(keyed, held, strict=True)])

    def merge(self, other: "Cycles") -> None:
        """Add those of other tickets."""
        fields = sorted({*self.fields, *other.fields})
        self.rows = self.over(fields)
        self.rows += other.over(fields)
        self.fields = fields

    def over(self, fields: list[str]) -> list[Keyed[list[Any]]]:
        """Return the rows over more fields."""
        if fields == self.fields:
            return self.rows
        own, places = len(_COLUMNS), {name: n for n, name in enumerate(self.fields, len(_COLUMNS))}
        return [
            (key, row[:own] + [row[places[name]] if name in places else None for name in fields])
            for key, row in self.rows
        ]

    def listed(self) -> Document:
        """Return the list."""
        return listed((*_COLUMNS, *self.fields), in_order(self.rows))


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


def open_and_breached(results: Iterable[Result], end: int) -> list[Keyed[Document]]:
    """Return what is open and breached at an instant (ms UTC), and for how long beyond due."""
    return [
        ((one.breached_at or 0, *name_of(one)), {**cycle(one), "age_seconds": seconds(end - (one.breached_at or end))})
        for one in results
    ]


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


def undecided(results: Iterable[Result]) -> list[Keyed[list[Any]]]:
    """Return the rows of cycles that are neither met nor breached yet, what is due first first."""
    return [
        (
            (one.due_at or one.due_if_resumed or NEVER, *name_of(one)),
            [*_row(one), instant(one.due_at), instant(one.due_if_resumed), one.stage],
        )
        for one in results
    ]


UNDECIDED = (*_COLUMNS, "due_at", "due_if_resumed", "stage")
"""Their columns."""


def changed_under_way(found: Iterable[Changed]) -> list[Keyed[Document]]:
    """Return the decided cycles whose target changed while they ran."""
    return [
        (
            name_of(one.result),
            {
                **cycle(one.result),
                "first_target_seconds": seconds(one.from_target),
                "first_breached": one.was_breached,
                "breached": one.result.breached,
                "strictest_target_seconds": seconds(one.strictest.target),
                "strictest_breached": one.strictest.breached,
                "steps": [*one.steps],
            },
        )
        for one in found
    ]


def counts_of_changed(found: Sequence[Document]) -> Document:
    """Return the figures of cycles whose target changed."""
    return {
        "longer": sum(one["target_seconds"] > one["first_target_seconds"] for one in found),
        "shorter": sum(one["target_seconds"] < one["first_target_seconds"] for one in found),
        "met_only_thereby": sum(one["first_breached"] and not one["breached"] for one in found),
        "breached_only_thereby": sum(one["breached"] and not one["first_breached"] for one in found),
        "breached_by_the_strictest": sum(one["strictest_breached"] and not one["breached"] for one in found),
    }
