"""Which cycles back which, when: down the paths of their tickets (docs/chain.md, "The chain of a result")."""

from dataclasses import dataclass

import numpy as np

from sla_engine.attribution import Mode
from sla_engine.chain.course import Courses
from sla_engine.chain.moment import spread
from sla_engine.chain.scene import Scene
from sla_engine.table import Mask, Rows
from sla_engine.worktime import Instants


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


def backed_of(backs: Mask) -> Mask:
    """Return which objectives any other backs."""
    return np.asarray(backs.any(axis=0), np.bool_)


def spans_of(courses: Courses, scene: Scene) -> Spans:
    """Return where the paths of all cycles' tickets are the same, from their first rows to their ends."""
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


def backings_of(courses: Courses, backs: Mask, spans: Spans, scene: Scene) -> Backings:
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
