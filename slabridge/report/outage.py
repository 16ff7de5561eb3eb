"""Outages: when a service was down, degraded, or under maintenance (docs/reports.md, "Availability")."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["down", "degraded", "planned", "excluded"]


@dataclass(frozen=True, slots=True)
class Outage:
    """An outage in [start, end), ms UTC; `end` is None while it lasts.

    `weight` (a share of one) wins over that of the service. `announced` is when maintenance was announced (None:
    never), `approved_by` who agreed that it is not counted. `ref` and `source` say where it is recorded, `version`
    which of several records of one `ref` counts: the last.
    """

    service: str
    start: int
    end: int | None = None
    kind: Kind = "down"
    weight: Fraction | None = None
    cause: str = ""
    ref: str = ""
    source: str = ""
    version: int = 1
    announced: int | None = None
    approved_by: str = ""


def latest(outages: Iterable[Outage]) -> list[Outage]:
    """Return of each record the last version, in order of their beginning."""
    found: dict[tuple[str, str, str], Outage] = {}
    alone: list[Outage] = []
    for outage in outages:
        name = (outage.service, outage.source, outage.ref)
        if not outage.ref:
            alone.append(outage)
        elif name not in found or found[name].version <= outage.version:
            found[name] = outage
    return sorted([*alone, *found.values()], key=lambda one: (one.start, one.end or 0, one.source, one.ref))
