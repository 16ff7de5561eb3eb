"""What a service promises of its availability, and what counts as down (docs/reports.md, "Availability")."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from connectors.tool import Inside, TomlTable
from sla_engine.calendar import Span
from slabridge.config.agreements.hours import read_weekly
from slabridge.config.percent import Percent, PercentText
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.config.shape import RealTime, RealTimeOrNone, as_text, one_of, shape

Maintenance = Literal["excuse", "exclude", "count"]
Unmeasured = Literal["up", "down"]

Window = tuple[tuple[int, Span], ...]
"""Weekdays (Monday is 0) with local times."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How availability is worked out. Durations are ms; `target` is None where none is promised.

    `calendar` is the agreed service time. `notice`: planned outages announced later than this before their begin are
    none. `degraded` is the weight of a degraded service. `window`: planned outages excuse only inside of it.
    `downtime_at_most` is what the contract names for a month beside the target.
    """

    calendar: str
    target: Percent | None = None
    maintenance: Maintenance = "excuse"
    notice: int | None = None
    degraded: Fraction = Fraction(0)
    minimum: int = 0
    unmeasured: Unmeasured = "up"
    maintenance_at_most: int | None = None
    window: Window | None = None
    coverage_at_least: Percent | None = None
    merge: int = 0
    downtime_at_most: int | None = None


class WeightTable(TomlTable):
    """`weight` of a service."""

    degraded: Annotated[Percent, PercentText] = Percent(Fraction(0))
    """What a degraded service counts, as `"30%"`. Default: `"0%"`."""


class TermsTable(TomlTable):
    """The keys of [services.NAME] and [classes.NAME] that are about availability."""

    availability: Annotated[Percent | None, PercentText] = None
    """The promised [availability](reports.md#availability), as `"99.9%"`."""
    maintenance: Annotated[Maintenance, one_of(*get_args(Maintenance))] = "excuse"
    """Planned outages `"excuse"` down time; `"exclude"`: the service time shrinks by them, too; `"count"`: they are
    outages. Default: `"excuse"`.
    """
    notice: Annotated[int | None, RealTimeOrNone] = None
    """Maintenance that was announced later than this before its begin is an outage."""
    weight: WeightTable = WeightTable()
    """What a degraded service counts, as `{ degraded = "30%" }`; an outage's own weight wins."""
    minimum: Annotated[int, RealTimeOrNone] = 0
    """Outages shorter than this do not count. Default: `"0m"`."""
    unmeasured: Annotated[Unmeasured, one_of(*get_args(Unmeasured))] = "up"
    """Time in which nobody looked is `"up"` or `"down"`. Default: `"up"`."""
    maintenance_at_most: Annotated[int | None, RealTimeOrNone] = None
    """More maintenance than this in a period is an outage."""
    window: Annotated[Any, Inside("text", "[text]")] = None
    """Maintenance outside of these times is an outage: a weekly time, or a list of them."""
    coverage_at_least: Annotated[Percent | None, PercentText] = None
    """Where less of the service time was measured there is no verdict."""
    merge: Annotated[int, RealTimeOrNone] = 0
    """Outages less than this apart are one, and the time between them is down. Default: `"0m"`."""
    downtime_at_most: Annotated[int | None, RealTime] = None
    """The down time per month that the contract names beside the percentage: `validate` refuses one that no month's
    service time makes of it.
    """


TERMS_KEYS = tuple(TermsTable.model_fields)


def read_terms(raw: Mapping[str, Any], calendar: str | None, path: KeyPath, reading: Reading) -> Terms | None:
    """Return the terms in a table; None where it has none, or has a problem."""
    given = {key: raw[key] for key in TERMS_KEYS if key in raw}
    if not given:
        return None
    table = shape(TermsTable, given, path, reading)
    window = _window(raw.get("window"), (*path, "window"), reading)
    if calendar is None:
        place = (*path, "availability" if "availability" in raw else next(iter(given)))
        reading.problem(place, "needs the agreed service time; write calendar, the name of one")
    if table is None or calendar is None or reading.broken(path):
        return None
    return Terms(
        calendar=calendar,
        target=table.availability,
        maintenance=table.maintenance,
        notice=table.notice,
        degraded=table.weight.degraded.share,
        minimum=table.minimum,
        unmeasured=table.unmeasured,
        maintenance_at_most=table.maintenance_at_most,
        window=window,
        coverage_at_least=table.coverage_at_least,
        merge=table.merge,
        downtime_at_most=table.downtime_at_most,
    )


def _window(raw: object, path: KeyPath, reading: Reading) -> Window | None:
    if raw is None:
        return None
    found: list[tuple[int, Span]] = []
    for item in raw if isinstance(raw, list) else [raw]:
        try:
            found += read_weekly(as_text(item))
        except ValueError as error:
            reading.problem(path, str(error), item)
    return tuple(found)
