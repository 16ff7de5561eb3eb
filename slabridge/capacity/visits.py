"""Visits: from when to when a ticket was in somebody's hands (docs/capacity.md, "Visits")."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.decide import Decided
from sla_engine.instant import NULL
from sla_engine.judged import ClauseResults
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits, by ticket and then by time; `ticket` is a place in the table.

    `begin` is the row at which it came, `end` the one at which it left, both counted from the ticket's first; of those
    that are there still `end` is the number of its rows, and `left` NULL. `came` and `left` are ms UTC.
    """

    ticket: Rows
    begin: Rows
    end: Rows
    came: Instants
    left: Instants

    def since(self, first: int) -> "Visits":
        """Return those that had not left before an instant, ms UTC."""
        chosen = (self.left == NULL) | (self.left >= first)
        return Visits(*(getattr(self, name)[chosen] for name in self.__slots__))


def in_hand(parts: Sequence[ClauseResults], rows: int) -> tuple[Mask, Mask]:
    """Return of each row whether its ticket is worked on after it, and whether it is open and waits.

    It is worked on while a cycle of an OLA or UC counts; where it has none then, while one of an SLA does.
    """
    beneath, above = _Cycles(rows), _Cycles(rows)
    for part in parts:
        (above if part.clause.agreement.kind == "sla" else beneath).add(part)
    working = np.where(beneath.open, beneath.counts, above.counts)
    return working, (beneath.open | above.open) & ~working


class _Cycles:
    """Of each row whether a cycle is open after it, and whether one counts."""

    def __init__(self, rows: int) -> None:
        self.open: Mask = np.zeros(rows, np.bool_)
        self.counts: Mask = np.zeros(rows, np.bool_)

    def add(self, part: ClauseResults) -> None:
        """Add the cycles of a clause that have a result."""
        decided = part.verdicts.decided
        pauses, goes_on = (self._during(decided.only(of)) for of in (~decided.by_deadline, decided.by_deadline))
        self.open |= (pauses | goes_on) & part.cycles.active
        self.counts |= (pauses & ~part.cycles.paused | goes_on) & part.cycles.active

    def _during(self, decided: Decided) -> Mask:
        size = len(self.open) + 1
        begun = np.bincount(decided.begin, minlength=size) - np.bincount(decided.end, minlength=size)
        found: Mask = np.cumsum(begun)[:-1] > 0
        return found


def visits_of(timeline: Timeline, holder: Rows, working: Mask) -> Visits:
    """Return the visits of all tickets; `holder` is who has each after each row, and `working` as `in_hand` gives it.

    A visit that ends at the instant at which it begins is none.
    """
    table = timeline.table
    alike = np.zeros(len(working), np.bool_)
    alike[1:] = working[:-1] & (holder[1:] == holder[:-1])
    alike &= ~timeline.opening
    begin = np.flatnonzero(working & ~alike)
    ends = np.append(np.flatnonzero(~(working & alike)), len(working))
    end = ends[np.searchsorted(ends, begin, side="right")]
    ticket = timeline.ticket[begin]
    first, last = table.first[ticket], timeline.last[ticket]
    there = end > last
    left = np.where(there, NULL, np.append(table.at, NULL)[end])
    came = table.at[begin]
    found = Visits(ticket, begin - first, end - first, came, left)
    long = there | (left > came)
    return Visits(*(getattr(found, name)[long] for name in Visits.__slots__))
