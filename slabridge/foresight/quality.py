"""How good forecasts were: of each sample how likely it was said to break, and whether it did (docs/foresight.md)."""

from dataclasses import dataclass
from math import nan
from typing import Final, Self

import numpy as np

from sla_engine.table import Mask
from slabridge.foresight.curve import Floats

GROUPS: Final = 10
"""Into how many groups of forecasts reliability is looked at: under 10 %, under 20 % and so on."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of `count` forecasts in a group: what they said on average, and the share that broke."""

    count: int
    said: float
    broke: float


@dataclass(frozen=True, slots=True)
class Quality:
    """Of `count` forecasts, of which a `rate` broke.

    `auc`: how often of one that broke and one that did not the former was said to be the likelier (a tie is half).
    `brier`: the mean square of what was said less what came; `skill`: by which share that is less than with the rate
    for all. `error`: how far on average what was said in a group is from what came (expected calibration error).
    `precision` and `recall` are of the tenth that was said to be the likeliest. A figure that there is not is NaN.
    """

    count: int
    rate: float
    said: float
    auc: float
    brier: float
    skill: float
    error: float
    precision: float
    recall: float
    reliability: tuple[Reliability, ...]

    @property
    def lift(self) -> float:
        """How many times as many of the likeliest tenth broke as of all."""
        return self.precision / self.rate if self.rate else nan

    @classmethod
    def of(cls, said: Floats, broke: Mask) -> Self:
        """Return how good forecasts (0 to 1) were."""
        count = len(said)
        if not count:
            return cls(0, nan, nan, nan, nan, nan, nan, nan, nan, ())
        rate = float(broke.mean())
        brier = float(((said - broke) ** 2).mean())
        spread = rate * (1 - rate)
        likeliest = np.argsort(-said, kind="stable")[: max(1, count // GROUPS)]
        hits = int(broke[likeliest].sum())
        groups = _groups(said, broke)
        return cls(
            count=count,
            rate=rate,
            said=float(said.mean()),
            auc=_auc(said, broke),
            brier=brier,
            skill=1 - brier / spread if spread else nan,
            error=sum(one.count * abs(one.said - one.broke) for one in groups) / count,
            precision=hits / len(likeliest),
            recall=hits / int(broke.sum()) if rate else nan,
            reliability=tuple(groups),
        )


def _auc(said: Floats, broke: Mask) -> float:
    """Return the area under the curve of Mann and Whitney's statistic."""
    many = int(broke.sum())
    pairs = many * (len(broke) - many)
    if not pairs:
        return nan
    values, group, sizes = np.unique(said, return_inverse=True, return_counts=True)
    broken = np.bincount(group, weights=broke, minlength=len(values))
    kept = sizes - broken
    below = np.cumsum(kept) - kept
    return float((broken * (below + kept / 2)).sum() / pairs)


def _groups(said: Floats, broke: Mask) -> list[Reliability]:
    group = np.minimum((said * GROUPS).astype(np.int64), GROUPS - 1)
    here = [group == n for n in range(GROUPS)]
    return [Reliability(int(one.sum()), float(said[one].mean()), float(broke[one].mean())) for one in here if one.any()]
