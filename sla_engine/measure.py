"""Measuring: the time that cycles used, and when they reach what was agreed (docs/engine.md, "Results")."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from sla_engine.agreement import Objective, calendars_of
from sla_engine.choice import NONE, at_risk_from
from sla_engine.decide import Decided, carried
from sla_engine.instant import NULL
from sla_engine.replay import Cycles
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline, running_total
from sla_engine.worktime import Instants

Due = Callable[[Instants, Instants, Rows], Instants]
"""From instants, amounts of working time, and rows (or NONE: the cycle's own calendar), to when they are reached."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Amounts of working time in ms, and the instants at which target and threshold (or NULL) are reached.

    Instants in the past are where it was; the others behind the end, as if the clock ran on.
    """

    elapsed: Instants
    paused: Instants
    target: Instants
    remaining: Instants
    due: Instants
    breached: Mask
    breached_at: Instants
    at_risk: Mask
    at_risk_at: Instants

    @classmethod
    def empty(cls, size: int) -> Self:
        """Return measures that are yet to be put."""
        masks = ("breached", "at_risk")
        return cls(*(np.zeros(size, np.bool_ if name in masks else np.int64) for name in cls.__slots__))

    def put(self, mine: Rows, part: "Measured") -> None:
        """Put in the measures of some cycles."""
        for name in self.__slots__:
            getattr(self, name)[mine] = getattr(part, name)


def measure(objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline) -> Measured:
    """Measure each cycle, all of a calendar at once; those with a deadline apart."""
    names = calendars_of(objective.targets)
    by_deadline = decided.by_deadline
    on_row = carried(objective, decided, timeline)
    if on_row is None and len(names) == 1 and not by_deadline.any():
        return _within(objective, cycles, decided, timeline, names[0])
    result = Measured.empty(len(by_deadline))
    if on_row is not None:
        mine = np.flatnonzero(~by_deadline)
        result.put(mine, _carried(objective, cycles, decided.only(mine), timeline, on_row))
    for index, name in enumerate(names):
        here = decided.calendar == index
        if on_row is None:
            mine = np.flatnonzero(here & ~by_deadline)
            result.put(mine, _within(objective, cycles, decided.only(mine), timeline, name))
        mine = np.flatnonzero(here & by_deadline)
        if len(mine):
            result.put(mine, _until(objective, cycles, decided.only(mine), timeline, name))
    return result


def _within(objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline, name: str) -> Measured:
    """Measure cycles that count to an amount of working time, all on one calendar."""
    calendar = timeline.calendars[name]
    clocks = _Clocks(
        decided,
        timeline.table.at,
        timeline.total(cycles.active & ~cycles.paused, name),
        timeline.total(cycles.paused, name),
        lambda since, left, _: calendar.due(since, left),
    )
    thresholds = objective.rule.at_risk
    return clocks.measured(at_risk_from(thresholds, decided.target, calendar.definition.day) if thresholds else None)


def _carried(objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline, on_row: Rows) -> Measured:
    """Measure cycles that count to an amount of working time, each row on its own calendar."""
    calendars = [timeline.calendars[name] for name in calendars_of(objective.targets)]
    work = work_on(on_row, objective, timeline)

    def due(since: Instants, left: Instants, row: Rows) -> Instants:
        result = np.zeros(len(since), np.int64)
        place = np.where(row == NONE, decided.calendar, on_row[row])
        for index, calendar in enumerate(calendars):
            mine = place == index
            result[mine] = calendar.due(since[mine], left[mine])
        return result

    counted, paused = running_total(cycles.active & ~cycles.paused, work), running_total(cycles.paused, work)
    threshold = np.zeros(len(decided.target), np.int64)
    for index, calendar in enumerate(calendars):
        mine = decided.calendar == index
        threshold[mine] = at_risk_from(objective.rule.at_risk, decided.target[mine], calendar.definition.day)
    return _Clocks(decided, timeline.table.at, counted, paused, due).measured(
        threshold if objective.rule.at_risk else None
    )


def work_on(on_row: Rows, objective: Objective, timeline: Timeline) -> Instants:
    """Return the working time of each row's stretch, on the calendar of its own."""
    work = np.zeros(len(on_row), np.int64)
    for index, name in enumerate(calendars_of(objective.targets)):
        mine = on_row == index
        work[mine] = timeline.work(name)[mine]
    return work


@dataclass(frozen=True, slots=True)
class _Clocks:
    """Cycles, and the running totals over all rows of what is counted and what is paused."""

    decided: Decided
    at: Instants
    counted: Instants
    paused: Instants
    due: Due

    def measured(self, threshold: Instants | None) -> Measured:
        """Return the measures; the threshold is the elapsed time from which a cycle is at risk."""
        decided = self.decided
        elapsed = self.counted[decided.end] - self.counted[decided.counted_from]
        due = self._reach(decided.target, elapsed)
        return Measured(
            elapsed=elapsed,
            paused=self.paused[decided.end] - self.paused[decided.begin],
            target=decided.target,
            remaining=decided.target - elapsed,
            due=due,
            breached=(elapsed >= decided.target) & (decided.end_at > due),
            breached_at=due,
            at_risk=np.zeros(len(due), np.bool_) if threshold is None else elapsed >= threshold,
            at_risk_at=np.full(len(due), NULL, np.int64) if threshold is None else self._reach(threshold, elapsed),
        )

    def _reach(self, amount: Instants, elapsed: Instants) -> Instants:
        """Return when the elapsed time of each cycle reaches its amount: in the past, or projected from its end.

        In the past that lies behind the row in whose stretch the running total passes the amount.
        """
        since, left, row = self.decided.end_at.copy(), amount - elapsed, np.full(len(amount), NONE, np.int64)
        past = np.flatnonzero(left <= 0)
        first = self.decided.counted_from[past]
        total = self.counted[first] + amount[past]
        passing = np.where(amount[past] > 0, np.searchsorted(self.counted[1:], total, side="left"), first)
        row[past], since[past] = passing, self.at[passing]
        left[past] = np.maximum(total - self.counted[passing], 0)
        return self.due(since, left, row)


def _until(objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline, name: str) -> Measured:
    """Measure cycles that a deadline ends; no pause has an effect."""
    calendar = timeline.calendars[name]
    counted = timeline.total(cycles.active, name)
    first, deadline = timeline.table.at[decided.counted_from], decided.deadline
    target = np.maximum(calendar.elapsed(first, deadline), 0)
    remaining = calendar.elapsed(decided.end_at, deadline)
    size = len(target)
    at_risk, at_risk_at = np.zeros(size, np.bool_), np.full(size, NULL, np.int64)
    if objective.rule.at_risk:
        threshold = at_risk_from(objective.rule.at_risk, target, calendar.definition.day)
        at_risk = target - remaining >= threshold
        at_risk_at = np.where(threshold > 0, calendar.due(first, np.maximum(threshold, 0)), first)
        at_risk_at = np.where(at_risk, _running_from(at_risk_at, cycles, decided, timeline), at_risk_at)
    return Measured(
        elapsed=counted[decided.end] - counted[decided.counted_from],
        paused=np.zeros(size, np.int64),
        target=target,
        remaining=remaining,
        due=deadline,
        breached=decided.end_at > deadline,
        breached_at=_running_from(np.maximum(deadline, first), cycles, decided, timeline),
        at_risk=at_risk,
        at_risk_at=at_risk_at,
    )


def _running_from(at: Instants, cycles: Cycles, decided: Decided, timeline: Timeline) -> Instants:
    """Return the first instant, not before the given one, at which each cycle is not stopped; else its end."""
    row = timeline.row_at(decided.begin, at)
    runs = cycles.active & (timeline.following > timeline.table.at)
    rows = np.arange(len(runs), dtype=np.int64)
    ahead = np.minimum.accumulate(np.where(runs, rows, len(runs))[::-1])[::-1]
    ahead = np.append(ahead, len(runs))
    resumed = np.append(timeline.table.at, 0)[ahead[row]]
    inside = ahead[row] < decided.end
    return np.where(inside, np.maximum(resumed, at), decided.end_at)
