"""Each objective of a report: its compliance, its times, and its cases."""

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from sla_engine import Result
from sla_engine.agreement import Agreement
from sla_engine.instant import seconds
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.percent import Percent
from slabridge.config.services.reporting import Reporting
from slabridge.report.case import Case, by_dimension, compliance_of, name_of
from slabridge.report.gathered import Gathered
from slabridge.report.parts.cycles import Told, breach, cycles, exclusion
from slabridge.report.parts.values import Document, durations
from slabridge.report.selection import bases_of
from slabridge.report.shown import shown_share
from slabridge.report.statistics import durations_of
from slabridge.text.said import said


def objectives(
    agreements: Iterable[Agreement],
    gathered: Gathered,
    reporting: Reporting,
    by: Sequence[str],
    told: Told,
) -> Iterable[Document]:
    """Yield what is said of each objective; versions of an agreement are one.

    What was gathered is taken out as it is told: of 300,000 cases not all stand in memory in both forms.
    """
    bases = bases_of(reporting)
    waiting = Counter((one.agreement, one.objective, one.stage) for one in gathered.undecided)
    ordered = sorted(gathered.cases, key=lambda case: (case.at, name_of(case.result)))
    cases: dict[tuple[str, str], list[Case]] = {}
    stopped: dict[tuple[str, str], list[Result]] = {}
    for case in ordered:
        cases.setdefault((case.result.agreement, case.result.objective), []).append(case)
    for one in gathered.stopped:
        stopped.setdefault((one.agreement, one.objective), []).append(one)
    ordered.clear()
    gathered.cases.clear()
    gathered.stopped.clear()
    last = {one.id: one for one in agreements}
    for agreement in sorted(last.values(), key=lambda one: KINDS.index(one.kind)):
        for objective in agreement.objectives:
            name = (agreement.id, objective.name)
            mine, promise = cases.pop(name, []), reporting.promised.get(name)
            target, least = (None, 1) if promise is None else (promise.compliance, promise.at_least)
            here = {name_of(case.result) for case in mine}
            ended = stopped.pop(name, [])
            yield {
                "agreement": agreement.id,
                "name": agreement.name,
                "kind": agreement.kind,
                "objective": objective.name,
                "counts": bases[agreement.id],
                "compliance": _compliance(mine, target, least),
                "by_end": _by_end(ended),
                "undecided": {stage: waiting[*name, stage] for stage in ("running", "paused")},
                "without_cycle": gathered.unmeasured[name],
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
                "met": cycles([c.result for c in mine if not c.breached and not c.result.excluded]),
                "breaches": [breach(c, told) for c in mine if c.breached and not c.result.excluded],
                "decided_earlier": cycles([one for one in ended if name_of(one) not in here]),
                "excluded": [exclusion(c, told) for c in mine if c.result.excluded],
            }


def _by_end(ended: Iterable[Result]) -> Document:
    """Return compliance of what ended in the period, whenever it was decided: what is open counts nowhere in it."""
    outcomes = [one.breached for one in ended if not one.excluded]
    met = outcomes.count(False)
    percent = shown_share(Fraction(met, len(outcomes)), 2) if outcomes else None
    return {"met": met, "breached": len(outcomes) - met, "percent": percent}


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


def _why(cases: int, promised: Percent | None, least: int) -> Document | None:
    if not cases:
        return said("no cases").as_json()
    if promised is None:
        return said("no share is promised").as_json()
    return said("fewer than %(count)s cases", count=least).as_json() if cases < least else None
