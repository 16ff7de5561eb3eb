"""A report as plain values: every figure with its numerator, denominator and cases (docs/reports.md)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sla_engine.clause import Clause
from sla_engine.instant import format_instant
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.service import Service
from slabridge.report.availability import Availability
from slabridge.report.credits import Credits
from slabridge.report.duties import Duty
from slabridge.report.parts.availability import availability
from slabridge.report.parts.changes import changes, versions
from slabridge.report.parts.consequences import consequences
from slabridge.report.parts.cycles import UNDECIDED, counts_of_changed, counts_of_open
from slabridge.report.parts.kpis import backlog_steps, kpis, tickets
from slabridge.report.parts.objectives import objectives
from slabridge.report.parts.satisfaction import satisfaction
from slabridge.report.parts.time import time_by_ticket, time_used
from slabridge.report.parts.values import Document, in_order, listed
from slabridge.report.period import Period
from slabridge.report.portion import Portion
from slabridge.report.redefined import Redefined
from slabridge.report.satisfaction import Satisfaction
from slabridge.report.selection import Selection
from slabridge.report.trend import Earlier, trend
from slabridge.text.said import Said, said

__all__ = ["PROVISIONAL", "Content", "Document", "ServicePart", "document_of", "summary"]


FORMAT = 1
"""Grows where keys of documents get another meaning: issued ones are read back by later versions."""

PROVISIONAL = said("not issued: what had not ended is judged by today's definitions")
"""The note that a report has until it is issued."""


@dataclass(frozen=True, slots=True)
class ServicePart:
    """What of a report is about one service."""

    service: Service
    availability: Availability | None = None
    bills: Sequence[Credits] = ()
    duties: Sequence[Duty] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report is made of; `calendar` is that by whose working time tickets are measured.

    `told_of` are the agreements, by id.
    """

    reporting: Reporting
    period: Period
    as_of: int
    state: str
    selection: Selection
    told_of: Collection[str]
    portion: Portion
    calendar: str
    services: Sequence[ServicePart] = ()
    satisfaction: Sequence[Satisfaction] = ()
    notes: Sequence[Said] = field(default_factory=list)
    trend: Sequence[Earlier] = ()
    redefined: Redefined | None = None
    clauses: Sequence[Clause] = ()
    earlier: Sequence[str] = ()


def document_of(content: Content) -> Document:
    """Return the report."""
    reporting, portion, rules = content.reporting, content.portion, content.reporting.rules
    agreements = [one for one in reporting.definitions.agreements if one.id in content.told_of]
    notes = [one.as_json() for one in (*content.notes, *_notes(content))]
    each = [*objectives(agreements, portion.objectives, reporting, content.selection.by)]
    available = [availability(part.service, part.availability) for part in content.services if part.availability]
    late, changed = in_order(portion.open_and_breached), in_order(portion.changed)
    return {
        "format": FORMAT,
        "cover": _cover(content),
        "summary": [*summary(each, available)],
        "trend": trend(content.trend, [*_promises(each, available)], content.earlier),
        "objectives": each,
        "availability": available,
        "kpis": kpis(portion.measured, content.calendar, content.period, content.as_of, rules),
        "satisfaction": [*map(satisfaction, content.satisfaction)],
        "tickets": tickets(portion.measured),
        "backlog_steps": backlog_steps(portion.measured),
        "time_used": [*time_used(portion.time)],
        "time_by_ticket": time_by_ticket(portion.time),
        "open_and_breached": {**counts_of_open(late), "cycles": late},
        "undecided": listed(UNDECIDED, in_order(portion.undecided)),
        "changed_under_way": {**counts_of_changed(changed), "cycles": changed},
        "consequences": [
            consequences(part.service, part.bills, part.duties) for part in content.services if part.bills
        ],
        "changes": changes(agreements, content.period, content.redefined),
        "notes": notes,
    }


def _notes(content: Content) -> Iterable[Said]:
    """Yield what a reader must know."""
    portion = content.portion
    if portion.lives and not portion.resolved:
        yield said("no ticket was ever in a resolved state; what these are, [reports] resolved says")
    if content.state == "draft":
        yield said("the period is not over: figures go up to the instant of the report")
    if content.state == "provisional":
        yield PROVISIONAL
    for part in content.services:
        if part.availability is not None and part.availability.unproven:
            number = len(part.availability.unproven)
            yield said(
                "excluded outages of %(service)s that nobody approved: %(count)s",
                service=part.service.title,
                count=number,
            )
    if portion.unproven:
        yield said("tickets with excluded cycles that nobody approved: %(count)s", count=portion.unproven)
    if portion.tickets == 0:
        yield said("no ticket of the period is known")


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
        "definitions": versions(content.clauses, content.told_of),
        "services": [part.service.title for part in content.services],
        "chosen": sorted(content.selection.agreements),
        "customer": content.selection.customer,
        "tickets": content.portion.tickets,
        "set_aside": sorted(content.portion.invalid),
    }


def summary(each: Iterable[Document], available: Iterable[Document]) -> Iterable[Document]:
    """Yield each promise of these objectives and services, with its result."""
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
