"""How many cycles of a ticket came out otherwise, time apart. Pure."""

from collections.abc import Hashable, Iterable

from sla_engine import Result


def count_otherwise(before: Iterable[Result], after: Iterable[Result]) -> int:
    """Return how many cycles there are no more, or not before, or say something else now.

    What only ticks, as the time used of a running cycle, says nothing.
    """
    old, new = ({_name(one): _said(one) for one in results} for results in (before, after))
    return sum(old.get(name) != new.get(name) for name in {*old, *new})


def _name(result: Result) -> Hashable:
    return result.agreement, result.objective, result.cycle


def _said(result: Result) -> Hashable:
    return (
        *(result.kind, result.stage, result.status, result.excluded, result.target, result.holder),
        *(result.started_at, result.stopped_at, result.due_at, result.breached_at, result.deadline),
        None if result.stage == "running" else result.elapsed,
    )
