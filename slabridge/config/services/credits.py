"""[[services.NAME.credits]], as they are read (docs/reports.md, "Credits")."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainValidator

from connectors.tool import Inside, TomlTable
from sla_engine.condition import Condition
from slabridge.config.agreements.condition import read_condition
from slabridge.config.percent import AmountText, Percent, PercentText, read_percent
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.services.credit import (
    Award,
    BreachLine,
    CountLine,
    Figure,
    Hours,
    Line,
    MissedLine,
    OverrunLine,
    TierLine,
    Time,
)
from slabridge.config.services.fees import Span
from slabridge.config.services.tiers import read_rounding, read_tiers
from slabridge.config.shape import RealTime, RealTimeOrNone, as_text, one_of, shape


def read_shares(value: object) -> Fraction:
    """Return a percentage, or the product of a list of them, as a share.

    Raises:
        ValueError: it is neither.
    """
    product = Fraction(1)
    for part in value if isinstance(value, list) and value else [value]:
        product *= read_percent(as_text(part)).share
    return product


class AwardTable(TomlTable):
    """What is given: exactly one of `credit`, `amount` and `points`."""

    credit: Annotated[Fraction | None, PlainValidator(read_shares, json_schema_input_type=str | list[str])] = None
    """A percentage of the fee; a list of them is a product. Default: one of these."""
    amount: Annotated[Fraction | None, AmountText] = None
    """Money, as `"500.00"`. Default: one of these."""
    points: int | None = Field(None, ge=0)
    """Points. Default: one of these."""
    fee: Annotated[Span, one_of(*get_args(Span))] = "month"
    """Of which time's fee: `"month"`, `"quarter"`, `"year"`. Default: `"month"`."""


class CycleTable(AwardTable):
    """A line that goes by cycles."""

    measure: str
    """What brings something: `"breach"`, each breached cycle."""
    objective: str | None = None
    """The objective whose cycles count. Default: all."""
    where: Annotated[Any, Inside("condition")] = None
    """The cycles that count, by a condition. Default: all."""


class FigureTable(TomlTable):
    """A line that goes by a figure of the period."""

    measure: str
    """A figure of the period: `"availability"`, `"compliance"`, `"outages"`, `"longest"`, `"down"`."""
    objective: str | None = None
    """The objective whose cycles count. Default: all."""
    where: Annotated[Any, Inside("condition")] = None
    """The cycles that count, by a condition. Default: all."""
    tiers: Annotated[list[Any], Inside("[TierTable]")] = Field(
        examples=['[{ below = "99.9%", credit = "10%" }]'], min_length=1
    )
    """What it gives, from the least to the worst; the worst that holds, alone."""
    round: Annotated[Any, Inside("RoundTable")] = None
    """How a percentage is rounded before it is compared. Default: exactly."""
    fee: Annotated[Span, one_of(*get_args(Span))] = "month"
    """Of which time's fee: `"month"`, `"quarter"`, `"year"`. Default: `"month"`."""


class OverrunTable(CycleTable):
    """`measure = "overrun"`."""

    per: Annotated[int, RealTime] = Field(examples=['"1h"'])
    """For each such time beyond the target."""
    hours: Annotated[Hours, one_of(*get_args(Hours))] = "started"
    """Those that were `"started"`, `"whole"` ones, or `"pro_rata"`. Default: `"started"`."""
    time: Annotated[Time, one_of(*get_args(Time))] = "working"
    """`"working"` or `"wall"`. Default: `"working"`."""
    calendar: str | None = None
    """The calendar of working time. Default: the cycle's."""
    free: Annotated[int, RealTimeOrNone] = 0
    """The time beyond the target that is not charged. Default: `"0h"`."""
    at_most: Annotated[Percent | None, PercentText] = None
    """A percentage of the fee, over the cycle's life."""


class CountTable(CycleTable):
    """`measure = "count"`."""

    of: Annotated[Literal["breaches", "outages"], one_of("breaches", "outages")] = Field(examples=['"breaches"'])
    """`"breaches"` or `"outages"`."""
    per: int = Field(ge=1, examples=["10"])
    """For each so many."""
    within: int = Field(ge=1, examples=["12"])
    """In the last so many periods."""


class MissedTable(CycleTable):
    """`measure = "missed"`."""

    of: Annotated[Literal["availability", "compliance"], one_of("availability", "compliance")] = Field(
        examples=['"availability"']
    )
    """`"availability"` or `"compliance"`."""
    per: Annotated[Percent, PercentText] = Field(examples=['"1%"'])
    """For each so many percent below the target."""
    hours: Annotated[Hours, one_of(*get_args(Hours))] = "pro_rata"
    """`"pro_rata"`, `"started"` or `"whole"`. Default: `"pro_rata"`."""
    target: Annotated[Percent | None, PercentText] = None
    """The target. Default: that which is promised."""


@dataclass(frozen=True, slots=True)
class Named:
    """What credits refer to: the names of calendars, and of the objectives of the service."""

    calendars: tuple[str, ...]
    objectives: tuple[str, ...]


def read_credits(raw: object, path: KeyPath, named: Named, reading: Reading) -> tuple[Line, ...]:
    """Return the lines that have no problem, in file order."""
    if not isinstance(raw, list):
        reading.problem(path, "must be a list of tables, as in [[services.email.credits]]", raw)
        return ()
    found = (_line(item, (*path, n), named, reading) for n, item in enumerate(raw))
    return tuple(line for line in found if line is not None)


def _line(raw: object, path: KeyPath, named: Named, reading: Reading) -> Line | None:
    measure = raw.get("measure") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or not isinstance(measure, str) or measure not in _READ:
        reading.problem((*path, "measure"), f"is no measure; {instead(measure, _READ)}", measure)
        return None
    for key, names in (("objective", named.objectives), ("calendar", named.calendars)):
        if key in raw and raw[key] not in names:
            reading.problem((*path, key), f"there is no such {key}; {instead(raw[key], names)}", raw[key])
    where = read_condition(raw["where"], (*path, "where"), reading) if "where" in raw else None
    line = _READ[measure](raw, where, path, reading)
    return None if reading.broken(path) else line


def _award(table: AwardTable | None, path: KeyPath, reading: Reading) -> Award:
    given = {} if table is None else {"credit": table.credit, "amount": table.amount, "points": table.points}
    there = [key for key, value in given.items() if value is not None]
    if table is None or len(there) != 1:
        if table is not None:
            reading.problem(path, f"needs one of {', '.join(given)}, and has {' and '.join(there) or 'none'}")
        return Award()
    points = None if table.points is None else Fraction(table.points)
    return Award(table.credit, table.amount, points, table.fee)


def _figure(raw: Mapping[str, Any], where: Condition | None, path: KeyPath, reading: Reading) -> Line | None:
    table = shape(FigureTable, raw, path, reading)
    if table is None:
        return None
    figure: Figure = raw["measure"]
    tiers = read_tiers(figure, table.tiers, table.fee, path, reading)
    return TierLine(figure, tiers, table.objective, where, read_rounding(figure, table.round, path, reading))


def _overrun(raw: Mapping[str, Any], where: Condition | None, path: KeyPath, reading: Reading) -> Line | None:
    table = shape(OverrunTable, raw, path, reading)
    award = _award(table, path, reading)
    if table is None:
        return None
    at_most = None if table.at_most is None else table.at_most.share
    of_cycles = (table.objective, where)
    return OverrunLine(award, table.per, *of_cycles, table.hours, table.time, table.calendar, table.free, at_most)


def _breach(raw: Mapping[str, Any], where: Condition | None, path: KeyPath, reading: Reading) -> Line | None:
    table = shape(CycleTable, raw, path, reading)
    award = _award(table, path, reading)
    return None if table is None else BreachLine(award, table.objective, where)


def _count(raw: Mapping[str, Any], where: Condition | None, path: KeyPath, reading: Reading) -> Line | None:
    table = shape(CountTable, raw, path, reading)
    award = _award(table, path, reading)
    return None if table is None else CountLine(award, table.of, table.per, table.within, table.objective, where)


def _missed(raw: Mapping[str, Any], where: Condition | None, path: KeyPath, reading: Reading) -> Line | None:
    table = shape(MissedTable, raw, path, reading)
    award = _award(table, path, reading)
    if table is None:
        return None
    if not table.per.share:
        reading.problem((*path, "per"), "must be more than 0 %")
    target = None if table.target is None else table.target.share
    return MissedLine(award, table.of, table.per.share, table.objective, where, table.hours, target)


_Read = Callable[[Mapping[str, Any], Condition | None, KeyPath, Reading], Line | None]
_READ: Mapping[str, _Read] = {
    **dict.fromkeys(get_args(Figure), _figure),
    "overrun": _overrun,
    "breach": _breach,
    "count": _count,
    "missed": _missed,
}
