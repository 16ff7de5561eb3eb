"""Hours: an agreement beneath whose calendar is narrower than that of the promise above (docs/advise.md)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sla_engine.agreement import Agreement, CalendarChoice, Objective
from slabridge.advice.change import Change
from slabridge.advice.present import BREACHES, ENOUGH, Present, name_of
from slabridge.advice.seen import Cycle, Seen
from slabridge.advice.table import objective_keys
from slabridge.text.said import said
from slabridge.text.spoken import spoken


class _Waited(NamedTuple):
    """What a promise above had to wait for: in cycles, how much of their time lay outside of the hours beneath, ms.

    `narrow` is the calendar beneath, `wide` the one above.
    """

    promise: str
    narrow: str
    wide: str
    cycles: Sequence[tuple[Cycle, int]]


def hours(present: Present, seen: Seen) -> Iterator[Change]:
    """Yield for each agreement in whose closed hours tickets waited the calendar of a promise above that helps most."""
    above = {(agreement.table, one.name): name_of(agreement, one) for agreement, one in present.objectives()}
    waited: dict[tuple[str, str, str, str], list[tuple[Cycle, int]]] = {}
    for cycle in seen.cycles:
        promise = above.get((cycle.table, cycle.objective))
        closed: Counter[tuple[str, str]] = Counter()
        for visit in cycle.visits:
            if visit.cover is not None and promise is not None and visit.cover[1] != cycle.calendar:
                closed[visit.cover] += visit.closed
        for (beneath, narrow), ms in closed.items():
            waited.setdefault((beneath, promise or "", narrow, cycle.calendar), []).append((cycle, ms))
    for agreement, objective in present.objectives():
        mine = [
            change
            for (beneath, promise, narrow, wide), cycles in sorted(waited.items())
            if name_of(agreement, objective) == beneath and len(cycles) >= ENOUGH
            for change in _change(present, agreement, objective, _Waited(promise, narrow, wide, cycles))
        ]
        if mine:
            yield max(mine, key=lambda change: change.spares or 0)


def _change(present: Present, agreement: Agreement, objective: Objective, waited: _Waited) -> Iterator[Change]:
    promise, narrow, wide, cycles = waited
    late = [(cycle, ms) for cycle, ms in cycles if cycle.breached]
    spares = sum(cycle.over <= ms for cycle, ms in late)
    if spares < BREACHES:
        return
    choices = [_instead(target.calendar, narrow, wide) for target in objective.targets]
    new = tuple(replace(target, calendar=one) for target, one in zip(objective.targets, choices, strict=True))
    day = present.definitions.calendars[wide].day
    needs_day = any(getattr(target.limit, "working_days", 0) for target in new)
    if new == objective.targets or (needs_day and day is None):
        return
    yield Change(
        kind="calendar",
        effect="helps",
        what=said(
            "let %(objective)s count by %(wide)s, as %(promise)s does, instead of %(narrow)s",
            objective=name_of(agreement, objective),
            wide=wide,
            promise=promise,
            narrow=narrow,
        ),
        promise=promise,
        tried=name_of(agreement, objective),
        rests=(
            said(
                "%(count)s cycles of %(promise)s were with it, of which %(time)s lay outside of %(narrow)s",
                count=len(cycles),
                promise=promise,
                time=spoken(sum(ms for _, ms in cycles)) or "0s",
                narrow=narrow,
            ),
            said(
                "whoever works by %(objective)s has to be there in these hours", objective=name_of(agreement, objective)
            ),
        ),
        paste=present.paste(agreement, objective, objective_keys(new)),
        spares=spares,
    )


def _instead(choice: CalendarChoice, narrow: str, wide: str) -> CalendarChoice:
    """Return a choice in which one calendar has the place of another."""
    values = tuple((value, wide if name == narrow else name) for value, name in choice.values)
    return replace(choice, otherwise=wide if choice.otherwise == narrow else choice.otherwise, values=values)
