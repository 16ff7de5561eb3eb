"""A backing OLA for a team that has much of the customer's time, and promises nobody anything (docs/advise.md)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sla_engine.agreement import Agreement, Objective
from sla_engine.condition import AllOf, Condition, Equals, Not, needs_event
from sla_engine.duration import Duration
from sla_engine.ticket import Values
from slabridge.advice.change import Change
from slabridge.advice.paste import Paste
from slabridge.advice.present import BREACHES, ENOUGH, Present, name_of
from slabridge.advice.seen import Cycle, Seen
from slabridge.advice.table import condition_table, duration_text, rounded_up
from slabridge.text.said import said
from slabridge.text.spoken import spoken
from slabridge.ticket.fitting import fits

Held = Mapping[str, Values]

KEPT: Final = 90
"""A new target is one that so many percent of the team's visits kept."""
MUCH: Final = 4
"""A team has much of the customer's time where its visits use this part of the target on average: a quarter."""
_HANDLING: Final = "handling"


class _Uncovered(NamedTuple):
    """A promise, and a team's visits (ms, the shortest first) in its cycles that no agreement covered.

    `share` is what a visit used of the target on average, in percent.
    """

    agreement: Agreement
    objective: Objective
    cycles: Sequence[Cycle]
    team: str
    visits: Sequence[int]
    share: int


def backing(present: Present, seen: Seen) -> Iterator[Change]:
    """Yield an OLA for each team that has much uncovered time of cycles to customers."""
    for agreement, objective in present.objectives():
        mine = [one for one in seen.cycles if (one.table, one.objective) == (agreement.table, objective.name)]
        visits: dict[str, list[tuple[int, int]]] = {}
        for cycle in mine:
            for visit in cycle.visits:
                if visit.cover is None and visit.holder:
                    visits.setdefault(visit.holder, []).append((visit.worked, cycle.target))
        for team, found in sorted(visits.items()):
            used, targets = (sum(one[n] for one in found) for n in (0, 1))
            if len(found) >= ENOUGH and used * MUCH >= targets and not _has_one(present, team):
                worked = sorted(one for one, _ in found)
                share = 100 * used // max(1, targets)
                yield from _change(present, _Uncovered(agreement, objective, mine, team, worked, share))


def _has_one(present: Present, team: str) -> bool:
    """Return whether an agreement of its own is there for a team: then what it backs is for people to say."""
    holder: Held = {present.definitions.holder: (team,)}
    scopes = (one.scope for one, _ in present.objectives() if one.kind != "sla" and one.scope is not None)
    return any(_may_be(scope, holder) for scope in scopes)


def _may_be(scope: Condition, held: Held) -> bool:
    parts = scope.parts if isinstance(scope, AllOf) else (scope,)
    return any(isinstance(part, Equals) and part.field in held and fits(part, held) for part in parts)


def _change(present: Present, found: _Uncovered) -> Iterator[Change]:
    team, visits = found.team, found.visits
    target = rounded_up(visits[-(-KEPT * len(visits) // 100) - 1])
    late = [one for one in found.cycles if one.breached]
    spares = sum(one.over <= _beyond(one, team, target) for one in late)
    if spares < BREACHES:
        return
    paste = _paste(present, found, target)
    if paste is None:
        return
    promise = name_of(found.agreement, found.objective)
    yield Change(
        kind="backing",
        effect="helps",
        what=said(
            "agree with %(team)s on %(target)s for each visit, to back %(objective)s",
            team=team,
            target=spoken(target),
            objective=promise,
        ),
        promise=promise,
        tried=f"{paste.path[-1]}.{_HANDLING}",
        rests=(
            said(
                "%(visits)s visits to %(team)s that no agreement covered used %(share)s %% of the target on average; "
                "%(kept)s %% of them took no longer than %(target)s",
                visits=len(visits),
                team=team,
                share=found.share,
                kept=KEPT,
                target=spoken(target),
            ),
        ),
        paste=paste,
        spares=spares,
    )


def _beyond(cycle: Cycle, team: str, target: int) -> int:
    """Return how much of a cycle's time a team would not have used had it kept to the target at each visit."""
    mine = (visit.worked for visit in cycle.visits if visit.holder == team and visit.cover is None)
    return sum(max(0, worked - target) for worked in mine)


def _paste(present: Present, found: _Uncovered, target: int) -> Paste | None:
    """Return the new agreement; None where no state of the ticket ends the clock above."""
    rule, holder = found.objective.rule, present.definitions.holder
    if rule.stop is None or needs_event(rule.stop):
        return None
    calendars = [one.calendar for one in found.cycles]
    runs = rule.stop.condition if isinstance(rule.stop, Not) else Not(rule.stop)
    conditions = {"while": AllOf((Equals(holder, (found.team,)), runs)), "pause": rule.pause, "cancel": rule.cancel}
    try:
        written = {key: condition_table(one) for key, one in conditions.items() if one is not None}
    except ValueError:
        return None
    table = {
        "kind": "ola",
        "scope": {holder: found.team},
        "supports": [name_of(found.agreement, found.objective)],
        "calendar": max(sorted(set(calendars)), key=calendars.count),
        "objectives": {_HANDLING: {**written, "targets": duration_text(Duration(target))}},
    }
    return Paste(("agreements", _free(present, found.team)), table, new=True)


def _free(present: Present, team: str) -> str:
    """Return a name for a team's agreement that no other has."""
    taken = {name for one in present.definitions.agreements for name in (one.id, one.table)}
    taken |= {*present.document.get("services", {})}
    base = f"{re.sub('[^a-z0-9]+', '-', team.lower()).strip('-') or 'team'}-ola"
    return next(name for name in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if name not in taken)
