"""A report as plain values: every figure with its numerator, denominator and cases (docs/reports.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sla_engine import Result
from sla_engine.instant import format_instant, seconds
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.percent import Percent
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.service import Service
from slabridge.report.availability import Availability
from slabridge.report.case import Case, by_dimension, compliance_of, name_of
from slabridge.report.credits import Credits
from slabridge.report.duties import Duty
from slabridge.report.gathered import Gathered, Selection
from slabridge.report.kpis import Worked, backlog, faults, frequency, handled, restored
from slabridge.report.period import Period
from slabridge.report.shown import shown_number, shown_share
from slabridge.report.statistics import Durations, durations_of
from slabridge.report.usage import Usage

Document = dict[str, Any]
"""What `report --format json` prints; docs/reports.md names its keys."""


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
    notes: Sequence[str] = field(default_factory=list)


def document_of(content: Content) -> Document:
    """Return the report."""
    objectives = [*_objectives(content)]
    return {
        "cover": _cover(content),
        "summary": _summary(content, objectives),
        "objectives": objectives,
        "availability": [_availability(part) for part in content.services if part.availability is not None],
        "kpis": _kpis(content),
        "time_used": [*_time_used(content)],
        "open_and_breached": _open(content),
        "changed_under_way": _changed(content),
        "consequences": [_consequences(part) for part in content.services if part.bills],
        "notes": [*content.notes, *_notes(content)],
    }


def _notes(content: Content) -> Iterable[str]:
    """Yield what a reader must know."""
    lives = content.gathered.lives
    if lives and not any(life.resolved_at for life in lives):
        yield "no ticket was ever in a resolved state; what these are, [reports] resolved says"
    if content.state == "draft":
        yield "the period is not over: figures go up to the instant of the report"
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
        "customer": content.selection.customer,
        "tickets": content.gathered.tickets,
        "set_aside": sorted(content.gathered.invalid),
    }


def _compliance(cases: Iterable[Case], promised: Percent | None, least: int) -> Document:
    counted = compliance_of(cases)
    share = Fraction(counted.met, counted.cases) if counted.cases else None
    decimals = max(2, promised.decimals if promised else 0)
    met = None if share is None or promised is None or counted.cases < least else share >= promised.share
    return {
        "met": counted.met,
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


def _objectives(content: Content) -> Iterable[Document]:
    found = content.gathered
    ordered = sorted(found.cases, key=lambda case: (case.at, name_of(case.result)))
    agreements = {one.id: one for one in content.reporting.definitions.agreements}
    for agreement in sorted(agreements.values(), key=lambda one: KINDS.index(one.kind)):
        if content.selection.agreements and agreement.id not in content.selection.agreements:
            continue
        for objective in agreement.objectives:
            name = (agreement.id, objective.name)
            mine = [c for c in ordered if (c.result.agreement, c.result.objective) == name]
            ended = [r for r in found.stopped if (r.agreement, r.objective) == name]
            promised = content.reporting.promised.get(name)
            target, least = (None, 1) if promised is None else (promised.compliance, promised.at_least)
            yield {
                "agreement": agreement.id,
                "name": agreement.name,
                "kind": agreement.kind,
                "objective": objective.name,
                "compliance": _compliance(mine, target, least),
                "by": {
                    dimension: [
                        {"value": value, **_compliance(cases, target, least)}
                        for value, cases in by_dimension(mine, dimension).items()
                    ]
                    for dimension in content.by
                },
                "elapsed": _durations(durations_of(one.elapsed for one in ended)),
                "wall": _durations(durations_of((one.stopped_at or 0) - one.started_at for one in ended)),
                "breaches": [_breach(case) for case in mine if case.breached and not case.result.excluded],
                "excluded": [_case(case.result) for case in mine if case.result.excluded],
            }


def _durations(found: Durations) -> Document:
    return {
        "count": found.count,
        "sum_seconds": seconds(found.sum),
        "mean_seconds": _seconds(found.mean),
        "median_seconds": _seconds(found.median),
        "p90_seconds": _seconds(found.ninetieth),
    }


def _seconds(ms: Fraction | int | None) -> float | int | None:
    """Return a duration in seconds, cut to a millisecond."""
    return None if ms is None else seconds(int(ms))


def _case(result: Result) -> Document:
    return {
        "source": result.source,
        "ticket": result.ticket,
        "id": result.id,
        "agreement": result.agreement,
        "objective": result.objective,
        "cycle": result.cycle,
        "started_at": format_instant(result.started_at),
        "stopped_at": None if result.stopped_at is None else format_instant(result.stopped_at),
        "breached_at": None if result.breached_at is None else format_instant(result.breached_at),
        "target_seconds": seconds(result.target),
        "elapsed_seconds": seconds(result.elapsed),
        "over_seconds": seconds(max(0, -result.remaining)),
        "holder": result.holder,
        "dimensions": {name: ", ".join(values) for name, values in result.dimensions.items() if values},
    }


def _breach(case: Case) -> Document:
    breach = None if case.result.chain is None else case.result.chain.breach
    return {
        **_case(case.result),
        "breach_holder": case.result.breach_holder if breach is None else breach.holder,
        "cause": None if breach is None else breach.cause,
        "overruns": []
        if breach is None
        else [
            f"{one.by.agreement}.{one.by.objective} on {one.by.ticket.key}" for one in breach.overruns if one.decisive
        ],
    }


def _availability(part: ServicePart) -> Document:
    found = part.availability
    assert found is not None  # noqa: S101 - who asks has looked
    target = None if part.service.terms is None else part.service.terms.target
    decimals = max(4, target.decimals if target else 0)
    return {
        "service": part.service.name,
        "title": part.service.title,
        "service_time_seconds": seconds(found.service_time),
        "down_seconds": _seconds(found.down),
        "percent": None if found.share is None else shown_share(found.share, decimals),
        "target": None if target is None else shown_share(target.share, target.decimals),
        "kept": found.verdict,
        "why_no_verdict": found.why_none,
        "outages": [_span(start, end) for start, end in found.outages],
        "number": found.number,
        "longest_seconds": seconds(found.longest),
        "mean_between_seconds": _seconds(found.between),
        "mean_to_restore_seconds": _seconds(found.to_restore),
        "planned_seconds": seconds(found.planned),
        "excused_seconds": _seconds(found.excused),
        "budget_seconds": _seconds(found.budget),
        "budget_left_seconds": None if found.budget is None else _seconds(found.budget - found.down),
        "coverage_percent": None if found.coverage is None else shown_share(found.coverage, 2),
        "not_approved": [f"{one.ref or one.cause} from {format_instant(one.start)}" for one in found.unproven],
        "still_open": [f"{one.ref or one.cause} from {format_instant(one.start)}" for one in found.open],
    }


def _span(start: int, end: int) -> Document:
    return {"from": format_instant(start), "to": format_instant(end), "from_ms": start, "to_ms": end}


def _summary(content: Content, objectives: Iterable[Document]) -> list[Document]:
    rows = []
    for one in objectives:
        found = one["compliance"]
        if found["target"] is not None or found["cases"]:
            promise = f"{one['agreement']}.{one['objective']}"
            rows.append({"promise": promise, "measure": "compliance", **_row(found, found["cases"])})
    for part in content.services:
        if part.availability is not None:
            found = _availability(part)
            rows.append({"promise": part.service.title, "measure": "availability", **_row(found, found["number"])})
    return rows


def _row(found: Mapping[str, Any], cases: int) -> Document:
    keys = ("target", "percent", "kept", "why_no_verdict")
    return {**{key: found[key] for key in keys}, "cases": cases}


def _kpis(content: Content) -> Document:
    period, rules = content.period, content.reporting.rules
    lives = sorted(content.gathered.lives, key=lambda life: (life.created, life.source, life.id))
    in_scope = [life for life in lives if life.in_scope]
    done = restored(in_scope, period, content.worked)
    came = frequency(in_scope, period)
    hands = handled(done.tickets, rules.first_contact, content.worked)
    left = backlog(lives, period, content.as_of)
    again = faults(in_scope, period, rules.fault, rules.fault_min)
    return {
        "restore": {
            "wall": _durations(done.wall),
            "working": _durations(done.working),
            "calendar": content.calendar,
            "created_resolved": done.born_resolved,
            "open_again": done.open_again,
        },
        "incidents": {"count": len(came.tickets), "per_30_days": shown_number(came.per_30_days, 2)},
        "first_team_resolution": _part(len(hands.first_contact), hands.tickets),
        "handovers": {
            "sum": hands.handovers,
            "tickets": hands.tickets,
            "without": hands.without_handover,
            "three_and_more": hands.three_and_more,
        },
        "reopenings": {"sum": hands.reopenings, "tickets": hands.tickets, "without": hands.without_reopening},
        "backlog": {
            "before": left.before,
            "came": dict(sorted(left.came.items())),
            "went": dict(sorted(left.went.items())),
            "after": len(left.after),
            "by_age": dict(left.ages),
        },
        "recurring_faults": {
            "fields": [*rules.fault],
            "can_tell": again.can_tell,
            "looked_at": again.looked_at,
            "unset": again.unset,
            "found": [
                {
                    "values": [*fault.values],
                    "tickets": len(fault.tickets),
                    "in_period": fault.in_period,
                    "keys": [life.key for life in fault.tickets],
                }
                for fault in again.found
            ],
        },
    }


def _part(count: int, of: int) -> Document:
    return {"count": count, "of": of, "percent": shown_share(Fraction(count, of), 2) if of else None}


def _time_used(content: Content) -> Iterable[Document]:
    for (agreement, holder, promise), used in sorted(content.usage.used.items()):
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


def _open(content: Content) -> Document:
    found = sorted(content.gathered.open_breached, key=lambda one: (one.breached_at or 0, name_of(one)))
    end = min(content.period.end, content.as_of)
    ages = [end - (one.breached_at or end) for one in found]
    return {
        "count": len(found),
        "age": _durations(durations_of(ages)),
        "greatest_seconds": seconds(max(ages, default=0)),
        "cycles": [_case(one) for one in found],
    }


def _changed(content: Content) -> Document:
    found = sorted(content.gathered.changed, key=lambda one: name_of(one.result))
    return {
        "count": len(found),
        "met_only_thereby": sum(one.only_thereby for one in found),
        "cycles": [
            {
                **_case(one.result),
                "first_target_seconds": seconds(one.from_target),
                "met_only_thereby": one.only_thereby,
            }
            for one in found
        ],
    }


def _consequences(part: ServicePart) -> Document:
    return {
        "service": part.service.name,
        "title": part.service.title,
        "bills": [_bill(bill) for bill in part.bills],
        "duties": [
            {
                "what": one.what,
                "because": one.because,
                "since": None if one.since is None else format_instant(one.since),
                "by": None if one.by is None else format_instant(one.by),
                "done": one.done,
                "ticket": one.ticket or None,
                "periods_left": one.left,
            }
            for one in part.duties
        ],
    }


def _bill(bill: Credits) -> Document:
    return {
        "period": bill.period.name,
        "currency": bill.currency,
        "items": [
            {"text": one.text, "ticket": one.ticket or None, "amount": str(one.amount), "points": str(one.points)}
            for one in bill.items
        ],
        "total": str(bill.total),
        "points": str(bill.points),
        "capped_by": bill.capped or None,
        "earned_back": str(bill.earned_back),
        "year_to_date": str(bill.year_to_date),
        "cap_of_the_year": None if bill.year_cap is None else str(bill.year_cap),
    }
