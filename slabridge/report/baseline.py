"""Targets from history: what has been kept, and what another target would have meant (docs/baseline.md).

Cycles that are still open are not left out but taken as at least as long (Kaplan and Meier, 1958): else long ones would
look better than they are.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from slabridge.foresight.curve import Curve

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

    def merge(self, other: "Taken") -> None:
        """Add what other cycles took."""
        self.elapsed += other.elapsed
        self.ended += other.ended
        self.target += other.target
        self.at += other.at

    def curve(self) -> Curve:
        """Return how long they take; of none it has no time."""
        elapsed = np.array(self.elapsed, np.int64)
        return Curve.of(np.zeros_like(elapsed), elapsed, np.array(self.ended, np.bool_))


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
    curve = taken.curve()
    within = {percent: time_of(curve, percent) for percent in SHARES}
    target = Counter(taken.target).most_common(1)[0][0]
    recent = elapsed[ended & (np.array(taken.at, np.int64) >= since)]
    kept, goal = within[KEPT_TODAY], target if wanted is None else wanted
    steps: tuple[Step, ...] = ()
    if kept is not None and kept > goal:
        targets = [kept - (kept - goal) * n // 3 for n in (1, 2, 3)]
        steps = tuple(Step(one, int((recent > one).sum())) for one in targets)
    share = 100 * share_within(curve, target)
    return Baseline(len(elapsed), int((~ended).sum()), within, target, share, steps)


def time_of(curve: Curve, percent: float) -> int | None:
    """Return in what time (ms) so many percent ended; None: not enough have ended to say."""
    found = np.flatnonzero(curve.beyond <= 1 - percent / 100 + _SLACK)
    return int(curve.times[found[0]]) if len(found) else None


def share_within(curve: Curve, target: int) -> float:
    """Return which share of all took no longer than a target, ms."""
    return 1 - float(curve.beyond_of(np.array([target]))[0])
