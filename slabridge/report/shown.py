"""How figures are shown: cut towards the worse, never rounded to the better."""

from fractions import Fraction
from math import ceil, floor


def shown_share(share: Fraction | None, decimals: int, *, worse: str = "down") -> str:
    """Return a share as a percentage with so many decimals, cut down, or up where more is worse; "" for none."""
    if share is None:
        return ""
    scaled = share * 100 * 10**decimals
    cut = floor(scaled) if worse == "down" else ceil(scaled)
    whole, part = divmod(abs(cut), 10**decimals)
    sign = "-" if cut < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}}" if decimals else f"{sign}{whole}"
