"""Ladders: which steps a cycle has come to, and when time alone brings the next. Pure (docs/notifications.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from sla_engine import Calendar, Result
from sla_engine.condition import SOURCE, Condition
from slabridge.config.notify.rule import NotifyRule, Step
from slabridge.text.spoken import spoken
from slabridge.ticket.fitting import fits


def applies(rule: NotifyRule, result: Result) -> bool:
    """Return whether a cycle is one that a rule is about; an excluded or cancelled one never is."""
    return (
        not result.excluded
        and result.stage != "cancelled"
        and (not rule.agreements or result.agreement in rule.agreements)
        and (not rule.objectives or result.objective in rule.objectives)
        and holds(rule.when, result)
    )


def holds(condition: Condition | None, result: Result) -> bool:
    """Return whether a condition holds for what the ticket's fields held at the deciding row; none holds always."""
    return condition is None or fits(condition, {**result.dimensions, SOURCE: (result.source,)})


def level(step: Step, result: Result | None, risk: int | None = None) -> int:
    """Return how far a cycle has come on a step: 0 is not reached, 1 reached, and one more for each repetition.

    `risk` is how likely it is to break, in percent. Of a cycle that has ended only the breach itself is still told.
    """
    if result is None or (result.stopped_at is not None and not (step.urgent and step.after == 0)):
        return 0
    if step.kind in {"at_risk", "risk"}:
        warned = result.status == "at_risk" if step.kind == "at_risk" else risk is not None and risk >= step.percent
        return int(warned or result.breached)
    used = result.target - result.remaining
    if step.kind == "percent":
        return int(result.target > 0 and used * 100 >= step.percent * result.target)
    beyond = used - result.target - step.after
    if not result.breached or beyond < 0:
        return 0
    if result.stopped_at is not None:
        return 1
    return 1 + (0 if step.repeat is None else beyond // step.repeat)


def name_of(step: Step, reached: int) -> str:
    """Return what a step, reached so often, is called in the state: `75%`, `risk 60%`, `breached again 3`."""
    if step.kind in {"percent", "risk"}:
        return f"risk {step.percent}%" if step.kind == "risk" else f"{step.percent}%"
    after = f" +{spoken(step.after)}" if step.after else ""
    again = f" again {reached - 1}" if reached > 1 else ""
    return f"{step.kind}{after}{again}"


def new_steps(
    rule: NotifyRule, before: Result | None, now: Result, risks: tuple[int | None, int | None] = (None, None)
) -> Iterator[tuple[Step, int]]:
    """Yield the steps that a cycle has come to since it was judged before (None: not at all), the highest first.

    `risks` are how likely it was to break then, and is now, in percent.
    """
    was, is_now = risks
    found = [
        (step, reached) for step in rule.ladder if (reached := level(step, now, is_now)) > level(step, before, was)
    ]
    yield from sorted(found, key=lambda one: _height(*one), reverse=True)


def _height(step: Step, reached: int) -> tuple[bool, int, int]:
    beyond = step.after + (reached - 1) * (step.repeat or 0)
    return step.urgent, beyond, step.percent if step.kind in {"percent", "risk"} else 0


def next_steps(
    rules: Sequence[NotifyRule],
    judged: Iterable[tuple[str, Sequence[Result]]],
    calendars: Mapping[str, Calendar],
    as_of: int,
) -> dict[str, int]:
    """Return when time alone brings the next step of each ticket, ms UTC by its id; those without are left out.

    Statuses are left out too: when these change is known elsewhere (`Result.next_change_at`).
    """
    ahead: dict[str, list[tuple[str, int]]] = {}
    for id_, results in judged:
        for result in results:
            left = _left(rules, result)
            if left is not None:
                ahead.setdefault(result.calendar, []).append((id_, left))
    found: dict[str, int] = {}
    for calendar, waiting in ahead.items():
        amounts = np.array([left for _, left in waiting], np.int64)
        due = calendars[calendar].due(np.full(len(waiting), as_of, np.int64), amounts).tolist()
        for (id_, _), at in zip(waiting, due, strict=True):
            found[id_] = min(found.get(id_, at), at)
    return found


def _left(rules: Sequence[NotifyRule], result: Result) -> int | None:
    """Return the working time left to the next step of a running cycle; None where none comes."""
    if result.stage != "running":
        return None
    used = result.target - result.remaining
    coming = [
        at - used
        for rule in rules
        if applies(rule, result)
        for step in rule.ladder
        if (at := _next_use(step, used, result)) is not None
    ]
    return min(coming, default=None)


def _next_use(step: Step, used: int, result: Result) -> int | None:
    """Return the working time used at which the next of a step is reached."""
    if step.kind == "percent":
        at = -(-step.percent * result.target // 100)
        return at if at > used else None
    first = result.target + step.after
    if step.kind in {"risk", "at_risk"} or (not step.after and used < first):
        return None  # statuses; and what is known elsewhere
    if used < first:
        return first
    return None if step.repeat is None else first + ((used - first) // step.repeat + 1) * step.repeat
