"""A report as plain values: every figure with its numerator, denominator and cases (docs/reports.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sla_engine.instant import format_instant, seconds
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.service import Service
from slabridge.report.availability import Availability
from slabridge.report.credits import Credits
from slabridge.report.duties import Duty
from slabridge.report.gathered import Gathered, Selection
from slabridge.report.kpis import Worked
from slabridge.report.parts.availability import availability
from slabridge.report.parts.consequences import consequences
from slabridge.report.parts.cycles import changed_under_way, open_and_breached
from slabridge.report.parts.kpis import kpis, measured, tickets
from slabridge.report.parts.objectives import objectives
from slabridge.report.parts.satisfaction import satisfaction
from slabridge.report.parts.values import Document
from slabridge.report.period import Period
from slabridge.report.satisfaction import Satisfaction
from slabridge.report.trend import Earlier, trend
from slabridge.report.usage import Usage

__all__ = ["Content", "Document", "ServicePart", "document_of"]


@dataclass(frozen=True, slots=True)
class ServicePart:
    """What of a report is about one service."""

    service: Service
    availability: Availability | None = None
    bills: Sequence[Credits] = ()
    duties: Sequence[Duty] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report is made of; `worked` is the working time by which tickets are measured."""

    reporting: Reporting
    period: Period
    as_of: int
    state: str
    selection: Selection
    gathered: Gathered
    usage: Usage
    worked: Worked
    calendar: str
    by: Sequence[str] = ("priority",)
    services: Sequence[ServicePart] = ()
    satisfaction: Sequence[Satisfaction] = ()
    notes: Sequence[str] = field(default_factory=list)
    trend: Sequence[Earlier] = ()
    earlier: Sequence[str] = ()


def document_of(content: Content) -> Document:
    """Return the report."""
    reporting, found, chosen = content.reporting, content.gathered, content.selection.agreements
    agreements = [one for one in reporting.definitions.agreements if not chosen or one.id in chosen]
    each = [*objectives(agreements, found, reporting.promised, content.by, reporting.rules.root_cause)]
    available = [availability(part.service, part.availability) for part in content.services if part.availability]
    figures = measured(found.lives, content.period, content.as_of, reporting.rules, content.worked)
    return {
        "cover": _cover(content),
        "summary": [*_summary(each, available)],
        "trend": trend(content.trend, [*_promises(each, available)], content.earlier),
        "objectives": each,
        "availability": available,
        "kpis": kpis(figures, content.calendar, reporting.rules.fault),
        "satisfaction": [*map(satisfaction, content.satisfaction)],
        "tickets": [*tickets(figures)],
        "time_used": [*_time_used(content.usage)],
        "open_and_breached": open_and_breached(found.open_breached, min(content.period.end, content.as_of)),
        "changed_under_way": changed_under_way(found.changed),
        "consequences": [
            consequences(part.service, part.bills, part.duties) for part in content.services if part.bills
        ],
        "notes": [*content.notes, *_notes(content)],
    }


def _notes(content: Content) -> Iterable[str]:
    """Yield what a reader must know."""
    lives = content.gathered.lives
    if lives and not any(life.resolved_at for life in lives):
        yield "no ticket was ever in a resolved state; what these are, [reports] resolved says"
    if content.state == "draft":
        yield "the period is not over: figures go up to the instant of the report"
    if content.state == "provisional":
        yield "not issued: what had not ended is judged by today's definitions"
    for part in content.services:
        if part.availability is not None and part.availability.unproven:
            number = len(part.availability.unproven)
            yield f"excluded outages of {part.service.title} that nobody approved: {number}"
    if content.gathered.tickets == 0:
        yield "no ticket of the period is known"


def _cover(content: Content) -> Document:
    period = content.period
    return {
        "period": period.name,
        "from": format_instant(period.start),
        "to": format_instant(period.end),
        "timezone": period.timezone,
        "as_of": format_instant(content.as_of),
        "closes_at": format_instant(period.end + content.reporting.rules.closing),
        "state": content.state,
        "counts": content.reporting.rules.counts,
        "services": [part.service.title for part in content.services],
        "chosen": sorted(content.selection.agreements),
        "customer": content.selection.customer,
        "tickets": content.gathered.tickets,
        "set_aside": sorted(content.gathered.invalid),
    }


def _summary(each: Iterable[Document], available: Iterable[Document]) -> Iterable[Document]:
    for one in each:
        found = one["compliance"]
        if found["target"] is not None or found["cases"]:
            yield _row(f"{one['agreement']}.{one['objective']}", "compliance", found, found["cases"])
    for one in available:
        yield _row(one["title"], "availability", one, one["number"])


def _promises(each: Iterable[Document], available: Iterable[Document]) -> Iterable[tuple[str, str, str]]:
    yield from ((one["agreement"], one["objective"], f"{one['agreement']}.{one['objective']}") for one in each)
    yield from ((one["service"], "", one["title"]) for one in available)


def _row(promise: str, measure: str, found: Mapping[str, Any], cases: int) -> Document:
    said = {key: found[key] for key in ("target", "percent", "kept", "why_no_verdict")}
    return {"promise": promise, "measure": measure, **said, "cases": cases}


def _time_used(usage: Usage) -> Iterable[Document]:
    for (agreement, holder, promise), used in sorted(usage.used.items()):
        if used.all:
            yield {
                "agreement": agreement,
                "holder": holder or None,
                "cover": promise or None,
                "seconds": seconds(used.all),
                "covered": seconds(used.covered),
                "closed": seconds(used.closed),
                "paused": seconds(used.paused),
                "uncovered": seconds(used.uncovered),
            }
