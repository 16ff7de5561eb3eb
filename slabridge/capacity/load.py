"""What a team has in hand, and whether that grows (docs/capacity.md, "Open work")."""

from dataclasses import dataclass

import numpy as np

from sla_engine.table import Mask
from sla_engine.worktime import Instants
from slabridge.foresight.curve import Curve

_LEAST = 5
"""So many visits must have lasted as long as one for that one's end to be expected of them."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a team ("": nobody) has: visits that are there, tickets that only wait, and what came and left.

    `work` is the working time, in ms, for which the open visits are still expected to be there, side by side; None
    where too few were there to say. What came and left did so in `days`, the working days of the window by `calendar`.
    `slots` are those of the window (None: a replay sets no limit). `waited` is the mean time, in ms, for which a visit
    waited for a slot, as it was replayed and with growth.
    """

    team: str
    calendar: str
    open: int
    waiting: int
    work: int | None
    days: int
    came: int
    left: int
    slots: int | None
    waited: tuple[int, int]

    @property
    def comes(self) -> float:
        """What comes on a working day."""
        return self.came / self.days if self.days else 0.0

    @property
    def leaves(self) -> float:
        """What leaves on a working day."""
        return self.left / self.days if self.days else 0.0

    @property
    def grows(self) -> float:
        """By how much what is in hand grows on a working day."""
        return self.comes - self.leaves

    @property
    def in_hand_days(self) -> float | None:
        """For how many working days there is something to do if nothing comes; None where nothing leaves."""
        return self.open / self.leaves if self.left else None

    @property
    def days_to_empty(self) -> float | None:
        """In how many working days nothing is in hand, at the present rates; None where that is never."""
        return self.open / -self.grows if self.left > self.came else None


@dataclass(frozen=True, slots=True)
class Taken:
    """The visits of one team: what each `took` until now, and whether it has `left`.

    It is known of since it had taken as much as it `entered` with. All are ms of working time.
    """

    entered: Instants
    took: Instants
    left: Mask


def expected(taken: Taken) -> int | None:
    """Return for how long the visits that have not left are still expected to be there, all together; ms.

    What is beyond the longest is not looked at, and whatever has been there for longer than all but a few is taken to
    have been there for as long as these. None: too few are known to say.
    """
    used = taken.took[~taken.left]
    if not len(used):
        return 0
    if len(taken.took) < _LEAST:
        return None
    curve = Curve.of(taken.entered, taken.took, taken.left)
    edges = np.concatenate([[0], curve.times, [taken.took.max()]])
    share = np.concatenate([[1.0], curve.beyond])
    behind = np.append(np.cumsum((np.diff(edges) * share)[::-1])[::-1], 0.0)
    """Of each edge, the mean time of all visits that lies beyond it."""
    at = np.minimum(used, np.sort(taken.took)[-_LEAST])
    place = np.searchsorted(curve.times, at, side="right")
    rest = (edges[place + 1] - at) * share[place] + behind[place + 1]
    return int(np.divide(rest, share[place], out=np.zeros_like(rest), where=share[place] > 0).sum())
