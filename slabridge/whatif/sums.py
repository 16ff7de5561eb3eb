"""What two sets of definitions make of the same tickets: counts, shares of holders, and what changes most."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sla_engine import Engine, Ticket
from sla_engine.calendar import CalendarDefinition
from sla_engine.table import Mask, Rows
from sla_engine.tabulate import tabulate
from slabridge.whatif.columns import BITS, NOTHING, PRIORITY, Columns, Outcome, Period, objectives_of

MOST = 20
"""The tickets shown: those that change most."""


class Count(NamedTuple):
    """Completed cycles, and how many of them were breached."""

    cycles: int = 0
    breached: int = 0

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
    """Both sides, before and after, over all tickets added; `changed` counts cycles that come out otherwise."""

    before: Engine
    after: Engine
    period: Period
    counts: dict[tuple[str, str], list[Count]] = field(default_factory=dict)
    shares: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    changed: int = 0
    _most: dict[tuple[str, str], tuple[tuple[bool, int], Change]] = field(default_factory=dict)

    def add(self, before: Sequence[Ticket], after: Sequence[Ticket], as_of: int) -> None:
        """Judge tickets on both sides; they are the same, but may be mapped otherwise."""
        same = before is after
        fields = [self.before.fields | {PRIORITY}, self.after.fields | {PRIORITY}]
        table, _ = tabulate(before, fields[0] | fields[1] if same else fields[0])
        sides = [objectives_of(self.before, table.until(as_of), as_of, self.period)]
        if not same:
            table, _ = tabulate(after, fields[1])
        sides.append(objectives_of(self.after, table.until(as_of), as_of, self.period))
        for side, found in enumerate(sides):
            for name, columns in found.items():
                self._count(name, columns, side)
        for name in {**sides[0], **sides[1]}:
            self._compare(name, [one.get(name, NOTHING) for one in sides], before)
        best = heapq.nlargest(MOST, self._most.items(), key=lambda each: each[1][0])
        self._most = dict(best)

    def changes(self) -> list[Change]:
        """Return what changes most, first what changes sides, then by the time that is left."""
        return [change for _, change in self._most.values()]

    def _count(self, name: str, columns: "Columns", side: int) -> None:
        for priority, cycles, breached in columns.by_priority:
            counts = self.counts.setdefault((name, priority), [Count(), Count()])
            counts[side] = Count(counts[side].cycles + cycles, counts[side].breached + breached)
        for holder, worked in columns.by_holder.items():
            self.shares.setdefault((name, holder), [0, 0])[side] += worked

    def _compare(self, name: str, sides: Sequence["Columns"], tickets: Sequence[Ticket]) -> None:
        keys = np.union1d(sides[0].key, sides[1].key)
        places = [np.searchsorted(one.key, keys) for one in sides]
        there = [_found(one.key, place, keys) for one, place in zip(sides, places, strict=True)]
        both = there[0] & there[1]
        flips, differs, left = ~both, ~both, np.zeros(len(keys), np.int64)
        one, other = (place[both] for place in places)
        flips[both] = sides[0].breached[one] != sides[1].breached[other]
        differs[both] = flips[both]
        for column in ("target", "elapsed", "paused", "remaining"):
            differs[both] |= getattr(sides[0], column)[one] != getattr(sides[1], column)[other]
        left[both] = np.abs(sides[0].remaining[one] - sides[1].remaining[other])
        self.changed += int(differs.sum())
        chosen = np.flatnonzero(differs)
        for n in chosen[np.lexsort((-left[chosen], ~flips[chosen]))][: MOST * 2].tolist():
            outcomes = [
                (one.outcome(int(place[n])), one.calendar[int(place[n])]) if is_there[n] else None
                for one, place, is_there in zip(sides, places, there, strict=True)
            ]
            ticket = tickets[int(keys[n]) >> BITS]
            self._offer(name, (bool(flips[n]), int(left[n])), int(keys[n]), ticket, outcomes)

    def _offer(
        self,
        name: str,
        weight: tuple[bool, int],
        key: int,
        ticket: Ticket,
        outcomes: Sequence[tuple[Outcome, CalendarDefinition] | None],
    ) -> None:
        """Keep it, if it is what changes most of its ticket."""
        known = self._most.get((ticket.source, ticket.key))
        if known is None or weight > known[0]:
            before, after = outcomes
            change = Change(
                ticket.source,
                ticket.key,
                name,
                key & ((1 << BITS) - 1),
                None if before is None else before[0],
                None if after is None else after[0],
                tuple(_reasons(before, after)),
            )
            self._most[ticket.source, ticket.key] = weight, change


def _found(among: Rows, place: Rows, keys: Rows) -> Mask:
    found = np.zeros(len(keys), np.bool_)
    inside = place < len(among)
    found[inside] = among[place[inside]] == keys[inside]
    return found


def _reasons(
    before: tuple[Outcome, CalendarDefinition] | None, after: tuple[Outcome, CalendarDefinition] | None
) -> Iterator[str]:
    if before is None or after is None:
        yield "scope"
        return
    if before[0].target != after[0].target:
        yield "target"
    if before[1] != after[1]:
        yield "calendar"
    elif before[0].paused != after[0].paused:
        yield "pause"
    elif before[0].elapsed != after[0].elapsed or before[0].target == after[0].target:
        yield "rule"
