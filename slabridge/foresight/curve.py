"""How long cycles like one another take: the share that takes longer than any working time (docs/foresight.md).

Kaplan and Meier (1958), with delayed entry: a cycle is among those that could end only from the time on that it had
used when it came to be like the others; and one that is still open counts for as long as it is known.
"""

from dataclasses import dataclass
from typing import Final, Literal, Self

import numpy as np
import numpy.typing as npt

from sla_engine.table import Mask, Rows
from sla_engine.worktime import Instants

Floats = npt.NDArray[np.float64]

NEVER_REACHED: Final = -1
_FELL: Final = 0.99
"""In a short curve a time is kept where no more than this is left of the share that was kept last."""


@dataclass(frozen=True, slots=True)
class Curve:
    """`beyond` is the share of cycles that take longer than each of `times` (working time, ms, rising).

    `left` of them were open and known when they had used so much, of `count` in all.
    """

    times: Instants
    beyond: Floats
    left: Rows
    count: int

    @classmethod
    def of(cls, entered: Instants, took: Instants, ended: Mask) -> Self:
        """Return the curve of cycles that came in at a working time, and took so long (ms), or longer if not ended."""
        times, ends = np.unique(took[ended], return_counts=True)
        came = np.searchsorted(np.sort(entered), times, side="right")
        left = came - np.searchsorted(np.sort(took), times, side="left")
        return cls(times, np.cumprod(1 - ends / left, dtype=np.float64), left, len(took))

    def short(self) -> Self:
        """Return the curve with fewer times; its shares are right to one in a hundred of themselves."""
        kept, last = [], 1.0
        for place, share in enumerate(self.beyond.tolist()):
            if share <= last * _FELL:
                kept.append(place)
                last = share
        return type(self)(self.times[kept], self.beyond[kept], self.left[kept], self.count)

    def risk(self, used: Instants, target: Instants) -> Floats:
        """Return the share of those that had used so much that took longer than the target; NaN: none had."""
        still, broke = self._share(used, "left"), self.beyond_of(target)
        found = np.full(len(still), np.nan)
        np.divide(broke, still, out=found, where=still > 0)
        return found

    def beyond_of(self, target: Instants) -> Floats:
        """Return the share that takes longer than targets."""
        return self._share(target, "right")

    def alike(self, used: Instants) -> Rows:
        """Return how many cycles were open, and known, when the next of them ended that had used so much."""
        found: Rows = np.append(self.left, 0)[np.searchsorted(self.times, used, side="left")]
        return found

    def reaches(self, share: Floats, used: Instants, target: Instants) -> Instants:
        """Return the working time (ms) at which the risk comes to a share that is beyond what it is at the time used.

        NEVER_REACHED: not before the target.
        """
        broke = self.beyond_of(target)
        falls_to = np.searchsorted(-self.beyond, -(broke / share), side="left")
        place = np.maximum(falls_to, np.searchsorted(self.times, used, side="left"))
        reached = np.append(self.times, 0)[place] + 1  # what ends exactly then is still among them until then
        never = (place == len(self.times)) | (broke == 0) | (reached >= target)
        found: Instants = np.where(never, NEVER_REACHED, reached)
        return found

    def _share(self, amount: Instants, side: Literal["left", "right"]) -> Floats:
        found: Floats = np.append(1.0, self.beyond)[np.searchsorted(self.times, amount, side=side)]
        return found
