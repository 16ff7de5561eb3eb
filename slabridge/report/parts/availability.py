"""The availability of a service in a report, with the outages that counted and all that were looked at."""

from sla_engine.instant import format_instant, seconds
from slabridge.config.services.service import Service
from slabridge.report.availability import NO_SOURCE, Availability
from slabridge.report.effect import Effect
from slabridge.report.outage import Outage
from slabridge.report.parts.values import Document, exact_seconds, instant
from slabridge.report.shown import shown_share
from slabridge.text.said import Said


def availability(service: Service, found: Availability) -> Document:
    """Return what is said of a service's availability; the down times of its outages add up to that of the service."""
    target = None if service.terms is None else service.terms.target
    decimals = max(4, target.decimals if target else 0)
    says = found.share is not None and found.why_none != NO_SOURCE
    return {
        "service": service.name,
        "title": service.title,
        "service_time_seconds": seconds(found.service_time),
        "down_seconds": exact_seconds(found.down),
        "percent": shown_share(found.share, decimals) if says else None,
        "target": None if target is None else shown_share(target.share, target.decimals),
        "kept": found.verdict,
        "why_no_verdict": Said(found.why_none).as_json() if found.why_none else None,
        "outages": [
            {
                "from": format_instant(one.start),
                "to": format_instant(one.end),
                "from_ms": one.start,
                "to_ms": one.end,
                "down_seconds": exact_seconds(one.down),
                "records": [record.ref or record.cause or record.kind for record in one.records],
            }
            for one in found.outages
        ],
        "number": found.number,
        "longest_seconds": seconds(found.longest),
        "mean_between_seconds": exact_seconds(found.between),
        "mean_to_restore_seconds": exact_seconds(found.to_restore),
        "planned_seconds": seconds(found.planned),
        "excused_seconds": exact_seconds(found.excused),
        "budget_seconds": exact_seconds(found.budget),
        "budget_left_seconds": None if found.budget is None else exact_seconds(found.budget - found.down),
        "coverage_percent": None if found.coverage is None else shown_share(found.coverage, 2),
        "records": [_record(one, effect) for one, effect in found.records],
    }


def _record(one: Outage, effect: Effect) -> Document:
    return {
        "from": format_instant(one.start),
        "to": instant(one.end),
        "kind": one.kind,
        "weight": None if one.weight is None else shown_share(one.weight, 2),
        "cause": one.cause,
        "ref": one.ref,
        "source": one.source,
        "version": one.version,
        "announced": instant(one.announced),
        "approved_by": one.approved_by,
        "effect": effect,
    }
