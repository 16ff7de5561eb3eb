"""Replay: from a rule's conditions at every row to its cycles (docs/engine.md, "Replay").

The state machine is a latch, so no loop over rows is needed. A row begins a cycle where `start` holds and neither
`stop` nor `cancel` does, and ends one where `stop`, `cancel`, or `reset` without `start` holds; the two exclude each
other, and all other rows leave things as they are. What is active after a row is therefore decided by the last row
of either sort, which a running maximum finds.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import Rule
from sla_engine.predicate import holds
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline, latest

OPEN = -1


class Ended(IntEnum):
    """What ended a cycle."""

    NOT = 0
    STOP = 1
    CANCEL = 2
    RESET = 3


@dataclass(frozen=True, slots=True)
class Cycles:
    """All cycles of one rule over a table, ordered by ticket and time.

    `begin` and `end` are rows (`end` is OPEN while the cycle is), `number` counts from 1 within the ticket.
    `active` says of every row of the table whether a cycle runs or pauses after it, `paused` whether it pauses.
    """

    ticket: Rows
    number: Rows
    begin: Rows
    end: Rows
    ended: npt.NDArray[np.int8]
    active: Mask
    paused: Mask


def find_cycles(rule: Rule, timeline: Timeline) -> Cycles:
    """Replay a rule over all rows of a table."""
    table, opening = timeline.table, timeline.opening
    stop, cancel, reset = holds(rule.stop, table), holds(rule.cancel, table), holds(rule.reset, table)
    final = stop | cancel
    start = holds(rule.start, table) & ~final
    active = _latched(start, opening | final | reset)
    before = np.zeros_like(active)
    before[1:] = active[:-1]
    before &= ~opening
    begins, ended_here = start & (~before | reset), before & (final | reset)
    if rule.at_once:
        born_done = opening & stop & ~cancel
        begins |= born_done
        ended_here |= born_done

    begin = np.flatnonzero(begins)
    ends = np.flatnonzero(ended_here)
    label = np.where(stop[ends], Ended.STOP, np.where(cancel[ends], Ended.CANCEL, Ended.RESET)).astype(np.int8)
    ticket = timeline.ticket[begin]

    # Begins and ends take turns, so every cycle has the next end in order, but for the last one of a ticket that is
    # still active after its last row.
    has_end = np.ones(len(begin), np.bool_)
    final_of_ticket = np.flatnonzero(np.append(ticket[1:] != ticket[:-1], [True] * bool(len(ticket))))
    has_end[final_of_ticket] = ~active[timeline.last[ticket[final_of_ticket]]]
    end = np.full(len(begin), OPEN, np.int64)
    end[has_end] = ends
    ended = np.zeros(len(begin), np.int8)
    ended[has_end] = label

    if rule.on_reopen == "resume":
        ticket, begin, end, ended = _resumed(ticket, begin, end, ended)
    elif rule.on_reopen == "first_only":
        ticket, begin, end, ended = _first_only(ticket, begin, end, ended)
    return Cycles(ticket, _numbers(ticket), begin, end, ended, active, active & holds(rule.pause, table))


def _latched(on: Mask, decisive: Mask) -> Mask:
    """Return the latch's state after each row: that of the last decisive row, `on` or not."""
    marks = np.arange(0, 2 * len(on), 2, dtype=np.int64)
    marks += on
    marks *= on | decisive
    np.maximum.accumulate(marks, out=marks)
    return (marks & 1).astype(np.bool_)


def _after_stop(ticket: Rows, ended: npt.NDArray[np.int8]) -> Mask:
    """Return which cycles come directly after one of the same ticket that a stop completed."""
    after = np.zeros(len(ticket), np.bool_)
    after[1:] = (ticket[1:] == ticket[:-1]) & (ended[:-1] == Ended.STOP)
    return after


def _resumed(
    ticket: Rows, begin: Rows, end: Rows, ended: npt.NDArray[np.int8]
) -> tuple[Rows, Rows, Rows, npt.NDArray[np.int8]]:
    fresh = ~_after_stop(ticket, ended)
    last = np.append(fresh[1:], True)[: len(fresh)]
    return ticket[fresh], begin[fresh], end[last], ended[last]


def _first_only(
    ticket: Rows, begin: Rows, end: Rows, ended: npt.NDArray[np.int8]
) -> tuple[Rows, Rows, Rows, npt.NDArray[np.int8]]:
    stops = np.cumsum(ended == Ended.STOP)
    before = stops - (ended == Ended.STOP)
    kept = before == before[_heads(ticket)]
    return ticket[kept], begin[kept], end[kept], ended[kept]


def _numbers(ticket: Rows) -> Rows:
    return np.arange(1, len(ticket) + 1) - _heads(ticket)


def _heads(ticket: Rows) -> Rows:
    """Return for each cycle the place of its ticket's first."""
    changes = np.ones(len(ticket), np.bool_)
    np.not_equal(ticket[1:], ticket[:-1], out=changes[1:])
    return latest(changes)
