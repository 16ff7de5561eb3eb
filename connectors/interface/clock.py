"""The tool's own SLA clocks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NativeClock:
    """One cycle of the tool's own SLA engine, as stored there; all durations are ms of working time by its calendar.

    `calculated_at` is when the tool worked its figures out, where it says so: those of a running cycle are then as old.
    `due_at` is what is stored, also where the tool does not keep it up to date (paused). `calendar` and `retroactive`
    are what is known of how it counts.
    """

    ticket: str
    name: str
    kind: str
    stage: str
    """running, paused, completed or cancelled"""
    started_at: int
    stopped_at: int | None
    due_at: int | None
    breached: bool
    elapsed: int
    target: int | None = None
    paused: int | None = None
    calculated_at: int | None = None
    calendar: str = ""
    retroactive: bool = False
