"""What judging one objective over one table gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from sla_engine.clause import Clause
from sla_engine.replay import Cycles
from sla_engine.timeline import Timeline
from sla_engine.verdict import Verdicts


@dataclass(frozen=True, slots=True)
class ClauseResults:
    """What judging one clause over one table gave; `warnings` are of data, as (ticket, text)."""

    clause: Clause
    cycles: Cycles
    verdicts: Verdicts
    timeline: Timeline
    warnings: Sequence[tuple[int, str]]
