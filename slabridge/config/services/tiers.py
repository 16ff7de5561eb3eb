"""The tiers of a credit: which limits there are, and what each gives."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field

from connectors.tool import Inside, TomlTable
from slabridge.config.percent import AmountText, Percent, PercentText
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.config.services.credit import DURATIONS, PERCENTAGES, Award, Figure, Rounding, Tier
from slabridge.config.services.fees import Span
from slabridge.config.shape import as_text, one_of, own_words, read_real_time_or_none, shape

_EXAMPLES: Mapping[str, str] = {
    "availability": 'below = "99.9%"',
    "compliance": 'below = "95%"',
    "outages": "above = 2",
    "longest": 'above = "8h"',
    "down": 'above = "8h"',
}


class RoundTable(TomlTable):
    """`round` of a measure."""

    decimals: int = Field(ge=0, le=8, examples=["1"])
    """How many decimals stay."""
    how: Annotated[Literal["half_up", "down"], one_of("half_up", "down")] = "half_up"
    """`"half_up"` or `"down"`. Default: `"half_up"`."""


class TierTable(TomlTable):
    """One of `tiers`."""

    below: Annotated[Percent | None, PercentText] = None
    """Of a percentage: below which it gives something. Default: this or `above`."""
    above: Annotated[Any, Inside("text", "number")] = None
    """Of a number or a duration: above which it gives something. Default: this or `below`."""
    credit: Annotated[Percent | None, PercentText] = None
    """A percentage of the fee. Default: one of these."""
    amount: Annotated[Fraction | None, AmountText] = None
    """Money. Default: one of these."""
    points: int | None = Field(None, ge=0)
    """Points. Default: one of these."""


def read_tiers(figure: Figure, raw: Sequence[object], fee: Span, path: KeyPath, reading: Reading) -> tuple[Tier, ...]:
    """Return the tiers that have no problem, from the least to the worst."""
    found = [_tier(item, figure, fee, (*path, "tiers", n), reading) for n, item in enumerate(raw)]
    tiers = [tier for tier in found if tier is not None]
    kinds = {(tier.award.share is None, tier.award.amount is None) for tier in tiers}
    if len(kinds) > 1:
        reading.problem((*path, "tiers"), "mixes credits, amounts and points; write one of them in all tiers")
    limits = [tier.limit for tier in tiers]
    if limits != sorted(set(limits), reverse=figure in PERCENTAGES):
        reading.problem((*path, "tiers"), "must go from the least to the worst, each limit once")
    return tuple(tiers)


def read_rounding(figure: Figure, raw: object, path: KeyPath, reading: Reading) -> Rounding | None:
    """Return how a percentage is rounded before it is compared, None where it is compared exactly."""
    if raw is None:
        return None
    if figure not in PERCENTAGES:
        reading.problem((*path, "round"), f"has no meaning for {figure}; drop it")
    table = shape(RoundTable, raw, (*path, "round"), reading)
    return None if table is None else Rounding(table.decimals, table.how == "half_up")


def _tier(raw: object, figure: Figure, fee: Span, path: KeyPath, reading: Reading) -> Tier | None:
    table = shape(TierTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    key, other = ("below", "above") if figure in PERCENTAGES else ("above", "below")
    if key not in raw or other in raw:
        reading.problem(path, f"a tier of {figure} says {key} what it holds; write {_EXAMPLES[figure]}")
        return None
    given = {"credit": table.credit, "amount": table.amount, "points": table.points}
    there = [name for name, value in given.items() if value is not None]
    if len(there) != 1:
        reading.problem(path, f"needs one of {', '.join(given)}, and has {' and '.join(there) or 'none'}")
        return None
    limit = table.below.share if table.below is not None else _limit(table.above, figure, (*path, key), reading)
    share = None if table.credit is None else table.credit.share
    points = None if table.points is None else Fraction(table.points)
    return None if limit is None else Tier(limit, Award(share, table.amount, points, fee))


def _limit(raw: object, figure: Figure, path: KeyPath, reading: Reading) -> Fraction | None:
    if figure in DURATIONS:
        try:
            return Fraction(read_real_time_or_none(as_text(raw)))
        except ValueError as error:
            reading.problem(path, own_words(error, raw), raw)
            return None
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        reading.problem(path, "must be a whole number", raw)
        return None
    return Fraction(raw)
