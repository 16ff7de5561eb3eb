"""Deciding: which cycles have a result, by which target, on which calendar (docs/engine.md, "Deciding row")."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from sla_engine.agreement import Agreement, Objective, calendars_of
from sla_engine.choice import NONE, chosen_calendar, chosen_target, target_lengths, valid_at
from sla_engine.predicate import holds
from sla_engine.replay import OPEN, Cycles
from sla_engine.table import Mask, Rows, Table
from sla_engine.timeline import Timeline, latest
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Decided:
    """The cycles of one objective that have a result, one element each.

    `kept` is their place among the rule's cycles. `begin`, `end` (one past the last), `counted_from`, `deciding` and
    `last` (the ticket's) are rows of the table; `calendar` is a place in `calendars_of(targets)`; `target` is in ms.
    """

    kept: Rows
    ticket: Rows
    begin: Rows
    end: Rows
    is_open: Mask
    last: Rows
    counted_from: Rows
    deciding: Rows
    calendar: Rows
    target: Instants


def decide(agreement: Agreement, objective: Objective, cycles: Cycles, timeline: Timeline, zone: ZoneInfo) -> Decided:
    """Decide over all cycles of an objective; without scope, target or validity a cycle has no result."""
    table, targets, policy = timeline.table, objective.targets, objective.rule.on_retarget
    deciding = _deciding_rows(cycles, timeline)
    decided = cycles.begin if policy == "freeze" else deciding
    chosen = chosen_target(targets, table, decided)
    judged = (chosen != NONE) & valid_at(agreement, table.at[cycles.begin], zone)
    if agreement.scope is not None:
        judged &= holds(agreement.scope, table, decided)

    kept = np.flatnonzero(judged)
    chosen, deciding, decided = chosen[kept], deciding[kept], decided[kept]
    ticket, begin = cycles.ticket[kept], cycles.begin[kept]
    names = calendars_of(targets)
    calendar = np.zeros(len(kept), np.int64)
    for index, target in enumerate(targets):
        mine = np.flatnonzero(chosen == index)
        calendar[mine] = chosen_calendar(target.calendar, names, table, decided[mine])
    is_open = cycles.end[kept] == OPEN
    last = timeline.last[ticket]
    return Decided(
        kept=kept,
        ticket=ticket,
        begin=begin,
        end=np.where(is_open, last + 1, cycles.end[kept]),
        is_open=is_open,
        last=last,
        counted_from=np.maximum(begin, _retargeted(objective, table)[deciding]) if policy == "restart" else begin,
        deciding=deciding,
        calendar=calendar,
        target=target_lengths(targets, names, timeline.calendars)[chosen, calendar],
    )


def chosen_since(objective: Objective, table: Table, begin: Rows, deciding: Rows) -> Rows:
    """Return the row of each cycle at which the target in force was chosen."""
    if objective.rule.on_retarget == "freeze":
        return begin
    return np.maximum(begin, _retargeted(objective, table)[deciding])


def _deciding_rows(cycles: Cycles, timeline: Timeline) -> Rows:
    """Return the last row at an instant before the end, not before the first row; of an open cycle the last row."""
    before_end = timeline.tied[cycles.end] - 1 if len(timeline.tied) else cycles.end
    return np.where(cycles.end == OPEN, timeline.last[cycles.ticket], np.maximum(before_end, cycles.begin))


def _retargeted(objective: Objective, table: Table) -> Rows:
    """Return for each row the last row at or before it at which the chosen target differs from the row before."""
    chosen = chosen_target(objective.targets, table)
    differs = np.zeros(len(chosen), np.bool_)
    np.not_equal(chosen[1:], chosen[:-1], out=differs[1:])
    return latest(differs)
