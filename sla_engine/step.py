"""The next step of percent that a running cycle comes to (docs/engine.md, "Results")."""

import numpy as np

from sla_engine.agreement import calendars_of
from sla_engine.choice import share_of
from sla_engine.instant import NEVER, NULL
from sla_engine.judged import ClauseResults
from sla_engine.result import STEPS
from sla_engine.verdict import Stage
from sla_engine.worktime import Instants


def next_steps(part: ClauseResults) -> Instants:
    """Return when each running cycle reaches its next step if nothing else happens, ms UTC; NULL where it has none."""
    verdicts, decided = part.verdicts, part.verdicts.decided
    used = verdicts.target - verdicts.remaining
    ahead = np.full(len(used), NEVER, np.int64)
    for step in reversed(STEPS):
        share = share_of(step, verdicts.target)
        np.copyto(ahead, share, where=share > used)
    coming = (verdicts.stage == Stage.RUNNING) & (ahead != NEVER) & ~verdicts.overdue
    result = np.full(len(used), NULL, np.int64)
    for index, name in enumerate(calendars_of(part.clause.objective.targets)):
        mine = np.flatnonzero(coming & (decided.calendar == index))
        result[mine] = part.timeline.calendars[name].due(decided.end_at[mine], (ahead - used)[mine])
    return result
