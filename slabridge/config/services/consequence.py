"""[services.NAME.consequences]: periods, caps and duties (docs/reports.md, "Consequences")."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import DayDeadline
from sla_engine.condition import Condition
from sla_engine.duration import Duration
from slabridge.config.agreements.condition import read_condition
from slabridge.config.agreements.limit import read_deadline
from slabridge.config.percent import Percent, PercentText
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.services.credits import Named
from slabridge.config.services.fees import Span
from slabridge.config.shape import DurationText, check_field, one_of, shape

Event = Literal["sum", "highest"]
Measured = Literal["availability", "compliance"]


@dataclass(frozen=True, slots=True)
class Watched:
    """A promise that is watched over periods: a figure, and the share below which it is missed (None: its target)."""

    figure: Measured
    objective: str | None = None
    where: Condition | None = None
    below: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """How long after the issue of a report a credit can be claimed."""

    within: Duration
    calendar: str


@dataclass(frozen=True, slots=True)
class EarnBack:
    """Credits of a period are earned back where a promise is kept in each of the next `periods`."""

    watched: Watched
    periods: int


@dataclass(frozen=True, slots=True)
class RootCause:
    """A root cause analysis owed for each breached cycle: by when, and the field that says when it was delivered."""

    by: DayDeadline
    calendar: str
    when: Condition | None = None
    delivered: str | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A duty that arises where a promise was missed in so many of the last so many periods."""

    watched: Watched
    periods: int
    within: int
    notified: bool = False


@dataclass(frozen=True, slots=True)
class Management:
    """So many periods with a credit among the last so many."""

    credits: int
    within: int


@dataclass(frozen=True, slots=True)
class Consequences:
    """How credits of a service add up, and what else follows from missed promises.

    With `strictest` a cycle is held to the strictest target that it ever had.
    """

    period: Span = "month"
    repeat: Fraction = Fraction(1)
    one_event: Event = "sum"
    strictest: bool = False
    cap_period: Fraction | None = None
    cap_year: Fraction | None = None
    claim: Claim | None = None
    earn_back: EarnBack | None = None
    rca: RootCause | None = None
    plan: Repeated | None = None
    management: Management | None = None
    termination: Repeated | None = None


class CapTable(TomlTable):
    """`cap`."""

    period: Annotated[Percent | None, PercentText] = None
    """The most that a period brings, as a share of its fee."""
    year: Annotated[Percent | None, PercentText] = None
    """The most that a year brings, as a share of its fee."""


class ClaimTable(TomlTable):
    """`claim`."""

    within: Annotated[Duration, DurationText] = Field(examples=['"10wd"'])
    """How long a credit can be claimed."""
    calendar: str = Field(examples=['"office"'])
    """The calendar of that time."""


class WatchedTable(TomlTable):
    """`earn_back`, `plan` and `termination`."""

    measure: Annotated[Measured, one_of(*get_args(Measured))] = Field(examples=['"availability"'])
    """What was missed or kept: `"availability"` or `"compliance"`."""
    objective: str | None = None
    """Of which objective. Default: all."""
    where: Annotated[Any, Inside("condition")] = None
    """Of which cycles, by a condition. Default: all."""
    below: Annotated[Percent | None, PercentText] = None
    """`plan` alone: below which percentage a plan is due. Default: the promise."""
    periods: int = Field(ge=1, examples=["2"])
    """In how many periods."""
    within: int | None = Field(None, ge=1)
    """`termination` alone: of so many. Default: one after the other."""
    notified: bool = False
    """`termination` alone: only periods of which notice was given ([`[[facts]]`](#services)). Default: `false`."""


class RootCauseTable(TomlTable):
    """`rca`."""

    when: Annotated[Any, Inside("condition")] = None
    """Of which breaches a root cause analysis is due, by a condition. Default: all."""
    by: Annotated[Any, Inside("DeadlineTable")] = Field(examples=["{ days = 5 }"])
    """When, as `{ days = 5 }`."""
    calendar: str = Field(examples=['"office"'])
    """The calendar of these days."""
    start: Annotated[Literal["breach"], one_of("breach")] = Field("breach", alias="from")
    """`"breach"`: from when on. Default: `"breach"`."""
    delivered: Annotated[Any, Inside("DeliveredTable")] = None
    """Where it is seen that it was delivered, as `{ field = "rca_at" }`."""


class DeliveredTable(TomlTable):
    """`delivered` of `rca`."""

    field: str = Field(examples=['"rca_at"'])
    """The field with the date of delivery."""


class ManagementTable(TomlTable):
    """`management`."""

    credits: int = Field(ge=1, examples=["3"])
    """After so many credits management is told."""
    within: int = Field(ge=1, examples=["3"])
    """In so many periods."""


class ConsequencesTable(TomlTable):
    """[services.NAME.consequences]."""

    period: Annotated[Span, one_of(*get_args(Span))] = "month"
    """The period of a bill: `"month"`, `"quarter"`, `"year"`. Default: `"month"`."""
    repeat: int = Field(1, ge=1)
    """The factor of a line whose credit was not zero in the period before either. Default: 1."""
    one_event: Annotated[Event, one_of(*get_args(Event))] = "sum"
    """Of the lines for cycles of one ticket the `"sum"`, or only the `"highest"`. Default: `"sum"`."""
    strictest: bool = False
    """Whether a cycle is held to the [strictest target](reports.md#consequences) that it ever had. Default: `false`."""
    cap: Annotated[Any, Inside("CapTable")] = None
    """The most that is given, as `{ period = "30%", year = "50%" }`. Default: no cap."""
    claim: Annotated[Any, Inside("ClaimTable")] = None
    """How long a credit can be claimed, as `{ within = "10wd", calendar = "office" }`."""
    earn_back: Annotated[Any, Inside("WatchedTable")] = None
    """The credits of a period are earned back where the promise is kept in each of the next `periods`."""
    rca: Annotated[Any, Inside("RootCauseTable")] = None
    """When a root cause analysis is due."""
    plan: Annotated[Any, Inside("WatchedTable")] = None
    """When a plan of improvement is due."""
    management: Annotated[Any, Inside("ManagementTable")] = None
    """When management is told."""
    termination: Annotated[Any, Inside("WatchedTable")] = None
    """When there is a right to terminate."""


def read_consequences(raw: object, path: KeyPath, named: Named, reading: Reading) -> Consequences | None:
    """Return the consequences, None where they have a problem."""
    table = shape(ConsequencesTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    cap = shape(CapTable, table.cap, (*path, "cap"), reading) if "cap" in raw else None
    management = (
        shape(ManagementTable, table.management, (*path, "management"), reading) if "management" in raw else None
    )
    watched = {
        key: _watched(raw[key], key, (*path, key), named, reading)
        for key in ("earn_back", "plan", "termination")
        if key in raw
    }
    claim = _claim(raw["claim"], (*path, "claim"), named, reading) if "claim" in raw else None
    rca = _root_cause(raw["rca"], (*path, "rca"), named, reading) if "rca" in raw else None
    if reading.broken(path):
        return None
    earn_back = watched.get("earn_back")
    return Consequences(
        period=table.period,
        repeat=Fraction(table.repeat),
        one_event=table.one_event,
        strictest=table.strictest,
        cap_period=None if cap is None or cap.period is None else cap.period.share,
        cap_year=None if cap is None or cap.year is None else cap.year.share,
        claim=claim,
        earn_back=None if earn_back is None else EarnBack(earn_back.watched, earn_back.periods),
        rca=rca,
        plan=watched.get("plan"),
        management=None if management is None else Management(management.credits, management.within),
        termination=watched.get("termination"),
    )


_ONLY: Mapping[str, tuple[str, ...]] = {"below": ("plan",), "within": ("termination",), "notified": ("termination",)}


def _watched(raw: object, key: str, path: KeyPath, named: Named, reading: Reading) -> Repeated | None:
    table = shape(WatchedTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    for name, keys in _ONLY.items():
        if name in raw and key not in keys:
            reading.problem((*path, name), f"has no meaning for {key}; drop it")
    if table.objective is not None and table.objective not in named.objectives:
        remedy = instead(table.objective, named.objectives)
        reading.problem((*path, "objective"), f"the service has no such objective; {remedy}", table.objective)
    where = read_condition(raw["where"], (*path, "where"), reading) if "where" in raw else None
    if table.within is not None and table.within < table.periods:
        reading.problem((*path, "within"), "must be at least as many as periods", table.within)
    if reading.broken(path):
        return None
    below = None if table.below is None else table.below.share
    watched = Watched(table.measure, table.objective, where, below)
    return Repeated(watched, table.periods, table.within or table.periods, table.notified)


def _claim(raw: object, path: KeyPath, named: Named, reading: Reading) -> Claim | None:
    table = shape(ClaimTable, raw, path, reading)
    if table is None:
        return None
    _check_calendar(table.calendar, path, named, reading)
    return Claim(table.within, table.calendar)


def _root_cause(raw: object, path: KeyPath, named: Named, reading: Reading) -> RootCause | None:
    table = shape(RootCauseTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    _check_calendar(table.calendar, path, named, reading)
    by = read_deadline(table.by, (*path, "by"), reading)
    when = read_condition(raw["when"], (*path, "when"), reading) if "when" in raw else None
    delivered = None
    if "delivered" in raw:
        given = shape(DeliveredTable, raw["delivered"], (*path, "delivered"), reading)
        delivered = None if given is None else given.field
        if delivered is not None and check_field(delivered, (*path, "delivered", "field"), reading):
            reading.uses.append(FieldUse((*path, "delivered", "field"), delivered))
    if not isinstance(by, DayDeadline):
        if by is not None:
            reading.problem((*path, "by"), "must be working days, as in { days = 5 }", table.by)
        return None
    return RootCause(by, table.calendar, when, delivered)


def _check_calendar(name: str, path: KeyPath, named: Named, reading: Reading) -> None:
    if name not in named.calendars:
        reading.problem((*path, "calendar"), f"no such calendar; {instead(name, named.calendars)}", name)
