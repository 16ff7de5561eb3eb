"""Worked examples: how a clock counts from a telling instant on, as the engine itself judges it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from sla_engine import Calendar, Engine, Result
from sla_engine.agreement import Agreement, DayDeadline, Limit, Objective, Target, calendars_of
from sla_engine.condition import OWN_FIELDS
from sla_engine.deadline import deadline_of
from sla_engine.duration import Duration
from sla_engine.instant import HOUR, MINUTE, NEVER
from slabridge.wording.moments import AHEAD, evening, telling_gap, working
from slabridge.wording.situation import State, situations
from slabridge.wording.staged import Stage, staged

Scene = Literal["closing", "closed", "waiting", "friday"]
"""When the ticket begins: before working time ends, out of it, in it to wait then; where it never ends, on a Friday."""
_WAITS: Final = 3 * HOUR


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an example, ms UTC: `counted`, `waiting`, or `closed`; `worked` is its working time."""

    start: int
    end: int
    mode: Literal["counted", "waiting", "closed"]
    worked: int


@dataclass(frozen=True, slots=True)
class Example:
    """How one ticket counts: by the target at the place `target`, on a calendar.

    `fields` are what the ticket holds at first; None: no ticket was found that is judged so, and the calendar alone
    counted. `parts` go from the beginning to `due`.
    """

    target: int
    scene: Scene
    calendar: str
    fields: State | None
    begins: int
    due: int
    parts: tuple[Part, ...]
    limit: Limit

    @property
    def counted(self) -> int:
        """The working time from the beginning to the due time, without waiting."""
        return sum(part.worked for part in self.parts if part.mode == "counted")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A stage for an objective's target, before it is judged."""

    objective: Objective
    place: int
    scene: Scene
    stage: Stage

    @property
    def target(self) -> Target:
        return self.objective.targets[self.place]


def examples_of(engine: Engine, agreement: Agreement, after: int) -> dict[str, list[Example]]:
    """Return the examples of each of an agreement's objectives, by its name; they begin after an instant, ms UTC."""
    used = dict.fromkeys(name for objective in agreement.objectives for name in calendars_of(objective.targets))
    times = {name: _Times(engine.calendars[name], after) for name in used}
    drafts = [draft for objective in agreement.objectives for draft in _drafts(agreement, objective, times)]
    tickets = [
        staged(
            str(n),
            draft.stage,
            draft.objective.rule.start,
            draft.target.limit,
            engine.calendars[draft.stage.situation.calendar].definition.timezone,
        )
        for n, draft in enumerate(drafts)
    ]
    as_of = max((end for draft in drafts for end in (draft.stage.begins, *(draft.stage.waits or ()))), default=0)
    results: dict[tuple[int, str], Result] = {}
    for result in engine.only(agreement).evaluate(tickets, as_of, segments=True).results if tickets else ():
        if result.started_at == drafts[result.position].stage.begins:
            results[result.position, result.objective] = result
    found: dict[str, list[Example]] = {objective.name: [] for objective in agreement.objectives}
    for n, draft in enumerate(drafts):
        judged_so = results.get((n, draft.objective.name))
        if judged_so is not None:
            found[draft.objective.name] += _example(times[judged_so.calendar], draft, judged_so)
    for objective in agreement.objectives:
        found[objective.name] += _by_calendar_alone(objective, found[objective.name], times)
        found[objective.name].sort(key=lambda one: one.target)
    return found


def _drafts(agreement: Agreement, objective: Objective, times: Mapping[str, "_Times"]) -> Iterator[_Draft]:
    for place, target in enumerate(objective.targets):
        for n, situation in enumerate(situations(agreement, objective, place)):
            hours = times[situation.calendar]
            scenes = [*hours.scenes(target.limit)]
            for scene, begins in scenes if not n else scenes[:1]:
                yield _Draft(objective, place, scene, Stage(situation, begins))
            if not n and situation.waiting is not None and isinstance(target.limit, Duration):
                begins, since, until = hours.wait(target.limit)
                if until != NEVER:
                    yield _Draft(objective, place, "waiting", Stage(situation, begins, (since, until)))


class _Times:
    """Telling instants of one calendar."""

    def __init__(self, calendar: Calendar, after: int) -> None:
        self.calendar = calendar
        self.gap = telling_gap(calendar, after)
        self.after = after

    def scenes(self, limit: Limit) -> Iterator[tuple[Scene, int]]:
        """Yield when tickets begin that do not wait."""
        if self.gap is None and self.calendar.opens(self.after) < self.after + AHEAD:
            yield "friday", evening(self.calendar, self.after)
        elif self.gap is not None:
            yield "closing", self.gap.before(self._first(limit))
            yield "closed", self.gap.within

    def wait(self, limit: Duration) -> tuple[int, int, int]:
        """Return when a ticket begins, in working time, and from when to when it waits; NEVER: not any more."""
        begins = self.calendar.opens(evening(self.calendar, self.after) if self.gap is None else self.gap.end)
        since = self.due(begins, self._first(limit))
        return begins, since, NEVER if since == NEVER else self.due(since, _WAITS)

    def _first(self, limit: Limit) -> int:
        """Return what a ticket uses of its time before something happens: an hour, and less than half of it."""
        if not isinstance(limit, Duration):
            return HOUR
        third = self.length(limit) // 3
        return min(HOUR, third // (5 * MINUTE) * 5 * MINUTE or third)

    def length(self, limit: Duration) -> int:
        """Return a duration on this calendar, ms."""
        return limit.within(self.calendar.definition.day)

    def due(self, start: int, amount: int) -> int:
        """Return when so much working time has passed; NEVER within the horizon."""
        return int(self.calendar.due(np.array([start], np.int64), np.array([amount], np.int64))[0])


def _example(hours: _Times, draft: _Draft, result: Result) -> Iterator[Example]:
    """Yield the example, where the engine judged the ticket as it was meant."""
    waits = draft.stage.waits
    pauses = [(one.start, one.end) for one in result.segments if one.mode != "counted"]
    meant = (
        result.calendar == draft.stage.situation.calendar
        and result.stage == "running"
        and result.due_at is not None
        and (not isinstance(draft.target.limit, Duration) or result.target == hours.length(draft.target.limit))
        and pauses == ([] if waits is None else [waits])
    )
    if not meant or result.due_at is None:
        return
    parts = tuple(_parts(hours.calendar, draft.stage.begins, result.due_at, waits))
    fields = {name: value for name, value in draft.stage.situation.running.items() if name not in OWN_FIELDS}
    yield Example(
        draft.place, draft.scene, result.calendar, fields, draft.stage.begins, result.due_at, parts, draft.target.limit
    )


def _by_calendar_alone(
    objective: Objective, judged: Sequence[Example], times: Mapping[str, _Times]
) -> Iterator[Example]:
    """Yield examples of the targets for which the engine judged no ticket."""
    for place, target in enumerate(objective.targets):
        if any(one.target == place for one in judged):
            continue
        name = calendars_of([target])[-1]
        hours = times[name]
        for scene, begins in hours.scenes(target.limit):
            if isinstance(target.limit, Duration):
                due = hours.due(begins, hours.length(target.limit))
            elif isinstance(target.limit, DayDeadline):
                due = deadline_of(target.limit, hours.calendar, begins)
            else:
                due = NEVER
            if due != NEVER:
                parts = tuple(_parts(hours.calendar, begins, due, None))
                yield Example(place, scene, name, None, begins, due, parts, target.limit)


def _parts(calendar: Calendar, begins: int, due: int, waits: tuple[int, int] | None) -> Iterator[Part]:
    """Yield what lies between the beginning and the due time, without holes."""
    at = begins
    for start, end in working(calendar, begins, due):
        if at < start:
            yield Part(at, start, "closed", 0)
        cuts = sorted({start, end, *(one for one in waits or () if start < one < end)})
        for first, last in pairwise(cuts):
            waiting = waits is not None and waits[0] <= first < waits[1]
            yield Part(first, last, "waiting" if waiting else "counted", last - first)
        at = end
    if at < due:
        yield Part(at, due, "closed", 0)
