"""Routes: tickets that come to a team which hands nearly all of them on (docs/advise.md, "What is proposed")."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sla_engine.agreement import Agreement, Objective
from slabridge.advice.change import Change, Straight
from slabridge.advice.present import ENOUGH, Present, name_of
from slabridge.advice.seen import Cycle, Seen
from slabridge.text.said import Said, said
from slabridge.text.spoken import spoken

NEARLY_ALL: Final = 0.8
"""So many of the tickets that come to a team first go on to the same other."""
QUICK: Final = 10
"""A team hands over quickly where half of its visits take no more than this part of the target: a tenth."""

_Group = tuple[str, str, str]
"""A field, the value that it held when the ticket was created ("" and "": any), and who had the ticket first."""


@dataclass(slots=True)
class _First:
    """The tickets of a group: how many, who had them next, and how long the first had those that went there."""

    count: int = 0
    going: dict[str, list[Cycle]] = field(default_factory=dict)


def routes(present: Present, seen: Seen, fields: Sequence[str]) -> Iterator[Change]:
    """Yield the straight way for tickets whose first team hands them over quickly, nearly always to the same next.

    They are told apart by what each of `fields` held at creation, and taken together, too.
    """
    for agreement, objective in present.objectives():
        groups: dict[_Group, _First] = {}
        for cycle in seen.cycles:
            if (cycle.table, cycle.objective) == (agreement.table, objective.name) and cycle.began and cycle.visits:
                for group in _groups(cycle, fields):
                    first = groups.setdefault(group, _First())
                    first.count += 1
                    if len(cycle.visits) > 1:
                        first.going.setdefault(cycle.visits[1].holder, []).append(cycle)
        for group, first in sorted(groups.items()):
            for team, cycles in first.going.items():
                if group[2] and team and first.count >= ENOUGH and len(cycles) >= NEARLY_ALL * first.count:
                    yield from _change((agreement, objective), group, team, cycles, first.count)


def _groups(cycle: Cycle, fields: Sequence[str]) -> Iterator[_Group]:
    holder = cycle.visits[0].holder
    yield "", "", holder
    yield from ((name, value, holder) for name in fields for value in cycle.first[name])


def _change(
    of: tuple[Agreement, Objective], group: _Group, team: str, cycles: Sequence[Cycle], count: int
) -> Iterator[Change]:
    name, value, holder = group
    times = sorted(cycle.visits[0].worked for cycle in cycles)
    median = times[(len(times) - 1) // 2]
    target, _ = Counter(cycle.target for cycle in cycles).most_common(1)[0]
    if median * QUICK > target:
        return
    which = said("all tickets") if not name else said("tickets with %(field)s %(value)s", field=name, value=value)
    yield Change(
        kind="route",
        effect="helps",
        what=_what(which, team, holder),
        promise=name_of(*of),
        tried=name_of(*of),
        rests=(
            said(
                "%(part)s of %(count)s tickets that came to %(holder)s first went on to %(team)s; half of them within "
                "%(time)s",
                part=len(cycles),
                count=count,
                holder=holder,
                team=team,
                time=spoken(median) or "0s",
            ),
            said("judged as if each had been opened when %(team)s got it, and had taken as long from there", team=team),
        ),
        straight=Straight(frozenset(cycle.ticket for cycle in cycles), team),
    )


def _what(which: Said, team: str, holder: str) -> Said:
    return said("send %(which)s straight to %(team)s instead of %(holder)s", which=which, team=team, holder=holder)
