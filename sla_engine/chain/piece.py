"""Pieces: stretches of cycles cut so that mode, holder, path and everything that backs them are constant."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sla_engine.attribution import Mode
from sla_engine.chain.backings import Backings, Spans
from sla_engine.chain.course import Courses
from sla_engine.chain.moment import spread
from sla_engine.chain.scene import Scene, holders, sets_of, shared, texts_of
from sla_engine.table import Mask, Rows
from sla_engine.worktime import Instants

NOTHING: Final = -1


@dataclass(frozen=True, slots=True)
class Pieces:
    """In order of cycle and time; `cover` is a cycle, or NOTHING; amounts are ms of working time."""

    cycle: Rows
    start: Instants
    end: Instants
    mode: npt.NDArray[np.int64]
    on: Rows
    holder: Rows
    span: Rows
    cover: Rows
    cover_runs: Mask
    worked: Instants
    covered: Instants


def pieces_of(courses: Courses, backings: Backings, spans: Spans, scene: Scene) -> tuple[Pieces, Rows, Rows]:
    """Return the pieces, and which backings each has: (piece, backing), the one that covers it first."""
    moments, paths = scene.moments, scene.paths
    late = courses.late_from[backings.by]
    turns = (backings.start < late) & (late < backings.end)
    stretches = moments.key(courses.cycle, courses.stretch_start)
    edges = [
        stretches,
        moments.key(spans.cycle, spans.start),
        moments.key(*_handovers(spans, scene)),
        moments.key(backings.cycle, backings.start),
        moments.key(backings.cycle, backings.end),
        moments.key(backings.cycle[turns], late[turns]),
    ]
    keys = np.unique(np.concatenate(edges))
    keys = keys[moments.at(keys) < courses.end[moments.owner(keys)]]
    cycle, start = moments.owner(keys), moments.at(keys)
    end = courses.end[cycle]
    same = np.flatnonzero(cycle[1:] == cycle[:-1])
    end[same] = start[same + 1]
    stretch = np.searchsorted(stretches, keys, side="right") - 1
    mode, on = courses.mode[stretch], courses.on[stretch]

    low = np.searchsorted(keys, moments.key(backings.cycle, backings.start))
    high = np.searchsorted(keys, moments.key(backings.cycle, backings.end))
    backing, piece = spread(low, high - low)
    of = backings.by[backing]
    order = np.lexsort(
        (-courses.number[of], courses.clause[of], backings.distance[backing], ~backings.running[backing], piece)
    )
    piece, backing = piece[order], backing[order]
    best = np.flatnonzero(np.diff(piece, prepend=-1))
    best = best[mode[piece[best]] == Mode.COUNTED]
    cover, runs = np.full(len(keys), NOTHING, np.int64), np.zeros(len(keys), np.bool_)
    cover[piece[best]], runs[piece[best]] = backings.by[backing[best]], backings.running[backing[best]]

    worked = np.zeros(len(keys), np.int64)
    for index, name in enumerate(scene.calendars):
        mine = np.flatnonzero(on == index)
        worked[mine] = scene.timeline.calendars[name].elapsed(start[mine], end[mine])
    covered = np.zeros(len(keys), np.int64)
    mine = np.flatnonzero(runs)
    sets = sets_of(courses.calendar[cover[mine]], scene)
    covered[mine] = shared(on[mine], sets, start[mine], end[mine], scene)
    span = paths.at(courses.ticket[cycle], start, moments)
    holder = holders(paths.carrier[span], start, scene)
    return Pieces(cycle, start, end, mode, on, holder, span, cover, runs, worked, covered), piece, backing


def _handovers(spans: Spans, scene: Scene) -> tuple[Rows, Instants]:
    """Return when the holder of a carrier changes while a cycle's time is its: (cycle, instant)."""
    moments, timeline = scene.moments, scene.timeline
    codes = texts_of(scene.holder)[scene.holder.codes]
    turn = ~timeline.opening
    turn[1:] &= codes[1:] != codes[:-1]
    rows = np.flatnonzero(turn)
    keys, carrier = moments.key(timeline.ticket[rows], timeline.table.at[rows]), scene.paths.carrier[spans.span]
    begin = np.searchsorted(keys, moments.key(carrier, spans.start), side="right")
    until = np.searchsorted(keys, moments.key(carrier, spans.end))
    owner, place = spread(begin, np.maximum(until - begin, 0))
    return spans.cycle[owner], timeline.table.at[rows[place]]


def joined(pieces: Pieces) -> Pieces:
    """Join neighbours that differ in nothing that a segment shows."""
    changes = np.ones(len(pieces.cycle), np.bool_)
    shown = (pieces.cycle, pieces.mode, pieces.holder, pieces.span, pieces.cover, pieces.cover_runs)
    changes[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in shown])
    heads = np.flatnonzero(changes)
    if not len(heads):
        return pieces
    columns = {name: getattr(pieces, name)[heads] for name in Pieces.__slots__}
    columns["end"] = pieces.end[np.append(heads[1:], len(changes)) - 1]
    columns |= {name: np.add.reduceat(getattr(pieces, name), heads) for name in ("worked", "covered")}
    return Pieces(**columns)
