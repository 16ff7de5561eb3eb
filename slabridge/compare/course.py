"""How a clock ran: when it counted, by which calendar, to which target; and the figures that come of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, Self

import numpy as np

from connectors.interface import NativeClock
from sla_engine import Calendar, Result

COUNTED, PAUSED = "counted", "paused"


class Stretch(NamedTuple):
    """A stretch of time, ms UTC, and what it counts for: a mode of a segment."""

    start: int
    end: int
    mode: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What two clocks are compared by: instants in ms UTC, amounts in ms."""

    stage: str
    started_at: int
    stopped_at: int | None
    due_at: int | None
    elapsed: int
    breached: bool
    target: int | None

    @classmethod
    def there(cls, clock: NativeClock) -> Self:
        """Return those of the tool's clock, as stored."""
        return cls(
            *(clock.stage, clock.started_at, clock.stopped_at, clock.due_at),
            *(clock.elapsed, clock.breached, clock.target),
        )

    @classmethod
    def here(cls, result: Result) -> Self:
        """Return those of ours."""
        return cls(
            *(result.stage, result.started_at, result.stopped_at, result.due_at),
            *(result.elapsed, result.breached, result.target),
        )


def differing(there: Figures, here: Figures) -> tuple[str, ...]:
    """Return the names of figures that differ; a target that the tool does not say differs from none."""
    return tuple(
        each.name
        for each in fields(Figures)
        if getattr(there, each.name) != getattr(here, each.name)
        if not (each.name == "target" and there.target is None)
    )


@dataclass(frozen=True, slots=True)
class Course:
    """One cycle: its stretches, gapless up to `end`, which is when it ended or was looked at."""

    stage: str
    start: int
    end: int
    stopped_at: int | None
    target: int
    calendar: Calendar
    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, result: Result, at: int, calendar: Calendar) -> Self:
        """Return the course of a result with segments, evaluated at `at`."""
        stretches: list[Stretch] = []
        for segment in result.segments:  # of which neighbours differ in the holder alone
            if stretches and stretches[-1].mode == segment.mode:
                stretches[-1] = stretches[-1]._replace(end=segment.end)
            else:
                stretches.append(Stretch(segment.start, segment.end, segment.mode))
        end = at if result.stopped_at is None else result.stopped_at
        return cls(result.stage, result.started_at, end, result.stopped_at, result.target, calendar, tuple(stretches))

    @property
    def elapsed(self) -> int:
        """Return the working time that counted."""
        return self._worked(stretch for stretch in self.stretches if stretch.mode == COUNTED)

    @property
    def ends_paused(self) -> bool:
        """Say whether it was paused to the end."""
        return bool(self.stretches) and self.stretches[-1].mode == PAUSED

    @property
    def reached(self) -> int:
        """Return when the working time reaches the target, projected from the end where it did not yet."""
        left = self.target
        for stretch in self.stretches:
            if stretch.mode != COUNTED:
                continue
            worked = self._worked([stretch])
            if left <= worked:
                return self._after(stretch.start, left)
            left -= worked
        return self._after(self.end, left)

    def figures(self) -> Figures:
        """Return what it comes to (docs/engine.md, "Results")."""
        elapsed, reached = self.elapsed, self.reached
        due = None if self.stage == PAUSED and elapsed < self.target else reached
        breached = elapsed >= self.target and self.end > reached
        return Figures(self.stage, self.start, self.stopped_at, due, elapsed, breached, self.target)

    def unmoved(self) -> Figures:
        """Return what it comes to if the last pause did not move the due time."""
        first = self.stretches[-1].start
        before = replace(self, stage="running", end=first, stretches=self.stretches[:-1])
        return replace(self.figures(), due_at=before.reached)

    def begun(self, at: int, attached: int | None = None) -> "Course":
        """Return it as if begun at `at`; with `attached`, all time from `at` to there counted."""
        since = at if attached is None else attached
        kept = [Stretch(max(s.start, since), s.end, s.mode) for s in self.stretches if s.end > since]
        if attached is not None and attached > at:
            kept.insert(0, Stretch(at, attached, COUNTED))
        return replace(self, start=at, stretches=tuple(kept))

    def _worked(self, stretches: Iterable[Stretch]) -> int:
        spans = np.array([(s.start, s.end) for s in stretches], np.int64).reshape(-1, 2)
        return int(self.calendar.elapsed(spans[:, 0], spans[:, 1]).sum())

    def _after(self, start: int, amount: int) -> int:
        return int(self.calendar.due(np.array([start]), np.array([amount]))[0])
