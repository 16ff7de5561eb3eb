"""SLA metrics of the service projects, and how an issue's history becomes cycles of one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from slabridge_sandbox.calendar import Calendar
from slabridge_sandbox.duration import parse_duration
from slabridge_sandbox.hours import SERVICE_DESK, hours_named
from slabridge_sandbox.instant import HOUR
from slabridge_sandbox.jira.catalogue import STATUSES

_NEW = next(id_ for id_, (name, _) in STATUSES.items() if name == "New")
_WAITING = frozenset(id_ for id_, (name, _) in STATUSES.items() if name in {"Awaiting User Info", "Awaiting Evidence"})


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: the time in ms by the hours of that name, for issues of these priorities (empty: all that remain)."""

    priorities: frozenset[int]
    within: int
    hours: str = ""


@dataclass(frozen=True, slots=True)
class IssueEvent:
    """What happened to an issue at an instant, and what it held after it.

    `resolved` and `reopened` say what became of its resolution, `moved` that it came to another status, `answered` that
    an agent wrote what customers see. Statuses and priorities are ids.
    """

    at: int
    status: int
    priority: int
    created: bool = False
    moved: bool = False
    resolved: bool = False
    reopened: bool = False
    answered: bool = False


EventFields = tuple[int, Mapping[str, object]]
"""When something happened to an issue, and the fields of its `IssueEvent`."""
Condition = Callable[[IssueEvent], bool]


@dataclass(slots=True)
class SlaMetric:
    """A metric: events that start and stop it, statuses in which it pauses, and its goals since when, oldest first.

    `starts` and `stops` are the ids of what `start` and `stop` ask for, as its settings show them.
    """

    id: int
    number: int
    name: str
    start: Condition
    stop: Condition
    pause: frozenset[int]
    starts: tuple[str, ...]
    stops: tuple[str, ...]
    goals: list[tuple[int, tuple[Goal, ...]]] = field(default_factory=list)

    def goal(self, at: int, priority: int) -> Goal | None:
        """Return the first goal that fits, of those in force at an instant."""
        goals: tuple[Goal, ...] = next((goals for since, goals in reversed(self.goals) if since <= at), ())
        return next((goal for goal in goals if not goal.priorities or priority in goal.priorities), None)


@dataclass(frozen=True, slots=True)
class Cycle:
    """A cycle: the stretches that counted, and the goal that it is judged by; `stop` is None while it goes on.

    A cycle that ended keeps the goal that was in force when it did.
    """

    start: int
    stop: int | None
    paused: bool
    counted: tuple[tuple[int, int], ...]
    goal: Goal

    @property
    def hours(self) -> Calendar:
        """The hours of its goal."""
        return hours_named(self.goal.hours)

    @property
    def elapsed(self) -> int:
        """The working time that counted."""
        return sum(self.hours.worked(start, end) for start, end in self.counted)

    def breach(self, now: int) -> int | None:
        """Return when the goal is used up: in the past, or as things go on; None where it is paused before."""
        left = self.goal.within
        for start, end in self.counted:
            worked = self.hours.worked(start, end)
            if left <= worked:
                return self.hours.add(start, left)
            left -= worked
        return None if self.paused else self.hours.add(now if self.stop is None else self.stop, left)


def cycles(metric: SlaMetric, events: Sequence[IssueEvent], now: int) -> Iterator[Cycle]:
    """Yield the cycles of an issue: stop is stronger than pause, pause than start. One without goal is none."""
    running: list[tuple[int, int]] | None = None
    start, paused = 0, False
    for event, following in zip(events, [*(m.at for m in events[1:]), now], strict=True):
        if running is not None and metric.stop(event):
            yield from _judged(metric, start, running, event, event.at, paused=False)
            running = None
        elif running is None and metric.start(event) and not metric.stop(event):
            running, start = [], event.at
        if running is not None:
            paused = event.status in metric.pause
            if not paused:
                running.append((event.at, following))
    if running is not None:
        yield from _judged(metric, start, running, events[-1], None, paused=paused, now=now)


def _judged(  # noqa: PLR0913 - what a cycle is made of
    metric: SlaMetric,
    start: int,
    counted: list[tuple[int, int]],
    last: IssueEvent,
    stop: int | None,
    *,
    paused: bool,
    now: int = 0,
) -> Iterator[Cycle]:
    goal = metric.goal(now if stop is None else stop, last.priority)
    if goal is not None:
        yield Cycle(start, stop, paused, tuple(counted), goal)


def events_of(created: IssueEvent, changes: Sequence[EventFields]) -> list[IssueEvent]:
    """Return what happened in order; a change says what a `IssueEvent` says, and what it does not stays as it was."""
    found = [created]
    for at, change in sorted(changes, key=lambda change: change[0]):
        held = replace(found[-1], at=at, created=False, moved=False, resolved=False, reopened=False, answered=False)
        found.append(replace(held, **change))  # type: ignore[arg-type]
    return found


def _goals(*within: str) -> list[tuple[int, tuple[Goal, ...]]]:
    """Return the goals of priorities 1, 2, 3 and the rest, in force since ever."""
    priorities = (frozenset({1}), frozenset({2}), frozenset({3}), frozenset[int]())
    always = {"4h", "8h"} if within[0] == "4h" else set[str]()
    goals = (
        Goal(of, parse_duration(text), "" if text in always else SERVICE_DESK)
        for of, text in zip(priorities, within, strict=True)
    )
    return [(-HOUR, tuple(goals))]


def metrics() -> list[SlaMetric]:
    """Return the metrics of a new site, with the goals of the example agreement."""
    return [
        SlaMetric(
            id=1,
            number=10030,
            name="Time to first response",
            start=lambda event: event.created,
            stop=lambda event: event.answered or event.resolved or (event.moved and event.status != _NEW),
            pause=frozenset(),
            starts=("issue-created-hit-condition",),
            stops=(
                *("comment-for-reporter-hit-condition", "resolution-set-hit-condition"),
                *(str(id_) for id_ in STATUSES if id_ != _NEW),
            ),
            goals=_goals("15m", "30m", "4h", "8h"),
        ),
        SlaMetric(
            id=2,
            number=10031,
            name="Time to resolution",
            start=lambda event: event.created or event.reopened,
            stop=lambda event: event.resolved,
            pause=_WAITING,
            starts=("issue-created-hit-condition", "resolution-cleared-hit-condition"),
            stops=("resolution-set-hit-condition",),
            goals=_goals("4h", "8h", "36h", "60h"),
        ),
    ]
