"""Judging: time used, due time and status of the cycles that have a result (docs/engine.md, "Results")."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import Agreement, Objective, calendars_of
from sla_engine.choice import at_risk_from
from sla_engine.decide import Decided
from sla_engine.predicate import holds
from sla_engine.replay import Cycles, Ended
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline
from sla_engine.worktime import HORIZON, Calendar, Instants

Codes8 = npt.NDArray[np.int8]

NULL: Final = np.iinfo(np.int64).min
"""An instant that is not there."""


class Stage(IntEnum):
    """Where a cycle is."""

    RUNNING = 0
    PAUSED = 1
    COMPLETED = 2
    CANCELLED = 3


class Status(IntEnum):
    """How a cycle stands against its target."""

    ON_TRACK = 0
    AT_RISK = 1
    PAUSED = 2
    BREACHED = 3
    MET = 4
    CANCELLED = 5


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The results of one objective, one element per decided cycle; amounts in ms, instants in ms UTC or NULL.

    `overdue` marks due times beyond the horizon, which are NULL: their tickets are invalid.
    """

    decided: Decided
    cycle: Rows
    stage: Codes8
    status: Codes8
    breached: Mask
    excluded: Mask
    overdue: Mask
    started_at: Instants
    stopped_at: Instants
    due_at: Instants
    due_if_resumed: Instants
    breached_at: Instants
    at_risk_at: Instants
    next_change_at: Instants
    elapsed: Instants
    paused: Instants

    @property
    def ticket(self) -> Rows:
        """The ticket of each result: its place in the table."""
        return self.decided.ticket


@dataclass(frozen=True, slots=True)
class _Measured:
    """Amounts of working time, and the instants at which the target and the threshold (or NULL) are reached.

    Instants in the past are where it was; the others behind the end, as if the clock ran on.
    """

    elapsed: Instants
    paused: Instants
    due: Instants
    at_risk: Mask
    at_risk_at: Instants


def verdicts_of(
    agreement: Agreement, objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline
) -> Verdicts:
    """Return the verdicts on the decided cycles of an objective."""
    table = timeline.table
    stage = _stages(objective, cycles, decided)
    end_at = np.where(decided.is_open, timeline.as_of, table.at[cycles.end[decided.kept]])
    measured = _measure(objective, cycles, decided, timeline, end_at)
    due = measured.due
    reached = measured.elapsed >= decided.target
    breached = reached & (end_at > due)
    waiting = (stage == Stage.PAUSED) & ~reached
    changing = (stage == Stage.RUNNING) & ~breached
    coming = ~measured.at_risk & (measured.at_risk_at != NULL)
    next_change = np.where(coming, measured.at_risk_at, due + 1)
    overdue = due > end_at + HORIZON
    excluded = np.zeros(len(due), np.bool_)
    for condition in (agreement.exclude, objective.exclude):
        if condition is not None:
            excluded |= holds(condition, table, decided.last)
    return Verdicts(
        decided=decided,
        cycle=cycles.number[decided.kept],
        stage=stage,
        status=_statuses(stage, breached, measured.at_risk),
        breached=breached,
        excluded=excluded,
        overdue=overdue,
        started_at=table.at[decided.begin],
        stopped_at=np.where(decided.is_open, NULL, end_at),
        due_at=np.where(waiting | overdue, NULL, due),
        due_if_resumed=np.where(waiting & ~overdue, due, NULL),
        breached_at=np.where(breached, due, NULL),
        at_risk_at=measured.at_risk_at,
        next_change_at=np.where(changing & ~overdue, next_change, NULL),
        elapsed=measured.elapsed,
        paused=measured.paused,
    )


def _measure(objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline, end_at: Instants) -> _Measured:
    """Measure each cycle on its own calendar, all cycles of a calendar at once."""
    names = calendars_of(objective.targets)
    size = len(decided.target)
    result = _Measured(
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.int64),
        np.zeros(size, np.bool_),
        np.full(size, NULL, np.int64),
    )
    for index, name in enumerate(names):
        mine = slice(None) if len(names) == 1 else np.flatnonzero(decided.calendar == index)
        calendar = timeline.calendars[name]
        counted = timeline.total(cycles.active & ~cycles.paused, name)
        paused = timeline.total(cycles.paused, name)
        target, before = decided.target[mine], counted[decided.counted_from[mine]]
        elapsed = counted[decided.end[mine]] - before
        clocks = _Clocks(calendar, counted, timeline.table.at, decided.counted_from[mine], elapsed, end_at[mine])
        result.elapsed[mine] = elapsed
        result.paused[mine] = paused[decided.end[mine]] - paused[decided.begin[mine]]
        result.due[mine] = clocks.reach(target)
        threshold = at_risk_from(objective.rule.at_risk, target, calendar.definition.day)
        if objective.rule.at_risk:
            result.at_risk[mine] = elapsed >= threshold
            result.at_risk_at[mine] = clocks.reach(threshold)
    return result


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Cycles on one calendar: `counted` is a running total over the rows, the rest has one element per cycle."""

    calendar: Calendar
    counted: Instants
    at: Instants
    counted_from: Rows
    elapsed: Instants
    end_at: Instants

    def reach(self, amount: Instants) -> Instants:
        """Return when the elapsed time of each cycle reaches its amount: in the past, or projected from its end.

        In the past that lies behind the row in whose stretch the running total passes the amount.
        """
        since, left = self.end_at.copy(), amount - self.elapsed
        past = np.flatnonzero(left <= 0)
        first = self.counted_from[past]
        total = self.counted[first] + amount[past]
        row = np.where(amount[past] > 0, np.searchsorted(self.counted[1:], total, side="left"), first)
        since[past] = self.at[row]
        left[past] = np.maximum(total - self.counted[row], 0)
        return self.calendar.due(since, left)


def _stages(objective: Objective, cycles: Cycles, decided: Decided) -> Codes8:
    after_reset = Stage.COMPLETED if objective.rule.on_reset == "complete" else Stage.CANCELLED
    by_end = np.array([Stage.RUNNING, Stage.COMPLETED, Stage.CANCELLED, after_reset], np.int8)
    ended = cycles.ended[decided.kept]
    stage = by_end[ended]
    stage[(ended == Ended.NOT) & cycles.paused[decided.last]] = Stage.PAUSED
    return stage


def _statuses(stage: Codes8, breached: Mask, at_risk: Mask) -> Codes8:
    statuses = np.select(
        [stage == Stage.CANCELLED, breached, stage == Stage.COMPLETED, stage == Stage.PAUSED, at_risk],
        [Status.CANCELLED, Status.BREACHED, Status.MET, Status.PAUSED, Status.AT_RISK],
        Status.ON_TRACK,
    )
    return statuses.astype(np.int8)
