"""What became of each record of an outage: whether it counted, and why not (docs/reports.md, "Availability")."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from slabridge.config.services.availability import Terms
from slabridge.report.outage import Outage
from slabridge.report.spans import Interval, common, subtract

Effect = Literal[
    "counted", "outside service time", "maintenance", "excluded", "excused", "weight 0", "too short", "superseded"
]


def span_of(outage: Outage, end: int) -> Interval:
    """Return when an outage was, as known at `end`, ms UTC."""
    return outage.start, end if outage.end is None else min(end, outage.end)


def weight_of(outage: Outage, terms: Terms) -> Fraction:
    """Return what a record that is no maintenance counts: its own weight, else that of its kind."""
    if outage.weight is not None:
        return outage.weight
    return Fraction(1) if outage.kind == "down" else terms.degraded


@dataclass(frozen=True, slots=True)
class Agreed:
    """The agreed service time of a period, the maintenance that excuses, and all that excuses, as disjoint spans."""

    service: list[Interval]
    maintenance: list[Interval]
    excused: list[Interval]


def effect_of(outage: Outage, end: int, terms: Terms, agreed: Agreed) -> Effect:
    """Return what became of a record in its last version; one that lasts ends at `end` for the time being."""
    span = span_of(outage, end)
    if outage.kind == "excluded":
        return "excluded"
    if outage.kind == "planned":
        return "counted" if common(list(subtract([span], agreed.maintenance)), agreed.service) else "maintenance"
    if not weight_of(outage, terms):
        return "weight 0"
    if span[1] - span[0] < terms.minimum:
        return "too short"
    inside = common([span], agreed.service)
    if not inside:
        return "outside service time"
    return "counted" if list(subtract(inside, agreed.excused)) else "excused"
