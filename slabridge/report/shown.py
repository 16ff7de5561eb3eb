"""How figures are shown: cut towards the worse, never rounded to the better."""

from fractions import Fraction
from math import ceil, floor


def shown_share(share: Fraction | None, decimals: int, *, worse: str = "down") -> str:
    """Return a share as a percentage with so many decimals, cut down, or up where more is worse; "" for none."""
    return "" if share is None else shown_number(share * 100, decimals, worse=worse)


def shown_number(number: Fraction, decimals: int, *, worse: str = "down") -> str:
    """Return a number with so many decimals, cut down, or up where more is worse."""
    scaled = number * 10**decimals
    cut = floor(scaled) if worse == "down" else ceil(scaled)
    whole, part = divmod(abs(cut), 10**decimals)
    sign = "-" if cut < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}}" if decimals else f"{sign}{whole}"
