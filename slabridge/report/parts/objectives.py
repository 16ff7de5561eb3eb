"""Each objective of a report: its compliance, its times, and its cases."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from operator import itemgetter
from typing import TypeVar

from sla_engine.agreement import Agreement
from sla_engine.instant import seconds
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.percent import Percent
from slabridge.config.services.promises import Promised
from slabridge.config.services.reporting import Reporting
from slabridge.report.case import Compliance, by_dimension, compliance_of, name_of
from slabridge.report.gathered import Gathered
from slabridge.report.parts.cycles import Cycles, Told, breach, exclusion
from slabridge.report.parts.values import Document, Keyed, durations, in_order
from slabridge.report.selection import bases_of
from slabridge.report.shown import shown_share
from slabridge.report.statistics import durations_of
from slabridge.text.said import said

Name = tuple[str, str]
"""An agreement's id, and the name of an objective of it."""
T = TypeVar("T")
NONE = Compliance()
"""That of no cycle."""


@dataclass(slots=True)
class Objective:
    """What an objective came to on some tickets of a period.

    `by` has its compliance by each value of each field, `ended` that of what ended in the period; of these are the
    times, in ms.
    """

    compliance: Compliance = NONE
    by: dict[str, dict[str, Compliance]] = field(default_factory=dict)
    ended: Compliance = NONE
    undecided: Counter[str] = field(default_factory=Counter)
    without_cycle: int = 0
    elapsed: list[int] = field(default_factory=list)
    wall: list[int] = field(default_factory=list)
    paused: list[int] = field(default_factory=list)
    met: Cycles = field(default_factory=Cycles)
    breaches: list[Keyed[Document]] = field(default_factory=list)
    decided_earlier: Cycles = field(default_factory=Cycles)
    excluded: list[Keyed[Document]] = field(default_factory=list)

    def merge(self, other: "Objective") -> None:
        """Add what it came to on tickets that come after these."""
        self.compliance += other.compliance
        for dimension, values in other.by.items():
            mine = self.by.setdefault(dimension, {})
            for value, found in values.items():
                mine[value] = mine.get(value, NONE) + found
        self.ended += other.ended
        self.undecided.update(other.undecided)
        self.without_cycle += other.without_cycle
        self.elapsed += other.elapsed
        self.wall += other.wall
        self.paused += other.paused
        self.met.merge(other.met)
        self.breaches += other.breaches
        self.decided_earlier.merge(other.decided_earlier)
        self.excluded += other.excluded


def came_to(gathered: Gathered, by: Sequence[str], told: Told) -> dict[Name, Objective]:
    """Return what each objective came to on the tickets that were gathered."""
    cases = _grouped(((case.result.agreement, case.result.objective), case) for case in gathered.cases)
    stopped = _grouped(((one.agreement, one.objective), one) for one in gathered.stopped)
    waiting = _grouped(((one.agreement, one.objective), one.stage) for one in gathered.undecided)
    found = {}
    for name in {*cases, *stopped, *waiting, *gathered.unmeasured}:
        mine, ended = cases.get(name, []), stopped.get(name, [])
        here = {name_of(case.result) for case in mine}
        keyed = sorted((((case.at, *name_of(case.result)), case) for case in mine), key=itemgetter(0))
        found[name] = Objective(
            compliance=compliance_of(case.result for case in mine),
            by={
                dimension: {
                    value: compliance_of(case.result for case in those)
                    for value, those in by_dimension(mine, dimension).items()
                }
                for dimension in by
            },
            ended=compliance_of(ended),
            undecided=Counter(waiting.get(name, ())),
            without_cycle=gathered.unmeasured[name],
            elapsed=sorted(one.elapsed for one in ended),
            wall=sorted((one.stopped_at or 0) - one.started_at for one in ended),
            paused=sorted(one.paused for one in ended),
            met=Cycles.of((key, c.result) for key, c in keyed if not c.breached and not c.result.excluded),
            breaches=[(key, breach(c, told)) for key, c in keyed if c.breached and not c.result.excluded],
            decided_earlier=Cycles.of(((), one) for one in ended if name_of(one) not in here),
            excluded=[(key, exclusion(c, told)) for key, c in keyed if c.result.excluded],
        )
    return found


def _grouped(named: Iterable[tuple[Name, T]]) -> dict[Name, list[T]]:
    found: dict[Name, list[T]] = {}
    for name, one in named:
        found.setdefault(name, []).append(one)
    return found


def objectives(
    agreements: Iterable[Agreement], found: Mapping[Name, Objective], reporting: Reporting, by: Sequence[str]
) -> Iterator[Document]:
    """Yield what is said of each objective; versions of an agreement are one."""
    bases = bases_of(reporting)
    last = {one.id: one for one in agreements}
    for agreement in sorted(last.values(), key=lambda one: KINDS.index(one.kind)):
        for objective in agreement.objectives:
            name = (agreement.id, objective.name)
            mine, promise = found.get(name, Objective()), reporting.promised.get(name, Promised())
            yield {
                "agreement": agreement.id,
                "name": agreement.name,
                "kind": agreement.kind,
                "objective": objective.name,
                "counts": bases[agreement.id],
                "compliance": compliance(mine.compliance, promise),
                "by_end": _by_end(mine.ended),
                "undecided": {stage: mine.undecided[stage] for stage in ("running", "paused")},
                "without_cycle": mine.without_cycle,
                "by": {
                    dimension: [
                        {"value": value, **compliance(counted, promise)}
                        for value, counted in sorted(mine.by.get(dimension, {}).items())
                    ]
                    for dimension in by
                },
                "elapsed": durations(durations_of(mine.elapsed)),
                "wall": durations(durations_of(mine.wall)),
                "paused": durations(durations_of(mine.paused)),
                "met": mine.met.listed(),
                "breaches": in_order(mine.breaches),
                "decided_earlier": mine.decided_earlier.listed(),
                "excluded": in_order(mine.excluded),
            }


def _by_end(ended: Compliance) -> Document:
    """Return compliance of what ended in the period, whenever it was decided: what is open counts nowhere in it."""
    percent = shown_share(Fraction(ended.met, ended.cases), 2) if ended.cases else None
    return {"met": ended.met, "breached": ended.breached, "percent": percent}


def compliance(counted: Compliance, promise: Promised) -> Document:
    """Return how the cycles that count kept what is promised of them."""
    promised, least = promise.compliance, promise.at_least
    share = Fraction(counted.met, counted.cases) if counted.cases else None
    decimals = max(2, promised.decimals if promised else 0)
    met = None if share is None or promised is None or counted.cases < least else share >= promised.share
    return {
        "met": counted.met,
        "met_with_pauses": counted.with_pauses,
        "paused_of_met_seconds": seconds(counted.paused),
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
