"""Where each ticket stands in the chain at an instant (docs/chain.md, "Above and below")."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.chain.outcome import TicketRef
from sla_engine.chain.rule import ChainRule
from sla_engine.chain.waits import Links, pairs_of
from sla_engine.predicate import holds
from sla_engine.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Position:
    """A ticket's carrier and what the holder field of that one holds; the tickets above and below, by source and id."""

    ticket: TicketRef
    carrier: TicketRef
    holder: str | None
    above: tuple[TicketRef, ...] = ()
    below: tuple[TicketRef, ...] = ()


def standing(rules: Sequence[ChainRule], links: Links, timeline: Timeline) -> set[tuple[int, int]]:
    """Return (above, below) of all pairs that stand under a rule at the table's instant, as places."""
    table = timeline.table
    last = table.first[1:] - 1
    begun = last >= table.first[:-1]
    found: set[tuple[int, int]] = set()
    for rule in rules:
        above, below, start, end = pairs_of(rule, links)
        on = (start <= timeline.as_of) & (timeline.as_of < end) & begun[above] & begun[below]
        above, below = above[on], below[on]
        fits = np.ones(len(above), np.bool_)
        for tickets, condition in ((above, rule.above), (below, rule.below)):
            if condition is not None:
                fits &= holds(condition, table)[last[tickets]]
        found.update(zip(above[fits].tolist(), below[fits].tolist(), strict=True))
    return found


def reached(pairs: set[tuple[int, int]]) -> tuple[Mapping[int, set[int]], Mapping[int, set[int]]]:
    """Return by ticket all that reach it by these pairs, and all that it reaches; never itself."""
    down: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        down[one].add(other)
    below: dict[int, set[int]] = {}
    above: dict[int, set[int]] = defaultdict(set)
    for ticket in down:
        found, ahead = set[int](), [ticket]
        while ahead:
            near = down.get(ahead.pop(), set()) - found
            found |= near
            ahead += near
        below[ticket] = found - {ticket}
        for one in below[ticket]:
            above[one].add(ticket)
    return above, below


def named(tickets: set[int], refs: Sequence[TicketRef]) -> tuple[TicketRef, ...]:
    """Return tickets by source and id."""
    return tuple(sorted((refs[place] for place in tickets), key=lambda ref: (ref.source, ref.id)))
