"""Judging: time used, due time and status of the cycles that have a result (docs/engine.md, "Results")."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import Agreement, Objective
from sla_engine.decide import Decided
from sla_engine.instant import NULL
from sla_engine.measure import measure
from sla_engine.predicate import holds
from sla_engine.replay import Cycles, Ended
from sla_engine.table import Mask, Rows
from sla_engine.timeline import Timeline
from sla_engine.worktime import HORIZON, Instants

Codes8 = npt.NDArray[np.int8]


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
    target: Instants
    elapsed: Instants
    remaining: Instants
    paused: Instants

    @property
    def ticket(self) -> Rows:
        """The ticket of each result: its place in the table."""
        return self.decided.ticket


def verdicts_of(
    agreement: Agreement, objective: Objective, cycles: Cycles, decided: Decided, timeline: Timeline
) -> Verdicts:
    """Return the verdicts on the decided cycles of an objective."""
    table = timeline.table
    stage = _stages(objective, cycles, decided)
    measured = measure(objective, cycles, decided, timeline)
    due, breached = measured.due, measured.breached
    waiting = (stage == Stage.PAUSED) & (measured.remaining > 0)
    changing = (stage == Stage.RUNNING) & ~breached
    coming = ~measured.at_risk & (measured.at_risk_at != NULL)
    next_change = np.where(coming, measured.at_risk_at, due + 1)
    overdue = due > decided.end_at + HORIZON
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
        stopped_at=np.where(decided.is_open, NULL, decided.end_at),
        due_at=np.where(waiting | overdue, NULL, due),
        due_if_resumed=np.where(waiting & ~overdue, due, NULL),
        breached_at=np.where(breached, measured.breached_at, NULL),
        at_risk_at=measured.at_risk_at,
        next_change_at=np.where(changing & ~overdue, next_change, NULL),
        target=measured.target,
        elapsed=measured.elapsed,
        remaining=measured.remaining,
        paused=measured.paused,
    )


def _stages(objective: Objective, cycles: Cycles, decided: Decided) -> Codes8:
    after_reset = Stage.COMPLETED if objective.rule.on_reset == "complete" else Stage.CANCELLED
    by_end = np.array([Stage.RUNNING, Stage.COMPLETED, Stage.CANCELLED, after_reset], np.int8)
    ended = cycles.ended[decided.kept]
    stage = by_end[ended]
    stage[(ended == Ended.NOT) & cycles.paused[decided.last] & ~decided.by_deadline] = Stage.PAUSED
    return stage


def _statuses(stage: Codes8, breached: Mask, at_risk: Mask) -> Codes8:
    result: Codes8 = _STATUSES[stage * 4 + breached * 2 + at_risk]
    return result


def _status(stage: Stage, *, breached: bool, at_risk: bool) -> Status:
    if stage == Stage.CANCELLED:
        return Status.CANCELLED
    if breached:
        return Status.BREACHED
    if stage == Stage.RUNNING:
        return Status.AT_RISK if at_risk else Status.ON_TRACK
    return Status.MET if stage == Stage.COMPLETED else Status.PAUSED


_STATUSES = np.array(
    [
        _status(stage, breached=breached, at_risk=at_risk)
        for stage in Stage
        for breached in (False, True)
        for at_risk in (False, True)
    ],
    np.int8,
)
