"""Which cycles were decided in a window, and how many of them were breached."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from sla_engine.judged import ClauseResults
from sla_engine.verdict import Stage


class Kept(NamedTuple):
    """Decided cycles, and how many of them were breached."""

    cycles: int = 0
    breached: int = 0

    @property
    def percent(self) -> float | None:
        """The share that kept the promise, in percent, cut to two decimals; None of no cycles."""
        return (self.cycles - self.breached) * 10_000 // self.cycles / 100 if self.cycles else None


def add_decided(found: dict[str, Kept], parts: Iterable[ClauseResults], first: int) -> None:
    """Add the cycles of a table that were decided since an instant (ms UTC), by agreement.objective.

    A breach is decided when it happens, whether the cycle is open still or not; else a cycle is when it is met.
    Cancelled and excluded ones are left out.
    """
    parts = [*parts]
    aside = {int(ticket) for part in parts for ticket in part.verdicts.ticket[part.verdicts.overdue]}
    for part in parts:
        of = part.verdicts
        counts = ~of.excluded & (of.stage != Stage.CANCELLED)
        if aside:  # tickets that cannot be judged have no results at all
            counts &= ~np.isin(of.ticket, [*aside])
        breached = counts & of.breached & (of.breached_at >= first)
        met = counts & ~of.breached & (of.stage == Stage.COMPLETED) & (of.stopped_at >= first)
        name = f"{part.clause.agreement.id}.{part.clause.objective.name}"
        before, broken = found.get(name, Kept()), int(breached.sum())
        found[name] = Kept(before.cycles + int(met.sum()) + broken, before.breached + broken)
