"""Targets from history: what has been kept, and what another target would have meant (docs/baseline.md).

Cycles that are still open are not left out but taken as at least as long (Kaplan and Meier, 1958): else long ones would
look better than they are.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]

SHARES = (50, 80, 90, 95, 99)
"""Shares, in percent, for which the time is looked for within which so many ended."""
KEPT_TODAY = 95
"""The share by which a target counts as kept today."""
_SLACK = 1e-9
"""By how much a share that was multiplied up may be off."""


@dataclass(slots=True)
class Taken:
    """What cycles took: working time in ms, whether each ended then, its target, and when it ended (0: it is open)."""

    elapsed: list[int] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)

    def add(self, elapsed: int, target: int, ended_at: int | None) -> None:
        """Add a cycle."""
        self.elapsed.append(elapsed)
        self.ended.append(ended_at is not None)
        self.target.append(target)
        self.at.append(ended_at or 0)


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way to a target: the target (ms), and the breaches that it would have meant."""

    target: int
    breaches: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """What cycles took. `within` says in what time (ms) so many percent ended; None: not enough have ended to say.

    `share` is how many, in percent, ended within `target`, the one that most of them have; `steps` lead from what is
    kept today to the target that is wanted.
    """

    count: int
    open: int
    within: dict[int, int | None]
    target: int
    share: float
    steps: tuple[Step, ...]


def baseline_of(taken: Taken, since: int, wanted: int | None = None) -> Baseline:
    """Return what cycles (one at least) took, and a path in three steps to a `wanted` target (ms; None: today's).

    What each step would have meant is counted over the cycles that ended since an instant, ms UTC.
    """
    elapsed, ended = np.array(taken.elapsed, np.int64), np.array(taken.ended, np.bool_)
    times, beyond = surviving(elapsed, ended)
    within = {percent: _within(times, beyond, percent) for percent in SHARES}
    target = Counter(taken.target).most_common(1)[0][0]
    place = int(np.searchsorted(times, target, side="right"))
    recent = elapsed[ended & (np.array(taken.at, np.int64) >= since)]
    kept, goal = within[KEPT_TODAY], target if wanted is None else wanted
    steps: tuple[Step, ...] = ()
    if kept is not None and kept > goal:
        targets = [kept - (kept - goal) * n // 3 for n in (1, 2, 3)]
        steps = tuple(Step(one, int((recent > one).sum())) for one in targets)
    share = 100 * (1 - float(beyond[place - 1])) if place else 0.0
    return Baseline(len(elapsed), int((~ended).sum()), within, target, share, steps)


def surviving(elapsed: Longs, ended: npt.NDArray[np.bool_]) -> tuple[Longs, npt.NDArray[np.float64]]:
    """Return each time that some took, and the share of all that takes longer."""
    order = np.argsort(elapsed, kind="stable")
    times, first = np.unique(elapsed[order], return_index=True)
    left = len(elapsed) - first
    deaths = np.add.reduceat(ended[order].astype(np.int64), first) if len(first) else first
    return times, np.cumprod(1 - deaths / left, dtype=np.float64)


def _within(times: Longs, beyond: npt.NDArray[np.float64], percent: int) -> int | None:
    found = np.flatnonzero(beyond <= 1 - percent / 100 + _SLACK)
    return int(times[found[0]]) if len(found) else None
