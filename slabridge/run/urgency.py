"""Which cycle a field speaks of: the most urgent one (docs/promises.md, "What stands in a field")."""

from collections.abc import Sequence

from sla_engine import Result
from sla_engine.instant import NEVER
from slabridge.config.agreements.result import ResultRef


def most_urgent(results: Sequence[Result], ref: ResultRef) -> Result | None:
    """Return the cycle that a reference means, None where there is none.

    Of each objective the latest cycle that is not cancelled counts. Of several the open come first, breached ones
    before the rest, then the earliest due time, then file order; of ended ones only the last to end is taken.
    Excluded cycles do not count. The results may be of several tickets.
    """
    latest: dict[tuple[str, str, str, str], Result] = {}
    for result in results:
        if ref.means(result) and result.stage != "cancelled" and not result.excluded:
            name = (result.source, result.id, result.agreement, result.objective)
            known = latest.get(name)
            if known is None or (known.started_at, known.cycle) < (result.started_at, result.cycle):
                latest[name] = result
    opened = [result for result in latest.values() if result.stopped_at is None]
    if opened:
        return min(opened, key=_urgency)
    return max(latest.values(), key=_ended, default=None)


def next_due(results: Sequence[Result], ref: ResultRef) -> int | None:
    """Return the earliest due time (ms UTC) of running cycles that are not breached; a paused one has none."""
    dues = [
        result.due_at
        for result in results
        if ref.means(result) and result.stopped_at is None and not result.breached and not result.excluded
        if result.due_at is not None
    ]
    return min(dues, default=None)


def _urgency(result: Result) -> tuple[bool, int]:
    due = result.due_at if result.due_at is not None else result.due_if_resumed
    return (not result.breached, NEVER if due is None else due)


def _ended(result: Result) -> int:
    return result.stopped_at or 0
