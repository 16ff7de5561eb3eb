"""Who waits for whom, and since when the pair stands (docs/chain.md, "Rules")."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.chain.moment import Moments, spread
from sla_engine.chain.rule import ChainRule
from sla_engine.predicate import holds
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline, latest
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Links:
    """Links between tickets of a table, as places in it: who states them, the other, their types, [start, end)."""

    stated: Rows
    other: Rows
    type: Sequence[str]
    start: Instants
    end: Instants


@dataclass(frozen=True, slots=True)
class Waits:
    """Spans [start, end) in which the ticket `above` waits for `below` under a rule; they stand from `since` on."""

    above: Rows
    below: Rows
    rule: Rows
    start: Instants
    end: Instants
    since: Instants


def waits_of(rules: Sequence[ChainRule], links: Links, timeline: Timeline, moments: Moments) -> Waits:
    """Return all waits under all rules; an end that is not seen is one after the last instant."""
    found = [Waits(*[np.zeros(0, np.int64)] * 6)]
    found += [_under(number, rule, links, timeline, moments) for number, rule in enumerate(rules) if len(links.stated)]
    return Waits(*(np.concatenate([getattr(one, name) for one in found]) for name in Waits.__slots__))


def _under(number: int, rule: ChainRule, links: Links, timeline: Timeline, moments: Moments) -> Waits:
    above, below, start, end = pairs_of(rule, links)
    if not len(above):
        return Waits(above, above, above, above, above, above)
    edge_key, edge = np.unique(above << np.int64(31) | below, return_inverse=True)
    a, b = edge_key >> 31, edge_key & ((1 << 31) - 1)
    at_above, at_below = _Sides(rule, timeline).sides()

    grid = np.unique(
        np.concatenate(
            [
                moments.key(edge, start),
                moments.key(edge, end),
                *(side.turns(tickets, timeline, moments) for side, tickets in ((at_above, a), (at_below, b))),
            ]
        )
    )
    owner, at = moments.owner(grid), moments.at(grid)
    row_a, row_b = (_row_at(tickets[owner], at, timeline, moments) for tickets in (a, b))
    begun = np.searchsorted(np.sort(moments.key(edge, start)), grid, side="right")
    over = np.searchsorted(np.sort(moments.key(edge, end)), grid, side="right")
    stands = (begun > over) & (row_a >= 0) & (row_b >= 0) & at_above.fits[row_a] & at_below.fits[row_b]
    waits = stands & at_above.waits[row_a] & at_below.waits[row_b]

    first = np.ones(len(grid), np.bool_)
    np.not_equal(owner[1:], owner[:-1], out=first[1:])
    stood = np.zeros(len(grid), np.bool_)
    stood[1:] = stands[:-1]
    since = at[latest(stands & (first | ~stood))]
    until = np.append(at[1:], moments.last + 1)
    until[np.append(first[1:], True)] = moments.last + 1
    on = np.flatnonzero(waits)
    return Waits(a[owner[on]], b[owner[on]], np.full(len(on), number), at[on], until[on], since[on])


def pairs_of(rule: ChainRule, links: Links) -> tuple[Rows, Rows, Instants, Instants]:
    """Return (above, below, start, end) of each link that the rule is about, as it may be stated."""
    wanted = np.array([not rule.link or kind in rule.link for kind in links.type], np.bool_)
    wanted &= (links.start < links.end) & (links.stated != links.other)
    stated, other, start, end = (column[wanted] for column in (links.stated, links.other, links.start, links.end))
    if rule.stated_by == "above":
        return stated, other, start, end
    if rule.stated_by == "below":
        return other, stated, start, end
    return (
        np.concatenate([stated, other]),
        np.concatenate([other, stated]),
        np.concatenate([start, start]),
        np.concatenate([end, end]),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """Of each row: whether a ticket is what the rule says after it, and whether its side of the waiting holds."""

    fits: Mask
    waits: Mask

    def turns(self, tickets: Rows, timeline: Timeline, moments: Moments) -> Instants:
        """Return when either changes on these tickets, each the ticket of the edge at its place."""
        turn = timeline.opening.copy()
        for mask in (self.fits, self.waits):
            turn[1:] |= mask[1:] != mask[:-1]
        first = timeline.table.first
        edge, row = spread(first[tickets], first[tickets + 1] - first[tickets])
        return moments.key(edge[turn[row]], timeline.table.at[row[turn[row]]])


@dataclass(frozen=True, slots=True)
class _Sides:
    rule: ChainRule
    timeline: Timeline

    def sides(self) -> tuple[_Side, _Side]:
        table, rule = self.timeline.table, self.rule
        always = np.ones(len(table.at), np.bool_)
        above = _Side(
            always if rule.above is None else holds(rule.above, table),
            always if rule.waits is None else holds(rule.waits, table),
        )
        return above, _Side(always if rule.below is None else holds(rule.below, table), ~holds(rule.until, table))


def _row_at(tickets: Rows, at: Instants, timeline: Timeline, moments: Moments) -> Rows:
    """Return the last row of each ticket at or before an instant, -1 before its creation."""
    keys = moments.key(timeline.ticket, timeline.table.at)
    row = np.searchsorted(keys, moments.key(tickets, at), side="right") - 1
    mine = (row >= 0) & (timeline.ticket[row] == tickets) if len(keys) else np.zeros(len(row), np.bool_)
    return np.where(mine, row, -1)
