"""Accounts: what the used time of each cycle divides into, and who overran (docs/chain.md, "The chain of a result")."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sla_engine.attribution import Mode
from sla_engine.chain.backings import backings_of, spans_of
from sla_engine.chain.course import Courses
from sla_engine.chain.piece import Pieces, joined, pieces_of
from sla_engine.chain.scene import Scene, sets_of, shared
from sla_engine.table import Mask, Rows
from sla_engine.worktime import Instants

ACCOUNTS: Final = ("overrun", "within", "elsewhere", "closed", "paused", "uncovered")


@dataclass(frozen=True, slots=True)
class Accounted:
    """The segments of all cycles, by cycle the six accounts, and the overruns: (cycle, the late one, ms)."""

    segments: Pieces
    first: Rows
    accounts: Instants
    overruns: tuple[Rows, Rows, Instants]


def accounted(courses: Courses, backs: Mask, scene: Scene) -> Accounted:
    """Cut all cycles into pieces, and add them up."""
    spans = spans_of(courses, scene)
    backings = backings_of(courses, backs, spans, scene)
    pieces, piece, backing = pieces_of(courses, backings, spans, scene)
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
    segments = joined(pieces)
    first = np.searchsorted(segments.cycle, np.arange(len(courses.clause) + 1))
    return Accounted(segments, first, accounts, (pairs // size, pairs % size, overran))


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
        bits = sets_of(calendars[mine], scene)
        sets = np.zeros(size, bits.dtype)
        if len(heads):
            sets[piece[mine][heads]] = np.bitwise_or.reduceat(bits, heads)
        found[rest] = shared(pieces.on[rest], sets[rest], pieces.start[rest], pieces.end[rest], scene)
    yield np.where(overrun, worked, 0)
    yield within
    yield anywhere - within
    yield np.where(running & ~overrun, worked - anywhere, 0)
    yield np.where(backed & ~running, worked, 0)
    yield np.where(backed, 0, worked)
