"""Cycles in a report: each case with its evidence, and those that are no case (yet)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sla_engine import Result
from sla_engine.instant import format_instant, seconds
from slabridge.report.case import Case, name_of
from slabridge.report.gathered import Changed
from slabridge.report.parts.values import Document, durations, instant
from slabridge.report.statistics import durations_of


def cycle(result: Result) -> Document:
    """Return a cycle."""
    return {
        "source": result.source,
        "ticket": result.ticket,
        "id": result.id,
        "agreement": result.agreement,
        "objective": result.objective,
        "cycle": result.cycle,
        "started_at": format_instant(result.started_at),
        "stopped_at": instant(result.stopped_at),
        "breached_at": instant(result.breached_at),
        "target_seconds": seconds(result.target),
        "elapsed_seconds": seconds(result.elapsed),
        "paused_seconds": seconds(result.paused),
        "over_seconds": seconds(max(0, -result.remaining)),
        "holder": result.holder,
        "dimensions": {name: ", ".join(values) for name, values in result.dimensions.items() if values},
    }


def breach(case: Case, root_causes: Mapping[tuple[str, str], str]) -> Document:
    """Return a breached cycle: who had it when it broke, and, with a chain, why and by whose overruns.

    `root_causes` is by a ticket's source and id what people say of it.
    """
    found = None if case.result.chain is None else case.result.chain.breach
    decisive = [] if found is None else [one.by for one in found.overruns if one.decisive]
    return {
        **cycle(case.result),
        "breach_holder": case.result.breach_holder if found is None else found.holder,
        "cause": None if found is None else found.cause,
        "root_cause": root_causes.get((case.result.source, case.result.id)),
        "overruns": [f"{by.agreement}.{by.objective} on {by.ticket.key}" for by in decisive],
    }


def open_and_breached(results: Sequence[Result], end: int) -> Document:
    """Return what is open and breached at an instant, ms UTC, and for how long beyond due."""
    found = sorted(results, key=lambda one: (one.breached_at or 0, name_of(one)))
    ages = [end - (one.breached_at or end) for one in found]
    counted = Counter((one.agreement, one.objective) for one in found)
    return {
        "count": len(found),
        "by_objective": [
            {"agreement": agreement, "objective": objective, "count": count}
            for (agreement, objective), count in sorted(counted.items())
        ],
        "age": durations(durations_of(ages)),
        "greatest_seconds": seconds(max(ages, default=0)),
        "cycles": [cycle(one) for one in found],
    }


def changed_under_way(found: Sequence[Changed]) -> Document:
    """Return the decided cycles whose target changed while they ran."""
    ordered = sorted(found, key=lambda one: name_of(one.result))
    return {
        "longer": sum(one.result.target > one.from_target for one in ordered),
        "shorter": sum(one.result.target < one.from_target for one in ordered),
        "met_only_thereby": sum(one.was_breached and not one.result.breached for one in ordered),
        "breached_only_thereby": sum(one.result.breached and not one.was_breached for one in ordered),
        "cycles": [
            {
                **cycle(one.result),
                "first_target_seconds": seconds(one.from_target),
                "first_breached": one.was_breached,
                "breached": one.result.breached,
            }
            for one in ordered
        ],
    }
