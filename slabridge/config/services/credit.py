"""What a missed promise costs: the lines of [[services.NAME.credits]] (docs/reports.md, "Credits")."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sla_engine.condition import Condition
from slabridge.config.services.fees import Span

Figure = Literal["availability", "compliance", "outages", "longest", "down"]
"""What a period comes to: shares, a number, and two durations in ms."""

Hours = Literal["started", "whole", "pro_rata"]
Time = Literal["working", "wall"]
PERCENTAGES = ("availability", "compliance")
DURATIONS = ("longest", "down")


@dataclass(frozen=True, slots=True)
class Award:
    """What is given: a share of the fee of a month, quarter or year, an amount, or points; exactly one of them."""

    share: Fraction | None = None
    amount: Fraction | None = None
    points: Fraction | None = None
    fee: Span = "month"


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a percentage is rounded before it is compared with tiers."""

    decimals: int
    half_up: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """Holds below a share, or above a number or a duration in ms."""

    limit: Fraction
    award: Award


@dataclass(frozen=True, slots=True)
class TierLine:
    """Of a figure of the period, the worst tier that holds."""

    figure: Figure
    tiers: tuple[Tier, ...]
    objective: str | None = None
    where: Condition | None = None
    rounding: Rounding | None = None


@dataclass(frozen=True, slots=True)
class OverrunLine:
    """For each breached cycle, for each `per` (ms) of its overrun beyond `free`."""

    award: Award
    per: int
    objective: str | None = None
    where: Condition | None = None
    hours: Hours = "started"
    time: Time = "working"
    calendar: str | None = None
    free: int = 0
    at_most: Fraction | None = None


@dataclass(frozen=True, slots=True)
class BreachLine:
    """For each breached cycle."""

    award: Award
    objective: str | None = None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class CountLine:
    """For each `per` breached cycles or outages in the last `within` periods, less what these paid already."""

    award: Award
    of: Literal["breaches", "outages"]
    per: int
    within: int
    objective: str | None = None
    where: Condition | None = None


@dataclass(frozen=True, slots=True)
class MissedLine:
    """For each `per` (a share) that a figure lies below its target."""

    award: Award
    figure: Figure
    per: Fraction
    objective: str | None = None
    where: Condition | None = None
    hours: Hours = "pro_rata"
    target: Fraction | None = None


Line = TierLine | OverrunLine | BreachLine | CountLine | MissedLine
