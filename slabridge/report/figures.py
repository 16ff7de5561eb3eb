"""What a period's promises and credits come to, without the lists behind them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from slabridge.config.agreements.agreement import KINDS
from slabridge.config.services.promises import Promised
from slabridge.config.services.reporting import Reporting
from slabridge.report.case import Case, compliance_of
from slabridge.report.document import ServicePart, summary
from slabridge.report.parts.availability import availability
from slabridge.report.parts.objectives import compliance
from slabridge.report.parts.values import Document


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise and what came of it, as the summary of a report has it; percentages are texts, cut."""

    name: str
    measure: str
    target: str | None
    percent: str | None
    cases: int
    kept: bool | None


@dataclass(frozen=True, slots=True)
class Figures:
    """All promises of a period, and by currency the credits of its bills."""

    promises: tuple[Promise, ...]
    credits: Mapping[str, Decimal]


def figures_of(reporting: Reporting, cases: Sequence[Case], services: Sequence[ServicePart]) -> Figures:
    """Return what cases, outages and bills come to."""
    available = [availability(part.service, part.availability) for part in services if part.availability]
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for bill in (bill for part in services for bill in part.bills):
        owed[bill.currency] += bill.total
    rows = summary(_objectives(reporting, cases), available)
    keys = ("promise", "measure", "target", "percent", "cases", "kept")
    return Figures(tuple(Promise(*(row[key] for key in keys)) for row in rows), dict(sorted(owed.items())))


def _objectives(reporting: Reporting, cases: Sequence[Case]) -> Iterator[Document]:
    """Yield the compliance of each objective, in the order of a report; versions of an agreement are one."""
    found: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        found.setdefault((case.result.agreement, case.result.objective), []).append(case)
    last = {one.id: one for one in reporting.definitions.agreements}
    for agreement in sorted(last.values(), key=lambda one: KINDS.index(one.kind)):
        for objective in agreement.objectives:
            name = (agreement.id, objective.name)
            counted = compliance_of(case.result for case in found.get(name, ()))
            kept = compliance(counted, reporting.promised.get(name, Promised()))
            yield {"agreement": agreement.id, "objective": objective.name, "compliance": kept}
