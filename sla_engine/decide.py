"""Deciding: which cycles have a result, by which target, on which calendar (docs/engine.md, "Deciding row")."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sla_engine.agreement import Agreement, FieldDeadline, Objective, calendars_of
from sla_engine.choice import NONE, chosen_calendar, chosen_target, target_lengths, valid_at
from sla_engine.deadline import day_deadlines, field_deadlines
from sla_engine.duration import Duration
from sla_engine.instant import NULL
from sla_engine.predicate import holds
from sla_engine.replay import OPEN, Cycles
from sla_engine.table import Mask, Rows, Table
from sla_engine.timeline import Timeline, latest
from sla_engine.worktime import HORIZON, Instants
from sla_engine.zone import Zone


@dataclass(frozen=True, slots=True)
class Decided:
    """The cycles of one objective that have a result, one element each.

    `kept` is their place among the rule's cycles. `begin`, `end` (one past the last), `counted_from`, `deciding` and
    `last` (the ticket's) are rows of the table; `calendar` is a place in `calendars_of(targets)`. `target` is in ms, 0
    where a `deadline` (ms UTC, else NULL) stands instead. `end_at` is the instant that ended a cycle, or as_of.
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
    deadline: Instants
    end_at: Instants

    @property
    def by_deadline(self) -> Mask:
        """Where a deadline stands, and no amount of working time."""
        result: Mask = self.deadline != NULL
        return result

    def only(self, chosen: Mask | Rows) -> "Decided":
        """Return some of the cycles."""
        return Decided(*(getattr(self, name)[chosen] for name in self.__slots__))


def decide(
    agreement: Agreement, objective: Objective, cycles: Cycles, timeline: Timeline, zone: Zone
) -> tuple[Decided, list[tuple[int, str]]]:
    """Decide over all cycles of an objective; without scope, target, deadline or validity a cycle has no result.

    Returns:
        What was decided, and data warnings as (ticket, text).
    """
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
    found = Decided(
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
        deadline=np.full(len(kept), NULL, np.int64),
        end_at=np.where(is_open, timeline.until[ticket], table.at[cycles.end[kept]]),
    )
    if all(isinstance(target.limit, Duration) for target in targets):
        return found, []
    return _with_deadlines(found, objective, chosen, decided, timeline)


def _with_deadlines(
    found: Decided, objective: Objective, chosen: Rows, decided: Rows, timeline: Timeline
) -> tuple[Decided, list[tuple[int, str]]]:
    """Give the cycles that a deadline ends theirs, and drop those that have none."""
    deadline = found.deadline.copy()
    warnings: list[tuple[int, str]] = []
    awaited = np.zeros(len(deadline), np.bool_)
    for index, target in enumerate(objective.targets):
        for place, name in enumerate(calendars_of(objective.targets)):
            mine = np.flatnonzero((chosen == index) & (found.calendar == place))
            if isinstance(target.limit, Duration) or not len(mine):
                continue
            awaited[mine] = True
            calendar = timeline.calendars[name]
            if isinstance(target.limit, FieldDeadline):
                field, column = target.limit.field, timeline.table.columns[target.limit.field]
                deadline[mine], wrong = field_deadlines(column, decided[mine], calendar.zone)
                warnings += _warned(found.ticket[mine], column.codes[decided[mine]].tolist(), field, wrong)
            else:
                deadline[mine] = day_deadlines(target.limit, calendar, timeline.table.at[found.counted_from[mine]])
    far = deadline > found.end_at + HORIZON
    warnings += [(ticket, _TOO_FAR) for ticket in found.ticket[far].tolist()]
    has_result = ~awaited | ((deadline != NULL) & ~far)
    warnings = [(ticket, f"{objective.name} has no result: {text}") for ticket, text in warnings]
    return replace(found, deadline=deadline).only(has_result), warnings


_TOO_FAR = "its deadline lies more than 3,653 days after the cycle's end"


def _warned(tickets: Rows, codes: Sequence[int], field: str, wrong: dict[int, str]) -> Iterator[tuple[int, str]]:
    if wrong:
        for ticket, code in zip(tickets.tolist(), codes, strict=True):
            if code in wrong:
                yield ticket, f"{field} {wrong[code]}"


def chosen_since(objective: Objective, table: Table, begin: Rows, deciding: Rows) -> Rows:
    """Return the row of each cycle at which the target in force was chosen."""
    if objective.rule.on_retarget == "freeze":
        return begin
    return np.maximum(begin, _retargeted(objective, table)[deciding])


def carried(objective: Objective, decided: Decided, timeline: Timeline) -> Rows | None:
    """Return for each row the place of the calendar on which its time counts; None where that is the cycle's own.

    With `carry` it is that of the target chosen at the row, else at the nearest row before it in the cycle where one
    is, else the cycle's. A cycle by a deadline counts on its own calendar.
    """
    names = calendars_of(objective.targets)
    if objective.rule.on_retarget != "carry" or len(names) == 1:
        return None
    table = timeline.table
    chosen = chosen_target(objective.targets, table)
    at_row = np.zeros(len(chosen), np.int64)
    for index, target in enumerate(objective.targets):
        rows = np.flatnonzero(chosen == index)
        at_row[rows] = chosen_calendar(target.calendar, names, table, rows)
    has_one = chosen != NONE
    nearest = latest(has_one)
    cycle, row = rows_of(decided)
    known = has_one[nearest[row]] & (nearest[row] >= decided.begin[cycle]) & ~decided.by_deadline[cycle]
    result = np.zeros(len(chosen), np.int64)
    result[row] = np.where(known, at_row[nearest[row]], decided.calendar[cycle])
    return result


def rows_of(decided: Decided) -> tuple[Rows, Rows]:
    """Return all rows of all cycles: (place of the cycle, row of the table), in order."""
    lengths = decided.end - decided.begin
    cycle = np.repeat(np.arange(len(lengths)), lengths)
    row = np.arange(len(cycle)) + np.repeat(decided.begin - (np.cumsum(lengths) - lengths), lengths)
    return cycle, row


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
