"""The worst case of a path: whether the agreements beneath can keep the promise on top (docs/feasibility.md).

A ticket goes through steps, one after the other, each of which takes what it may. How much of the SLA's time that uses
is asked of every start, to the millisecond. In between two edges, of any calendar and carried back through the steps,
the time used never grows with the start: so it is looked at behind each edge alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.instant import NEVER
from sla_engine.worktime import HORIZON, Calendar, Instants

Step = tuple[Calendar, int]
"""A calendar, and the working time on it that a step may take, ms."""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The most working time of the SLA that the steps use, ms, and the earliest start (ms UTC) that gives it.

    `unfit` is the share of the SLA's working time in which a start does not fit; `used` is None where steps do not end
    within 3,653 days.
    """

    used: int | None
    at: int
    unfit: float


def worst_case(sla: Calendar, target: int, steps: Sequence[Step], first: int, last: int) -> WorstCase | None:
    """Return the worst of all starts in the SLA's working time in [first, last), None where that is empty.

    The path fits where the most that is used is at most the target.
    """
    starts, ends = sla.intervals(first, last)
    starts, ends = np.maximum(starts, first), np.minimum(ends, last)
    starts, ends = starts[starts < ends], ends[starts < ends]
    if not len(starts):
        return None
    edges = np.unique(np.concatenate([starts, *_carried_back(sla, steps, first, last)]))
    inside = np.searchsorted(starts, edges, side="right") - 1
    kept = (inside >= 0) & (edges < ends[np.maximum(inside, 0)])
    edges, inside = edges[kept], inside[kept]
    following = np.append(edges[1:], last)
    until = np.minimum(following, ends[inside])

    used = _used(sla, steps, edges)
    late = _used(sla, steps, until - 1)
    falls = (late < used) & (until - edges > 1)
    unfit = np.where(falls, np.clip(used - target, 0, until - edges), np.where(used > target, until - edges, 0))
    most = int(used.max())
    return WorstCase(
        None if most == NEVER else most,
        int(edges[np.argmax(used)]),
        float(unfit.sum() / (ends - starts).sum()),
    )


def _used(sla: Calendar, steps: Sequence[Step], start: Instants) -> Instants:
    """Return the SLA's working time from each start to the end of the last step; NEVER where that does not come."""
    end = _through(steps, start)
    known = end != NEVER
    used = np.full(len(start), NEVER)
    used[known] = sla.elapsed(start[known], end[known])
    return used


def _through(steps: Sequence[Step], at: Instants) -> Instants:
    """Return when the steps end that begin at these instants."""
    for calendar, amount in steps:
        known = at != NEVER
        following = np.full(len(at), NEVER)
        due = calendar.due(at[known], np.full(int(known.sum()), amount))
        following[known] = np.where(due > at[known] + HORIZON, NEVER, due)
        at = following
    return at


def _carried_back(sla: Calendar, steps: Sequence[Step], first: int, last: int) -> list[Instants]:
    """Return the first start from which each step ends at, and the first from which it ends behind, each edge.

    The end of a step never comes earlier with a later start: so such starts are found by halving.
    """
    found = [edge for bounds in sla.intervals(first, last) for edge in (bounds, bounds + 1)]
    for number, (calendar, _) in enumerate(steps):
        for before, other in ((number, calendar), (number + 1, calendar), (number + 1, sla)):
            ends = _through(steps[:before], np.array([first, last], np.int64))
            if ends[0] == NEVER:
                continue
            low, high = int(ends[0]), int(ends[1] if ends[1] != NEVER else ends[0] + HORIZON)
            edges = np.concatenate(other.intervals(low, high))
            edges = edges[(edges >= low) & (edges <= high)]
            found += [_first_reaching(steps[:before], edge, first, last) for edge in (edges, edges + 1)]
    return [one[(one >= first) & (one < last)] for one in found]


def _first_reaching(steps: Sequence[Step], wanted: Instants, first: int, last: int) -> Instants:
    """Return the first start in [first, last] from which the steps end no earlier than wanted; `last` where none."""
    low, high = np.full(len(wanted), first, np.int64), np.full(len(wanted), last, np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        reached = _through(steps, middle) >= wanted
        high, low = np.where(reached, middle, high), np.where(reached, low, np.minimum(middle + 1, high))
    return low
