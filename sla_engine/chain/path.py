"""Paths: from a ticket that waits to whom it waits for, and on (docs/chain.md, "Rules").

All tickets are walked at once, from each instant at which a wait among those that are connected by waits begins or
ends. A step takes each walk to the first of the tickets waited for that is not on its path yet.
"""

from dataclasses import dataclass

import numpy as np

from sla_engine.chain.moment import Moments, spread
from sla_engine.chain.waits import Waits
from sla_engine.table import Rows
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Paths:
    """For each ticket, in time order, the spans in which its path is the same; neighbours differ.

    Span i begins at `start[i]`, the first of a ticket before all instants. Its path is
    `nodes[first[i]:first[i + 1]]`, the ticket itself first. The spans of ticket n are [of[n], of[n + 1]).
    """

    ticket: Rows
    start: Instants
    first: Rows
    nodes: Rows
    of: Rows

    @property
    def carrier(self) -> Rows:
        """The last ticket of each span's path."""
        return self.nodes[self.first[1:] - 1]

    def at(self, tickets: Rows, at: Instants, moments: Moments) -> Rows:
        """Return the span in which each ticket is at an instant."""
        keys = moments.key(self.ticket, self.start)
        result: Rows = np.searchsorted(keys, moments.key(tickets, at), side="right") - 1
        return result


def paths_of(tickets: int, waits: Waits, order: Rows, moments: Moments) -> Paths:
    """Return the paths of tickets 0, 1, ...; `order` is the place of each among them by source and id, as text."""
    alone = np.arange(tickets, dtype=np.int64)
    if not len(waits.above):
        return Paths(alone, np.full(tickets, moments.first), np.arange(tickets + 1), alone, np.arange(tickets + 1))
    walk_ticket, walk_start, steps = _walks(waits, order, moments)
    fresh = np.ones(len(walk_ticket), np.bool_)
    fresh[1:] = walk_ticket[1:] != walk_ticket[:-1]
    differs = fresh & (len(steps) > 1) & (steps[1] >= 0) if len(steps) > 1 else np.zeros(len(fresh), np.bool_)
    for step in steps:
        differs[1:] |= ~fresh[1:] & (step[1:] != step[:-1])
    kept = np.flatnonzero(differs)

    ticket = np.concatenate([alone, walk_ticket[kept]])
    start = np.concatenate([np.full(tickets, moments.first), walk_start[kept]])
    # A span that begins with the first instant stands where the ticket alone would.
    rank = np.concatenate([np.zeros(tickets, np.int64), np.ones(len(kept), np.int64)])
    sort = np.lexsort((rank, start, ticket))
    ticket, start = ticket[sort], start[sort]
    again = np.zeros(len(ticket), np.bool_)
    again[:-1] = (ticket[1:] == ticket[:-1]) & (start[1:] == start[:-1])
    ticket, start, sort = ticket[~again], start[~again], sort[~again]
    matrix = np.full((len(sort), len(steps)), -1, np.int64)
    matrix[:, 0] = ticket
    walked = sort >= tickets
    for number, step in enumerate(steps):
        matrix[walked, number] = step[kept[sort[walked] - tickets]]
    lengths = (matrix >= 0).sum(axis=1)
    return Paths(
        ticket,
        start,
        np.concatenate([[0], np.cumsum(lengths)]),
        matrix[matrix >= 0],
        np.searchsorted(ticket, np.arange(tickets + 1)),
    )


def _walks(waits: Waits, order: Rows, moments: Moments) -> tuple[Rows, Instants, list[Rows]]:
    """Return the walks by ticket, then time: (ticket, start, and of each step the tickets reached, -1 where none)."""
    nodes, ends = np.unique(np.concatenate([waits.above, waits.below]), return_inverse=True)
    above, below = ends[: len(waits.above)], ends[len(waits.above) :]
    group = _groups(len(nodes), above, below)
    cells = np.unique(np.concatenate([moments.key(group[above], waits.start), moments.key(group[above], waits.end)]))
    cells = cells[moments.at(cells) <= moments.last]
    # Which tickets each ticket may go on to in each cell, the best first.
    begin = np.searchsorted(cells, moments.key(group[above], waits.start))
    count = np.searchsorted(cells, moments.key(group[above], waits.end)) - begin
    wait, cell = spread(begin, count)
    places = order[nodes[below[wait]]]
    sort = np.lexsort((places, waits.rule[wait], waits.since[wait], above[wait], cell))
    from_, to = (cell * len(nodes) + above[wait])[sort], below[wait][sort]

    by_group = np.argsort(group, kind="stable")
    members = np.searchsorted(group[by_group], np.arange(len(nodes) + 1))
    of_cell = moments.owner(cells)
    walker_cell, member = spread(members[of_cell], members[of_cell + 1] - members[of_cell])
    walker = by_group[member]
    sort = np.lexsort((walker_cell, walker))
    walker, walker_cell = walker[sort], walker_cell[sort]

    steps = [walker]
    going, now = np.arange(len(walker), dtype=np.int64), walker
    while len(going):
        place = walker_cell[going] * len(nodes) + now
        choice = np.searchsorted(from_, place, side="left")
        last = np.searchsorted(from_, place, side="right")
        reached = np.full(len(going), -1, np.int64)
        trying = np.flatnonzero(choice < last)
        while len(trying):
            candidate = to[choice[trying]]
            on_path = np.logical_or.reduce([step[going[trying]] == candidate for step in steps])
            reached[trying[~on_path]] = candidate[~on_path]
            choice[trying] += 1
            trying = trying[on_path & (choice[trying] < last[trying])]
        step = np.full(len(walker), -1, np.int64)
        step[going] = reached
        if not (reached >= 0).any():
            break
        steps.append(step)
        going, now = going[reached >= 0], reached[reached >= 0]
    named = [np.where(step >= 0, nodes[step], -1) for step in steps]
    return nodes[walker], moments.at(cells[walker_cell]), named


def _groups(nodes: int, one: Rows, other: Rows) -> Rows:
    """Return for each node the smallest node that it is connected with."""
    group = np.arange(nodes, dtype=np.int64)
    while True:
        before = group.copy()
        np.minimum.at(group, one, group[other])
        np.minimum.at(group, other, group[one])
        group = group[group]
        if (group == before).all():
            return group
