"""What two sets of definitions make of the same tickets: counts, shares of holders, and what changes most."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from slabridge.whatif.columns import Outcome

MOST = 20
"""The tickets shown: those that change most."""

Weight = tuple[bool, int]
"""How much a cycle changes: whether it changes sides, and by how much the time left changes, ms."""


class Count(NamedTuple):
    """Completed cycles, and how many of them were breached."""

    cycles: int = 0
    breached: int = 0

    def plus(self, other: "Count") -> "Count":
        """Return both together."""
        return Count(self.cycles + other.cycles, self.breached + other.breached)

    @property
    def compliance(self) -> float | None:
        """The share that kept the promise, in percent, cut to two decimals; None of no cycles."""
        return (self.cycles - self.breached) * 10_000 // self.cycles / 100 if self.cycles else None


@dataclass(frozen=True, slots=True)
class Change:
    """A cycle that comes out otherwise; on one side it may have no result. `reasons` say what makes the difference."""

    source: str
    ticket: str
    objective: str
    cycle: int
    before: Outcome | None
    after: Outcome | None
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Sums:
    """Both sides, before and after, over all tickets added; `changed` counts cycles that come out otherwise.

    Those of parts of the tickets, merged in the order of the parts, are those of all of them.
    """

    counts: dict[tuple[str, str], tuple[Count, Count]] = field(default_factory=dict)
    shares: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    changed: int = 0
    most: list[tuple[Weight, Change]] = field(default_factory=list)

    def merge(self, other: "Sums") -> None:
        """Add what comes after: of changes of one weight those that come first stay."""
        for of, (before, after) in other.counts.items():
            one, two = self.counts.get(of, (Count(), Count()))
            self.counts[of] = one.plus(before), two.plus(after)
        for of, (worked, then) in other.shares.items():
            mine = self.shares.get(of, (0, 0))
            self.shares[of] = mine[0] + worked, mine[1] + then
        self.changed += other.changed
        self.most = heapq.nlargest(MOST, [*self.most, *other.most], key=itemgetter(0))

    def changes(self) -> list[Change]:
        """Return what changes most, first what changes sides, then by the time that is left."""
        return [change for _, change in self.most]

    def sort(self, objectives: Sequence[str]) -> None:
        """Put counts and shares into the order of the objectives, then of priorities and holders."""
        place = {name: n for n, name in enumerate(objectives)}
        self.counts = dict(sorted(self.counts.items(), key=lambda one: (place[one[0][0]], one[0][1])))
        self.shares = dict(sorted(self.shares.items(), key=lambda one: (place[one[0][0]], one[0][1])))
