"""What services may still miss in a period before a promise is broken: of downtime and of breaches, exact."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import floor

from sla_engine.instant import seconds
from slabridge.config.services.service import Service
from slabridge.report.document import Document
from slabridge.report.parts.values import exact_seconds
from slabridge.report.shown import shown_share


def affordable(met: int, breached: int, share: Fraction) -> int | None:
    """Return how many more breaches leave `share` kept if nothing else is decided in the period.

    Each case that is met besides adds to it. None: any number, for nothing is promised to be met. Where the promise is
    broken already, none.
    """
    return max(0, floor(met / share) - met - breached) if share else None


def budgets(document: Document, services: Iterable[Service], ahead: Mapping[str, int]) -> Document:
    """Return what is left to services of what a report says of them.

    `ahead` is the agreed service time of each between the instant of the report and the end of its period, ms.
    """
    cover = document["cover"]
    available = {one["service"]: one for one in document["availability"]}
    objectives = document["objectives"]
    return {
        **{key: cover[key] for key in ("period", "from", "to", "timezone", "as_of", "state", "customer")},
        "services": [
            {
                "service": one.name,
                "title": one.title,
                "owner": one.owner,
                "description": one.description,
                "availability": _available(available.get(one.name), ahead.get(one.name, 0)),
                "objectives": [*map(_objective, (found for found in objectives if found["agreement"] == one.name))],
            }
            for one in services
        ],
        "notes": document["notes"],
    }


def _available(found: Document | None, ahead: int) -> Document | None:
    """Return the downtime of a service beside its allowance over the whole period."""
    if found is None:
        return None
    used = _ms(found["down_seconds"])
    promised = _share(found["target"])
    allowance = None if promised is None else (_ms(found["service_time_seconds"]) + ahead) * (1 - promised)
    told = found["percent"] is not None or not found["service_time_seconds"]  # else nothing tells of outages
    left = None if allowance is None or not told else allowance - used
    return {
        **{key: found[key] for key in ("percent", "target", "kept", "why_no_verdict", "service_time_seconds")},
        "service_time_ahead_seconds": seconds(ahead),
        "outages": found["number"],
        "longest_seconds": found["longest_seconds"],
        "allowance_seconds": exact_seconds(allowance),
        "used_seconds": found["down_seconds"],
        "left_seconds": None if left is None else seconds(floor(left)),
        "left_percent": shown_share(left / allowance, 1) if allowance and left is not None else None,
    }


def _objective(found: Document) -> Document:
    counted, undecided = found["compliance"], found["undecided"]
    share = _share(counted["target"])
    names = ("met", "breached", "excluded", "cases", "percent", "target", "kept", "why_no_verdict")
    return {
        "objective": found["objective"],
        **{key: counted[key] for key in names},
        "undecided": sum(undecided.values()),
        "more_breaches": None if share is None else affordable(counted["met"], counted["breached"], share),
    }


def _share(percent: str | None) -> Fraction | None:
    """Return a promised percentage as a share: a report shows it with all its decimals."""
    return None if percent is None else Fraction(percent) / 100


def _ms(found: float) -> int:
    return round(found * 1000)
