"""Two sets of definitions tried on the same tickets."""

from collections.abc import Iterator, Sequence

import numpy as np

from sla_engine import Engine, Ticket
from sla_engine.agreement import Definitions
from sla_engine.calendar import CalendarDefinition
from sla_engine.table import Mask, Rows
from sla_engine.tabulate import tabulate
from slabridge.whatif.columns import BITS, NOTHING, PRIORITY, Columns, Outcome, Period, objectives_of
from slabridge.whatif.sums import MOST, Change, Count, Sums, Weight

Held = tuple[Outcome, CalendarDefinition]
"""What a cycle comes to on one side, and by which calendar."""


class Trial:
    """Judges tickets by what holds before and by what would after."""

    def __init__(self, before: Definitions, after: Definitions, period: Period) -> None:
        """Make both ready; cycles count that ended in the period."""
        self._sides = Engine(before), Engine(after)
        self._period = period

    @property
    def objectives(self) -> list[str]:
        """The objectives of both sides, as agreement.objective, in the order of their files."""
        clauses = (clause for engine in self._sides for clause in engine.clauses)
        return list(dict.fromkeys(f"{clause.agreement.id}.{clause.objective.name}" for clause in clauses))

    def of(self, before: Sequence[Ticket], after: Sequence[Ticket], as_of: int) -> Sums:
        """Judge tickets on both sides; they are the same, but may be mapped otherwise."""
        same = before is after
        one, other = self._sides
        fields = [one.fields | {PRIORITY}, other.fields | {PRIORITY}]
        table, _ = tabulate(before, fields[0] | fields[1] if same else fields[0])
        found = [objectives_of(one, table.until(as_of), as_of, self._period)]
        if not same:
            table, _ = tabulate(after, fields[1])
        found.append(objectives_of(other, table.until(as_of), as_of, self._period))
        sums = Sums()
        for side, objectives in enumerate(found):
            for name, columns in objectives.items():
                sums.merge(_counted(name, columns, side))
        changes: dict[int, tuple[Weight, Change]] = {}
        for name in {**found[0], **found[1]}:
            sides = [objectives.get(name, NOTHING) for objectives in found]
            sums.changed += _compare(name, sides, before, changes)
        sums.merge(Sums(most=[changes[place] for place in sorted(changes)]))
        return sums


def _counted(name: str, columns: Columns, side: int) -> Sums:
    """Return the counts and shares of one objective on one side."""
    sums = Sums()
    for priority, cycles, breached in columns.by_priority:
        count = Count(cycles, breached)
        sums.counts[name, priority] = (Count(), count) if side else (count, Count())
    for holder, worked in columns.by_holder.items():
        sums.shares[name, holder] = (0, worked) if side else (worked, 0)
    return sums


def _compare(
    name: str, sides: Sequence[Columns], tickets: Sequence[Ticket], changes: dict[int, tuple[Weight, Change]]
) -> int:
    """Return how many cycles come out otherwise; keep of each ticket, by its place, what changes most."""
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
    chosen = np.flatnonzero(differs)
    ordered = chosen[np.lexsort((-left[chosen], ~flips[chosen]))]
    _, firsts = np.unique(keys[ordered] >> BITS, return_index=True)
    for n in ordered[np.sort(firsts)[:MOST]].tolist():
        place, weight = int(keys[n]) >> BITS, (bool(flips[n]), int(left[n]))
        if place not in changes or weight > changes[place][0]:
            held = [
                (side.outcome(int(at[n])), side.calendar[int(at[n])]) if is_there[n] else None
                for side, at, is_there in zip(sides, places, there, strict=True)
            ]
            changes[place] = weight, _change(name, int(keys[n]), tickets[place], held)
    return len(chosen)


def _change(name: str, key: int, ticket: Ticket, held: Sequence[Held | None]) -> Change:
    before, after = held
    return Change(
        ticket.source,
        ticket.key,
        name,
        key & ((1 << BITS) - 1),
        None if before is None else before[0],
        None if after is None else after[0],
        tuple(_reasons(before, after)),
    )


def _found(among: Rows, place: Rows, keys: Rows) -> Mask:
    found = np.zeros(len(keys), np.bool_)
    inside = place < len(among)
    found[inside] = among[place[inside]] == keys[inside]
    return found


def _reasons(before: Held | None, after: Held | None) -> Iterator[str]:
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
