"""The SLA engine of the instance: what an update of a task does to its task_sla rows, and when they are recalculated.

Stored figures are as of the last recalculation. The breach time (planned_end_time) is worked out when a row is attached
and when it is resumed, never in between; what a pause took is booked when it ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slabridge_sandbox.calendar import Calendar
from slabridge_sandbox.hours import hours_named
from slabridge_sandbox.instant import DAY, HOUR, MINUTE
from slabridge_sandbox.servicenow.contract_sla import SlaDefinition
from slabridge_sandbox.servicenow.matching import matches

Instants = Mapping[str, int]

IN_PROGRESS, PAUSED, COMPLETED, CANCELLED = "in_progress", "paused", "completed", "cancelled"

_JOBS = (
    (30 * DAY, 100 * 365 * DAY, 5 * DAY),
    (DAY, 30 * DAY, DAY),
    (HOUR, DAY, HOUR),
    (10 * MINUTE, HOUR, 10 * MINUTE),
    (0, 10 * MINUTE, MINUTE),
)
"""Time to the breach, more than and at most, and how often the job for such rows runs."""
_GIVEN_UP = 365 * DAY
_LARGEST = 10
"""Breached rows are recalculated daily for a year, or until this many times the duration is used."""


@dataclass(slots=True)
class TaskSla:
    """A row of task_sla. Instants are ms UTC, amounts ms; `business` ones are working time of the schedule.

    `updated` is when the row was saved last, `number` differs between rows that are attached in the same second.
    """

    definition: SlaDefinition
    number: int
    attached: int
    start: int
    planned_end: int
    updated: int
    original_breach: int
    stage: str = IN_PROGRESS
    end: int | None = None
    paused_at: int | None = None
    pause: int = 0
    business_pause: int = 0
    duration: int = 0
    business: int = 0
    percentage: float = 0.0
    business_percentage: float = 0.0
    time_left: int = 0
    business_time_left: int = 0
    breached: bool = False

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.stage in {IN_PROGRESS, PAUSED}

    @property
    def schedule(self) -> Calendar:
        """What it counts by."""
        return hours_named(self.definition.schedule)

    def calculate(self, now: int) -> None:
        """Work the figures out as of `now`."""
        end = breach_time(self.definition, self.start, self.business_pause)
        length = self._length(end)
        self.duration = max(0, now - self.start - self.pause)
        self.business = max(0, self.schedule.worked(self.start, now) - self.business_pause)
        self.business_percentage = round(self.business * 100 / length, 2)
        self.percentage = round(self.duration * 100 / max(1, end - self.start - self.pause), 2)
        self.time_left = max(0, end - now)
        self.business_time_left = self.schedule.worked(now, end)
        share = self.business_percentage if self.definition.schedule else self.percentage
        self.breached = self.breached or share >= 100
        self.updated = now

    def recalculate(self, now: int) -> bool:
        """Do what the jobs did until `now`, and say whether they did anything. Paused rows they pass over."""
        last = self._last_job(now) if self.stage == IN_PROGRESS else self.updated
        if last <= self.updated:
            return False
        self.calculate(last)
        return True

    def _last_job(self, now: int) -> int:
        """Return when a job last looked at the row: each runs at the multiples of its interval."""
        last = self.updated
        for least, most, every in _JOBS:
            ran = min(now, self.planned_end - least - 1) // every * every
            if ran >= self.planned_end - most:
                last = max(last, ran)
        if now >= self.planned_end:
            most_used = self.schedule.add(self.start, _LARGEST * self._length(self.planned_end) + self.business_pause)
            until = min(now, self.planned_end + _GIVEN_UP, most_used)
            last = max(last, self.planned_end, until // DAY * DAY)
        return last

    def wait(self, at: int) -> None:
        """Begin a pause."""
        self.calculate(at)
        self.stage, self.paused_at = PAUSED, at

    def resume(self, at: int) -> None:
        """End a pause, and move the breach time by what it took."""
        self._book(at)
        if not self.breached:
            self.planned_end = breach_time(self.definition, self.start, self.business_pause)
        self.stage = IN_PROGRESS
        self.calculate(at)

    def finish(self, at: int, stage: str) -> None:
        """End the row for good; a pause ends with it, and leaves the breach time where it was."""
        self._book(at)
        self.calculate(at)
        self.stage, self.end = stage, at

    def _length(self, end: int) -> int:
        """Return what is allowed, where the breach comes at `end`."""
        relative = self.definition.relative is not None
        return max(1, self.schedule.worked(self.start, end)) if relative else self.definition.duration

    def _book(self, at: int) -> None:
        if self.paused_at is not None:
            since = min(max(self.paused_at, self.start), at)
            self.pause += at - since
            self.business_pause += self.schedule.worked(since, at)
            self.paused_at = None


@dataclass(slots=True)
class TaskSlas:
    """All rows of one task, and what an update of the task does to them."""

    rows: list[TaskSla] = field(default_factory=list)
    history: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    """The updates so far, kept where a definition looks back at pauses."""

    def update(
        self, task: Mapping[str, str], at: int, definitions: Sequence[SlaDefinition], instants: Instants
    ) -> None:
        """Process an insert or update of the task at `at`: first what is new, then what is there.

        `instants` are the task's date fields in ms UTC, by which a retroactive start goes.
        """
        running = {row.definition.sys_id for row in self.rows if row.active}
        existing = sorted((row for row in self.rows if row.active), key=lambda row: row.definition.sys_id)
        for definition in definitions:
            if definition.sys_id not in running and _attachable(definition, task):
                self._attach(definition, task, at, instants)
        for row in existing:
            self._process(row, task, at, instants)
        if any(definition.retroactive_pause for definition in definitions):
            self.history.append((at, dict(task)))

    def _process(self, row: TaskSla, task: Mapping[str, str], at: int, instants: Instants) -> None:
        definition = row.definition
        if matches(definition.stop, task):
            row.finish(at, COMPLETED)
        elif matches(definition.reset, task) and _attachable(definition, task):
            row.finish(at, COMPLETED if definition.reset_action == "complete" else CANCELLED)
            self._attach(definition, task, at, instants)
        elif _cancels(definition, task):
            row.finish(at, CANCELLED)
        else:
            _pause_or_resume(row, task, at)

    def _attach(self, definition: SlaDefinition, task: Mapping[str, str], at: int, instants: Instants) -> None:
        start = instants.get(definition.start_from, at)
        breach = breach_time(definition, start, 0)
        row = TaskSla(definition, len(self.rows), at, start, breach, at, breach)
        for then, held in self.history if definition.retroactive_pause else ():
            _pause_or_resume(row, held, then)
        row.calculate(at)
        self.rows.append(row)
        _pause_or_resume(row, task, at)


def breach_time(definition: SlaDefinition, start: int, paused: int) -> int:
    """Return when a definition that starts at `start` is breached; `paused` is working time."""
    schedule = hours_named(definition.schedule)
    if definition.relative is not None:
        return definition.relative.due(start, schedule)
    return schedule.add(start, definition.duration + paused)


def _attachable(definition: SlaDefinition, task: Mapping[str, str]) -> bool:
    return (
        matches(definition.start, task)
        and not matches(definition.stop, task)
        and not (definition.when_to_cancel == "on_condition" and matches(definition.cancel, task))
    )


def _cancels(definition: SlaDefinition, task: Mapping[str, str]) -> bool:
    match definition.when_to_cancel:
        case "no_match":
            return not (matches(definition.start, task) and not matches(definition.stop, task))
        case "on_condition":
            return matches(definition.cancel, task)
        case _:
            return False


def _pause_or_resume(row: TaskSla, task: Mapping[str, str], at: int) -> None:
    """Pause or resume; where both conditions match, nothing changes. A relative duration never pauses."""
    definition = row.definition
    if definition.relative is not None:
        return
    pauses = matches(definition.pause, task)
    resumes = not pauses if definition.when_to_resume == "no_match" else matches(definition.resume, task)
    if row.stage == IN_PROGRESS and pauses and not resumes:
        row.wait(at)
    elif row.stage == PAUSED and resumes and not pauses:
        row.resume(at)
