"""What a table's cycles are looked at with, and the questions that are asked of it again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sla_engine.attribution import holder_text
from sla_engine.chain.hours import Hours
from sla_engine.chain.moment import Moments
from sla_engine.chain.path import Paths
from sla_engine.table import Column, Rows
from sla_engine.timeline import Timeline
from sla_engine.worktime import Instants

Sets = npt.NDArray[Any]
"""Sets of calendars, as bits."""

_BITS: Final = 62


@dataclass(frozen=True, slots=True)
class Scene:
    """The rows, paths and calendars of all tickets judged together; `calendars` are names, by their place."""

    timeline: Timeline
    paths: Paths
    moments: Moments
    holder: Column
    hours: Hours
    calendars: Sequence[str]


def holders(tickets: Rows, at: Instants, scene: Scene) -> Rows:
    """Return the code of what the holder field of each ticket holds at an instant, after all its rows until then."""
    timeline, moments = scene.timeline, scene.moments
    keys = moments.key(timeline.ticket, timeline.table.at)
    row = np.searchsorted(keys, moments.key(tickets, at), side="right") - 1
    result: Rows = texts_of(scene.holder)[scene.holder.codes[row]]
    return result


def texts_of(holder: Column) -> Rows:
    """Return for each code the first one that has the same text."""
    known: dict[str | None, int] = {}
    return np.array([known.setdefault(holder_text(values), n) for n, values in enumerate(holder.values)], np.int64)


def sets_of(calendars: Rows, scene: Scene) -> Sets:
    """Return sets of one calendar each, as a bit; beyond what a machine's numbers have, as Python's."""
    if len(scene.calendars) <= _BITS:
        return np.int64(1) << calendars
    return np.array([1 << n for n in range(len(scene.calendars))], np.object_)[calendars]


def shared(on: Rows, sets: Sets, start: Instants, end: Instants, scene: Scene) -> Instants:
    """Return the working time on one calendar each that lies in the hours of any calendar of a set."""
    found = np.zeros(len(on), np.int64)
    distinct, place = np.unique(sets, return_inverse=True)
    pairs, group = np.unique(on * np.int64(max(1, len(distinct))) + place, return_inverse=True)
    for n, pair in enumerate(pairs.tolist()):
        base, held = divmod(pair, len(distinct))
        names = frozenset(name for bit, name in enumerate(scene.calendars) if int(distinct[held]) >> bit & 1)
        mine = np.flatnonzero(group == n)
        found[mine] = scene.hours.shared(scene.calendars[base], names, start[mine], end[mine])
    return found
