"""Measures of tickets in a period (docs/measures.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sla_engine.instant import DAY
from slabridge.report.life import Life, Step
from slabridge.report.period import Period
from slabridge.report.statistics import Durations, durations_of

Spans = Sequence[tuple[int, int]]
Worked = Callable[[Spans], list[int]]
"""Returns the working time in each of many [from, to), ms."""

AGES = ((DAY, "<1 d"), (7 * DAY, "<7 d"), (30 * DAY, "<30 d"), (90 * DAY, "<90 d"))
OLDER = "older"
BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Restored:
    """How long tickets took from their creation to their last entry into a resolved state, in wall and working time.

    `tickets` are those that count, with what each took, in wall and in working time; apart are counted those that were
    created resolved, and those that are open again.
    """

    tickets: tuple[Life, ...]
    took: tuple[tuple[int, int], ...]
    wall: Durations
    working: Durations
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
    walls, workings = ([one[n] for one in took] for n in (0, 1))
    return Restored(tuple(found), tuple(took), durations_of(walls), durations_of(workings), born, again)


@dataclass(frozen=True, slots=True)
class Frequency:
    """How many incidents were created in a period."""

    tickets: tuple[Life, ...]
    length: int

    @property
    def per_30_days(self) -> Fraction:
        """As many as that makes in 30 days of 24 hours."""
        return Fraction(len(self.tickets) * 30 * DAY, self.length)


def frequency(lives: Iterable[Life], period: Period, as_of: int) -> Frequency:
    """Count the incidents that were created in the period, as far as it is over at an instant, ms UTC."""
    found = [life for life in lives if life.is_incident and period.start <= life.created < period.end]
    return Frequency(tuple(found), min(period.end, as_of) - period.start)


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
    ages: Mapping[str, int]
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
    found = Counter(_age(min(period.end, as_of) - life.created) for life in after)
    ages = {name: found[name] for name in (*(name for _, name in AGES), OLDER) if found[name]}
    return Backlog(before, came, went, tuple(after), ages, tuple(steps))


def _age(age: int) -> str:
    return next((name for limit, name in AGES if age < limit), OLDER)


@dataclass(frozen=True, slots=True)
class Fault:
    """Tickets that share the values of the fault's fields: what happens again and again."""

    values: tuple[str, ...]
    tickets: tuple[Life, ...]
    in_period: int


@dataclass(frozen=True, slots=True)
class Faults:
    """Recurring faults; `looked_at` tickets of the period, of which `unset` have no values to tell faults by."""

    found: tuple[Fault, ...]
    looked_at: int
    unset: int

    @property
    def can_tell(self) -> bool:
        """Whether the fields are set on enough tickets to say anything."""
        return self.unset * 2 <= self.looked_at


def faults(lives: Iterable[Life], period: Period, fields: Sequence[str], least: int) -> Faults:
    """Group the tickets created in the period and the 90 days before by their values at creation, all of them set."""
    groups: dict[tuple[str, ...], list[Life]] = {}
    looked_at = unset = 0
    for life in lives:
        if not period.start - 90 * DAY <= life.created < period.end:
            continue
        here = life.created >= period.start
        looked_at += here
        values = tuple(", ".join(life.first_values.get(name, ())) for name in fields)
        if all(values):
            groups.setdefault(values, []).append(life)
        else:
            unset += here and not any(values)
    found = [
        Fault(values, tuple(group), sum(life.created >= period.start for life in group))
        for values, group in groups.items()
        if len(group) >= least
    ]
    found = [fault for fault in found if fault.in_period]
    found.sort(key=lambda fault: (-len(fault.tickets), fault.values))
    return Faults(tuple(found), looked_at, unset)
