"""Each objective of a report: its compliance, its times, and its cases."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sla_engine.agreement import Agreement
from sla_engine.instant import seconds
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.percent import Percent
from slabridge.config.services.promises import Promised
from slabridge.report.case import Case, by_dimension, compliance_of, name_of
from slabridge.report.gathered import Gathered
from slabridge.report.parts.cycles import breach, cycle
from slabridge.report.parts.values import Document, durations
from slabridge.report.shown import shown_share
from slabridge.report.statistics import durations_of


def objectives(
    agreements: Iterable[Agreement],
    gathered: Gathered,
    promised: Mapping[tuple[str, str], Promised],
    by: Sequence[str],
    root_cause: str | None = None,
) -> Iterable[Document]:
    """Yield what is said of each objective; versions of an agreement are one. `root_cause` is a field."""
    causes = {} if root_cause is None else gathered.last_values(root_cause)
    ordered = sorted(gathered.cases, key=lambda case: (case.at, name_of(case.result)))
    cases: dict[tuple[str, str], list[Case]] = {}
    for case in ordered:
        cases.setdefault((case.result.agreement, case.result.objective), []).append(case)
    last = {one.id: one for one in agreements}
    for agreement in sorted(last.values(), key=lambda one: KINDS.index(one.kind)):
        for objective in agreement.objectives:
            name = (agreement.id, objective.name)
            mine, promise = cases.get(name, []), promised.get(name)
            target, least = (None, 1) if promise is None else (promise.compliance, promise.at_least)
            here = {name_of(case.result) for case in mine}
            ended = [one for one in gathered.stopped if (one.agreement, one.objective) == name]
            yield {
                "agreement": agreement.id,
                "name": agreement.name,
                "kind": agreement.kind,
                "objective": objective.name,
                "compliance": _compliance(mine, target, least),
                "undecided": {stage: gathered.undecided[*name, stage] for stage in ("running", "paused")},
                "by": {
                    dimension: [
                        {"value": value, **_compliance(found, target, least)}
                        for value, found in by_dimension(mine, dimension).items()
                    ]
                    for dimension in by
                },
                "elapsed": durations(durations_of(one.elapsed for one in ended)),
                "wall": durations(durations_of((one.stopped_at or 0) - one.started_at for one in ended)),
                "paused": durations(durations_of(one.paused for one in ended)),
                "met": [cycle(c.result) for c in mine if not c.breached and not c.result.excluded],
                "breaches": [breach(c, causes) for c in mine if c.breached and not c.result.excluded],
                "decided_earlier": [cycle(one) for one in ended if name_of(one) not in here],
                "excluded": [cycle(c.result) for c in mine if c.result.excluded],
            }


def _compliance(cases: Iterable[Case], promised: Percent | None, least: int) -> Document:
    cases = list(cases)
    counted = compliance_of(cases)
    share = Fraction(counted.met, counted.cases) if counted.cases else None
    decimals = max(2, promised.decimals if promised else 0)
    met = None if share is None or promised is None or counted.cases < least else share >= promised.share
    paused = [one.result for one in cases if one.result.paused and not one.breached and not one.result.excluded]
    return {
        "met": counted.met,
        "met_with_pauses": len(paused),
        "paused_of_met_seconds": seconds(sum(one.paused for one in paused)),
        "breached": counted.breached,
        "excluded": counted.excluded,
        "cases": counted.cases,
        "percent": None if share is None else shown_share(share, decimals),
        "target": None if promised is None else shown_share(promised.share, promised.decimals),
        "kept": met,
        "why_no_verdict": _why(counted.cases, promised, least),
    }


def _why(cases: int, promised: Percent | None, least: int) -> str:
    if not cases:
        return "no cases"
    if promised is None:
        return "no share is promised"
    return f"fewer than {least} cases" if cases < least else ""
