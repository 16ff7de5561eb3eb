"""Pieces: stretches of cycles cut so that mode, holder, path and everything that backs them are constant.

From them come the segments, what the accounts say, and who overran (docs/chain.md, "The chain of a result").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sla_engine.attribution import Mode, holder_text
from sla_engine.chain.course import Courses
from sla_engine.chain.hours import Hours
from sla_engine.chain.moment import Moments, spread
from sla_engine.chain.path import Paths
from sla_engine.table import Column, Mask, Rows
from sla_engine.timeline import Timeline
from sla_engine.worktime import Instants

Sets = npt.NDArray[Any]
"""Sets of calendars, as bits."""

ACCOUNTS: Final = ("overrun", "within", "elsewhere", "closed", "paused", "uncovered")
NOTHING: Final = -1
_BITS: Final = 62


@dataclass(frozen=True, slots=True)
class Spans:
    """Of cycles with a length: where their tickets' paths are the same, in [start, end); `span` is of `Paths`."""

    cycle: Rows
    span: Rows
    start: Instants
    end: Instants


@dataclass(frozen=True, slots=True)
class Backings:
    """Spans [start, end) in which a cycle runs or is paused for another, on a ticket of the other's path.

    `cycle` is the one above, `by` the one beneath, `distance` how far its ticket is from the carrier.
    """

    cycle: Rows
    by: Rows
    distance: Rows
    start: Instants
    end: Instants
    running: Mask


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


@dataclass(frozen=True, slots=True)
class Accounted:
    """The segments of all cycles, by cycle the six accounts, and the overruns: (cycle, the late one, ms)."""

    segments: Pieces
    first: Rows
    accounts: Instants
    overruns: tuple[Rows, Rows, Instants]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a chunk's cycles are looked at with."""

    timeline: Timeline
    paths: Paths
    moments: Moments
    holder: Column
    hours: Hours
    calendars: Sequence[str]


def accounted(courses: Courses, backs: Mask, scene: Scene) -> Accounted:
    """Cut all cycles into pieces, and add them up."""
    spans = _spans(courses, scene)
    backings = _backings(courses, backs, spans, scene)
    pieces, piece, backing = _pieces(courses, backings, spans, scene)
    runs = backings.running[backing]
    late = runs & (courses.late_from[backings.by[backing]] <= pieces.start[piece])
    near = runs & (backings.distance[backing] == 0)
    calendars = courses.calendar[backings.by[backing]]
    accounts = np.zeros((len(courses.clause), len(ACCOUNTS)), np.int64)
    for number, part in enumerate(_accounts(pieces, piece, calendars, (late, near, runs), scene)):
        np.add.at(accounts[:, number], pieces.cycle, part)
    mine = late & (pieces.mode == Mode.COUNTED)[piece]
    size = np.int64(max(1, len(courses.clause)))
    pairs, place = np.unique(pieces.cycle[piece[mine]] * size + backings.by[backing[mine]], return_inverse=True)
    overran = np.zeros(len(pairs), np.int64)
    np.add.at(overran, place, pieces.worked[piece[mine]])
    segments = _joined(pieces)
    first = np.searchsorted(segments.cycle, np.arange(len(courses.clause) + 1))
    return Accounted(segments, first, accounts, (pairs // size, pairs % size, overran))


def backed_of(backs: Mask) -> Mask:
    """Return which objectives any other backs."""
    return np.asarray(backs.any(axis=0), np.bool_)


def _spans(courses: Courses, scene: Scene) -> Spans:
    paths, moments = scene.paths, scene.moments
    long = np.flatnonzero(courses.start < courses.end)
    low = paths.at(courses.ticket[long], courses.start[long], moments)
    high = paths.at(courses.ticket[long], courses.end[long] - 1, moments)
    owner, span = spread(low, high - low + 1)
    cycle = long[owner]
    until = np.append(paths.start[1:], moments.last + 1)[span]
    until[paths.of[paths.ticket[span] + 1] - 1 == span] = moments.last + 1
    return Spans(
        cycle, span, np.maximum(courses.start[cycle], paths.start[span]), np.minimum(courses.end[cycle], until)
    )


def _backings(courses: Courses, backs: Mask, spans: Spans, scene: Scene) -> Backings:
    """Go down each path, and on each ticket to the cycles that back, and to their stretches."""
    paths = scene.paths
    backed = backed_of(backs)[courses.clause[spans.cycle]]
    cycle, span, start, end = (column[backed] for column in (spans.cycle, spans.span, spans.start, spans.end))
    owner, node = spread(paths.first[span], paths.first[span + 1] - paths.first[span])
    distance, ticket = paths.first[span[owner] + 1] - 1 - node, paths.nodes[node]
    by_ticket = np.argsort(courses.ticket, kind="stable")
    of_ticket = np.searchsorted(courses.ticket[by_ticket], np.arange(len(scene.timeline.last) + 1))
    again, place = spread(of_ticket[ticket], of_ticket[ticket + 1] - of_ticket[ticket])
    owner, distance, by = owner[again], distance[again], by_ticket[place]
    backing = backs[courses.clause[by], courses.clause[cycle[owner]]]
    owner, distance, by = owner[backing], distance[backing], by[backing]
    again, stretch = spread(courses.first[by], courses.first[by + 1] - courses.first[by])
    owner, distance, by = owner[again], distance[again], by[again]
    start = np.maximum(start[owner], courses.stretch_start[stretch])
    end = np.minimum(end[owner], courses.stretch_end[stretch])
    mode = courses.mode[stretch]
    there = (start < end) & (mode != Mode.STOPPED)
    running = mode != Mode.PAUSED
    return Backings(cycle[owner][there], by[there], distance[there], start[there], end[there], running[there])


def _pieces(courses: Courses, backings: Backings, spans: Spans, scene: Scene) -> tuple[Pieces, Rows, Rows]:
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
    sets = _bits(courses.calendar[cover[mine]], scene)
    covered[mine] = _shared(on[mine], sets, start[mine], end[mine], scene)
    span = paths.at(courses.ticket[cycle], start, moments)
    holder = holders(paths.carrier[span], start, scene)
    return Pieces(cycle, start, end, mode, on, holder, span, cover, runs, worked, covered), piece, backing


def _handovers(spans: Spans, scene: Scene) -> tuple[Rows, Instants]:
    """Return when the holder of a carrier changes while a cycle's time is its: (cycle, instant)."""
    moments, timeline = scene.moments, scene.timeline
    codes = _texts(scene.holder)[scene.holder.codes]
    turn = ~timeline.opening
    turn[1:] &= codes[1:] != codes[:-1]
    rows = np.flatnonzero(turn)
    keys, carrier = moments.key(timeline.ticket[rows], timeline.table.at[rows]), scene.paths.carrier[spans.span]
    begin = np.searchsorted(keys, moments.key(carrier, spans.start), side="right")
    until = np.searchsorted(keys, moments.key(carrier, spans.end))
    owner, place = spread(begin, np.maximum(until - begin, 0))
    return spans.cycle[owner], timeline.table.at[rows[place]]


def holders(tickets: Rows, at: Instants, scene: Scene) -> Rows:
    """Return the code of what the holder field of each ticket holds at an instant, after all its rows until then."""
    timeline, moments = scene.timeline, scene.moments
    keys = moments.key(timeline.ticket, timeline.table.at)
    row = np.searchsorted(keys, moments.key(tickets, at), side="right") - 1
    result: Rows = _texts(scene.holder)[scene.holder.codes[row]]
    return result


def _texts(holder: Column) -> Rows:
    """Return for each code the first one that has the same text."""
    known: dict[str | None, int] = {}
    return np.array([known.setdefault(holder_text(values), n) for n, values in enumerate(holder.values)], np.int64)


def _accounts(
    pieces: Pieces, piece: Rows, calendars: Rows, state: tuple[Mask, Mask, Mask], scene: Scene
) -> Iterator[Instants]:
    """Yield, in the order of `ACCOUNTS`, how the counted time of each piece divides.

    Of what backs a piece, `calendars` are the calendars, `state` whether it is late, runs on the carrier, and runs.
    """
    late, near, runs = state
    size = len(pieces.cycle)
    overrun, running, backed = (np.zeros(size, np.bool_) for _ in range(3))
    overrun[piece[late]], running[piece[runs]], backed[piece] = True, True, True
    worked = np.where(pieces.mode == Mode.COUNTED, pieces.worked, 0)
    rest = np.flatnonzero(running & ~overrun & (worked > 0))
    within, anywhere = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for found, mine in ((within, near), (anywhere, runs)):
        heads = np.flatnonzero(np.diff(piece[mine], prepend=-1))
        bits = _bits(calendars[mine], scene)
        sets = np.zeros(size, bits.dtype)
        if len(heads):
            sets[piece[mine][heads]] = np.bitwise_or.reduceat(bits, heads)
        found[rest] = _shared(pieces.on[rest], sets[rest], pieces.start[rest], pieces.end[rest], scene)
    yield np.where(overrun, worked, 0)
    yield within
    yield anywhere - within
    yield np.where(running & ~overrun, worked - anywhere, 0)
    yield np.where(backed & ~running, worked, 0)
    yield np.where(backed, 0, worked)


def _bits(calendars: Rows, scene: Scene) -> Sets:
    """Return sets of one calendar each, as a bit; beyond what a machine's numbers have, as Python's."""
    if len(scene.calendars) <= _BITS:
        return np.int64(1) << calendars
    return np.array([1 << n for n in range(len(scene.calendars))], np.object_)[calendars]


def _shared(on: Rows, sets: Sets, start: Instants, end: Instants, scene: Scene) -> Instants:
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


def _joined(pieces: Pieces) -> Pieces:
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
