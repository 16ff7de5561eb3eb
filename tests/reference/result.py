"""What a cycle comes to: one row of the output, with its segments and shares."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference import segments
from tests.reference.calendar import Calendar, text
from tests.reference.condition import Row, holds
from tests.reference.decision import LIMIT, Promise, decide
from tests.reference.replay import Cycle


class DueTooFarError(Exception):
    """A due time more than 3,653 days after the cycle's end."""


@dataclass
class Outcome:
    """A row of the output, and what it was found from; `late_from` is None where it is not breached.

    `first` is the place of the cycle's first row among the ticket's.
    """

    row: dict[str, Any]
    start: int
    end: int
    stretches: list[segments.Stretch]
    calendar: Calendar
    breached_at: int | None
    late_from: int | None
    first: int = 0


def result(
    document: dict[str, Any],
    promise: Promise,
    cycle: Cycle,
    *,
    rows: list[Row],
    as_of: int,
    calendars: dict[str, Calendar],
) -> Outcome | None:
    """Return what a cycle comes to, or None where it has no result. `rows` are those up to `as_of`.

    Raises:
        DueTooFarError: the ticket cannot be judged.
    """
    decision = decide(promise, cycle, rows, as_of, calendars, ZoneInfo(document.get("timezone", "UTC")))
    if decision is None:
        return None
    calendar, deadline = decision.calendar, decision.deadline

    field = document.get("attribution", {}).get("holder", "team")
    end = as_of if cycle.ended is None else rows[cycle.ended].at
    first = decision.chosen if promise.on_retarget == "restart" else cycle.first
    modes, stage = cycle.modes, cycle.stage
    if deadline is not None:  # which no pause moves
        modes = ["counted" if mode == "paused" else mode for mode in modes]
        stage = "running" if stage == "paused" else stage
    stretches = segments.stretches_of(cycle, modes, decision.calendars, rows, end, first, field)
    elapsed = segments.time_in("counted", stretches)

    due_at = due_if_resumed = breached_at = None
    if deadline is not None:
        due_at = deadline
        target = calendar.elapsed(rows[first].at, deadline) if deadline > rows[first].at else 0
        remaining = calendar.elapsed(end, deadline) if deadline > end else -calendar.elapsed(deadline, end)
        if end > deadline:
            breached_at = not_stopped_from(max(deadline, rows[first].at), stretches, end)
    else:
        assert decision.target is not None
        target = decision.target
        remaining = target - elapsed
        if stage == "paused" and elapsed < target:
            due_if_resumed = project(calendar, end, target - elapsed)
        else:
            due_at = due_time(calendar, stretches, target, end)
        breached_at = due_at if elapsed >= target and due_at is not None and end > due_at else None

    # The time used at which the first of the thresholds is reached.
    used = target - remaining
    at_risk_from = min((used_at(each, target, calendar) for each in promise.rule.get("at_risk", [])), default=None)
    at_risk = at_risk_from is not None and used >= at_risk_from
    next_change_at = None
    if stage == "running" and breached_at is None and due_at is not None:
        next_change_at = due_at + 1
        if at_risk_from is not None and not at_risk:
            next_change_at = min(next_change_at, project(calendar, end, at_risk_from - used))

    breach_holder = None
    if breached_at is not None:
        held_at = max(index for index, row in enumerate(rows) if row.at <= breached_at)
        if rows[decision.chosen].at > breached_at:
            held_at = decision.chosen
        breach_holder = segments.holder_of(rows[held_at], field)

    parts = segments.segments_of(stretches)
    holders = dict.fromkeys(part.holder for part in parts if part.mode == "counted")
    shares = {
        holder: segments.time_in("counted", [part for part in stretches if part.holder == holder]) for holder in holders
    }
    excludes = [each["exclude"] for each in (promise.agreement, promise.objective) if "exclude" in each]
    row = {
        "cycle": cycle.number,
        "stage": stage,
        "status": status_of(stage, breached=breached_at is not None, at_risk=at_risk),
        "breached": breached_at is not None,
        "excluded": any(holds(exclude, rows[-1]) for exclude in excludes),
        "started_at": text(rows[cycle.first].at),
        "stopped_at": None if cycle.ended is None else text(end),
        "due_at": text_or_none(due_at),
        "due_if_resumed": text_or_none(due_if_resumed),
        "breached_at": text_or_none(breached_at),
        "next_change_at": text_or_none(next_change_at),
        "next_step_at": text_or_none(next_step(calendar, end, used, target) if stage == "running" else None),
        "target_seconds": target / 1000,
        "elapsed_seconds": elapsed / 1000,
        "remaining_seconds": remaining / 1000,
        "paused_seconds": segments.time_in("paused", stretches) / 1000,
        "percent": used * 10000 // target / 100 if target else None,
        "percent_step": min(100, used * 100 // target // 25 * 25) if target else None,
        "holder": segments.holder_of(rows[decision.last], field),
        "segments": [segments.as_json(part) for part in parts],
        "shares": {holder or "": worked / 1000 for holder, worked in shares.items()},
        "breach_holder": breach_holder,
    }
    late_from = None if breached_at is None else max(breached_at, rows[decision.chosen].at)
    return Outcome(row, rows[cycle.first].at, end, stretches, calendar, breached_at, late_from, cycle.first)


def status_of(stage: str, *, breached: bool, at_risk: bool) -> str:
    if stage == "cancelled":
        return "cancelled"
    if breached:
        return "breached"
    if stage == "running":
        return "at_risk" if at_risk else "on_track"
    return "met" if stage == "completed" else "paused"


def due_time(calendar: Calendar, stretches: list[segments.Stretch], target: int, end: int) -> int:
    """Return the earliest instant at which elapsed reaches the target: in the past, or projected from `end`."""
    left = target
    for each in stretches:
        if each.mode == "counted":
            if left <= each.worked:
                return project(each.calendar, each.start, left, each.end)
            left -= each.worked
    return project(calendar, end, left)


def not_stopped_from(at: int, stretches: list[segments.Stretch], end: int) -> int:
    """Return the first instant, not before the given one, at which the cycle is not stopped; else its end."""
    for each in stretches:
        if each.mode != "stopped" and each.end > max(each.start, at):
            return max(each.start, at)
    return end


def project(calendar: Calendar, start: int, left: int, latest: int | None = None) -> int:
    """Return when `left` more of working time is reached from `start` on."""
    due = calendar.due(start, left, start + LIMIT if latest is None else latest)
    if due is None:
        raise DueTooFarError
    return due


def next_step(calendar: Calendar, end: int, used: int, target: int) -> int | None:
    """Return when the next share of the target, by steps of 25 %, is used if it runs on."""
    ahead = [share for step in (25, 50, 75, 100) if (share := used_at(f"{step}%", target, calendar)) > used]
    return project(calendar, end, ahead[0] - used) if ahead else None


def used_at(threshold: str, target: int, calendar: Calendar) -> int:
    """Return the time used at which a threshold, a share used or a time left, is reached; a fraction rounds up."""
    if threshold.endswith("%"):
        return -(-int(threshold.removesuffix("%")) * target // 100)
    return target - calendar.milliseconds(threshold)


def text_or_none(at: int | None) -> str | None:
    return None if at is None else text(at)
