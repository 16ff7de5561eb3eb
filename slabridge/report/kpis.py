"""Measures of tickets in a period (docs/measures.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from sla_engine.instant import DAY
from slabridge.report.life import Life, Step
from slabridge.report.period import Period

Spans = Sequence[tuple[int, int]]
Worked = Callable[[Spans], list[int]]
"""Returns the working time in each of many [from, to), ms."""

AGES = ((DAY, "<1 d"), (7 * DAY, "<7 d"), (30 * DAY, "<30 d"), (90 * DAY, "<90 d"))
OLDER = "older"
BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Restored:
    """Which tickets took how long from their creation to their last entry into a resolved state.

    `tickets` are those that count, with what each took, in wall and in working time; apart are counted those that were
    created resolved, and those that are open again.
    """

    tickets: tuple[Life, ...]
    took: tuple[tuple[int, int], ...]
    born_resolved: int
    open_again: int


def restored(lives: Iterable[Life], period: Period, worked: Worked) -> Restored:
    """Return the time to restore of the tickets whose last entry into a resolved state lies in the period."""
    found: list[Life] = []
    born = again = 0
    for life in lives:
        if life.resolved_at is None or not period.start <= life.resolved_at < period.end:
            continue
        if not life.is_resolved:
            again += 1
        elif life.born_resolved and life.resolved_at == life.created:
            born += 1
        else:
            found.append(life)
    spans = [(life.created, life.resolved_at or life.created) for life in found]
    took = [(end - start, working) for (start, end), working in zip(spans, worked(spans), strict=True)]
    return Restored(tuple(found), tuple(took), born, again)


def incidents(lives: Iterable[Life], period: Period) -> tuple[Life, ...]:
    """Return the incidents that were created in the period."""
    return tuple(life for life in lives if life.is_incident and period.start <= life.created < period.end)


def per_30_days(count: int, period: Period, as_of: int) -> Fraction:
    """Return how many that makes in 30 days of 24 hours, as far as the period is over at an instant, ms UTC."""
    return Fraction(count * 30 * DAY, min(period.end, as_of) - period.start)


@dataclass(frozen=True, slots=True)
class Handled:
    """How the restored tickets were handled: how many changed hands, came back, or were solved at the first contact."""

    tickets: int
    handovers: int
    without_handover: int
    three_and_more: int
    reopenings: int
    without_reopening: int
    first_contact: tuple[Life, ...]


def handled(done: Restored, within: int) -> Handled:
    """Count over restored tickets; at first contact is who was held by one team, never waited, and was quick."""
    lives = done.tickets
    first = [
        life
        for life, (_, working) in zip(lives, done.took, strict=True)
        if len(life.teams) == 1 and not life.reopened_at and not life.waited
        if working <= within
    ]
    return Handled(
        tickets=len(lives),
        handovers=sum(life.handovers for life in lives),
        without_handover=sum(not life.handovers for life in lives),
        three_and_more=sum(life.handovers >= 3 for life in lives),
        reopenings=sum(len(life.reopened_at) for life in lives),
        without_reopening=sum(not life.reopened_at for life in lives),
        first_contact=tuple(first),
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """A bridge that adds up: what was unresolved before, what came, what went, what is unresolved after, by age.

    `steps` are the tickets that were there before (at the beginning of the period), then all that came and went.
    """

    before: int
    came: Counter[str]
    went: Counter[str]
    after: tuple[Life, ...]
    ages: Counter[str]
    steps: tuple[tuple[Life, Step], ...]


def backlog(lives: Iterable[Life], period: Period, as_of: int) -> Backlog:
    """Return the backlog of a period; a ticket that lies in it at its end (or `as_of`) is as old as it was then."""
    before, came, went = 0, Counter[str](), Counter[str]()
    after: list[Life] = []
    steps: list[tuple[Life, Step]] = []
    for life in lives:
        was = now = False
        for step in life.steps:
            if step.at >= period.end:
                break
            now = step.entered
            if step.at < period.start:
                was = now
        if was:
            before += 1
            steps.append((life, Step(period.start, True, BEFORE)))
        for step in life.steps:
            if period.start <= step.at < period.end:
                (came if step.entered else went)[step.why] += 1
                steps.append((life, step))
        if now:
            after.append(life)
    ages = Counter(_age(min(period.end, as_of) - life.created) for life in after)
    return Backlog(before, came, went, tuple(after), ages, tuple(steps))


def _age(age: int) -> str:
    return next((name for limit, name in AGES if age < limit), OLDER)


class Mention(NamedTuple):
    """A ticket as a fault mentions it, by its creation (ms UTC)."""

    created: int
    source: str
    id: str
    key: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Tickets that share the values of the fault's fields: what happens again and again."""

    values: tuple[str, ...]
    tickets: tuple[Mention, ...]
    in_period: int


@dataclass(slots=True)
class Faults:
    """Tickets by the values of the fault's fields; `looked_at` ones of the period, of which `unset` have none."""

    groups: dict[tuple[str, ...], list[Mention]] = field(default_factory=dict)
    looked_at: int = 0
    unset: int = 0

    @property
    def can_tell(self) -> bool:
        """Whether the fields are set on enough tickets to say anything."""
        return self.unset * 2 <= self.looked_at

    def merge(self, other: "Faults") -> None:
        """Add those of other tickets."""
        for values, group in other.groups.items():
            self.groups.setdefault(values, []).extend(group)
        self.looked_at += other.looked_at
        self.unset += other.unset

    def recurring(self, period: Period, least: int) -> list[Fault]:
        """Return those of which there are so many tickets, one of them in the period at least; most tickets first."""
        found = [
            Fault(values, tuple(sorted(group)), sum(one.created >= period.start for one in group))
            for values, group in self.groups.items()
            if len(group) >= least
        ]
        return sorted((one for one in found if one.in_period), key=lambda one: (-len(one.tickets), one.values))


def faults(lives: Iterable[Life], period: Period, fields: Sequence[str]) -> Faults:
    """Group the tickets created in the period and the 90 days before by their values at creation, all of them set."""
    found = Faults()
    for life in lives:
        if not period.start - 90 * DAY <= life.created < period.end:
            continue
        here = life.created >= period.start
        found.looked_at += here
        values = tuple(", ".join(life.first_values.get(name, ())) for name in fields)
        if all(values):
            found.groups.setdefault(values, []).append(Mention(life.created, life.source, life.id, life.key))
        else:
            found.unset += here and not any(values)
    return found
