"""What becomes of each promise if more tickets come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from slabridge.capacity.decided import Kept

STEPS: Final = (5, 10, 20, 30, 50)
"""By how many percent arrivals grow in replays, besides by what is asked for."""
FALL: Final = 5
"""Points of compliance whose loss breaks a promise that names no share."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What was kept of an objective (agreement.objective) in truth, and in a replay, by the growth in percent.

    Growth 0 are the same tickets. `promised` is the share, in percent, that it promises to keep; None: none.
    """

    objective: str
    promised: float | None
    truth: Kept
    replayed: Mapping[int, Kept]

    def fall(self, growth: int) -> float | None:
        """Return how many points of compliance growth costs; None where nothing was decided."""
        before, after = self.replayed[0].percent, self.replayed[growth].percent
        return None if before is None or after is None else round(before - after, 2)

    def breaks_with(self, growth: int) -> bool:
        """Return whether growth breaks it: what was kept in truth, less the fall, is below what is promised.

        Where no share is promised, a fall of 5 points breaks it.
        """
        fall, kept = self.fall(growth), self.truth.percent
        if fall is None or kept is None:
            return False
        return fall >= FALL if self.promised is None else fall > 0 and kept - fall < self.promised <= kept

    @property
    def breaks_at(self) -> int | None:
        """The smallest growth that breaks it, in percent; None where none that was replayed does."""
        return next((growth for growth in sorted(self.replayed) if growth and self.breaks_with(growth)), None)

    @property
    def is_broken(self) -> bool:
        """Whether it is not kept in truth."""
        kept = self.truth.percent
        return self.promised is not None and kept is not None and kept < self.promised


def first_broken(grown: tuple[Grown, ...], growth: int) -> Grown | None:
    """Return which objective breaks first: at the smallest growth, then by what is asked for costing it most points."""
    breaking = [one for one in grown if one.breaks_at is not None]
    return min(breaking, key=lambda one: (one.breaks_at, -(one.fall(growth) or 0.0)), default=None)
