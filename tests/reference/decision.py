"""What decides a cycle: its deciding row, and the target and calendar that hold there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.calendar import Calendar, local_date
from tests.reference.condition import Row, holds
from tests.reference.deadline import deadline_of
from tests.reference.replay import Cycle

LIMIT = timedelta(days=3653) // timedelta(milliseconds=1)


@dataclass
class Promise:
    """An objective of an agreement, as TOML tables, and its rule with the keys of the clock that it names."""

    agreement: dict[str, Any]
    objective: dict[str, Any]
    rule: dict[str, Any]

    @property
    def on_retarget(self) -> str:
        return str(self.rule.get("on_retarget", "keep"))


@dataclass
class Decision:
    """`last` is the deciding row as without `freeze`, `chosen` the row where the target in force was chosen.

    `target` is the working time allowed, `deadline` the instant that stands instead; `calendars` has the calendar on
    which the time of each of the cycle's rows counts.
    """

    last: int
    chosen: int
    calendar: Calendar
    calendars: list[Calendar]
    target: int | None
    deadline: int | None


def decide(
    promise: Promise, cycle: Cycle, rows: list[Row], as_of: int, calendars: dict[str, Calendar], zone: ZoneInfo
) -> Decision | None:
    """Return what decides a cycle, or None where it has no result. `zone` is the one of validity dates."""
    agreement, objective = promise.agreement, promise.objective
    if not is_valid(agreement, rows[cycle.first].at, zone):
        return None

    # The last row at an instant before its end (never earlier than its first row), or the last row while it is open.
    last = len(rows) - 1
    if cycle.ended is not None:
        while last > cycle.first and rows[last].at >= rows[cycle.ended].at:
            last -= 1
    deciding = cycle.first if promise.on_retarget == "freeze" else last

    targets = targets_of(objective)
    place = choice(targets, rows[deciding])
    if place is None or ("scope" in agreement and not holds(agreement["scope"], rows[deciding])):
        return None
    chosen = cycle.first
    for index in range(cycle.first + 1, deciding + 1):
        if choice(targets, rows[index]) != choice(targets, rows[index - 1]):
            chosen = index

    calendar = calendar_chosen(promise, rows[deciding], calendars)
    assert calendar is not None
    on_rows = [calendar] * len(cycle.modes)
    if "within" in targets[place]:
        if promise.on_retarget == "carry":
            on_rows = carried(promise, cycle, rows, calendar, calendars)
        return Decision(last, chosen, calendar, on_rows, calendar.milliseconds(targets[place]["within"]), None)

    received = rows[chosen if promise.on_retarget == "restart" else cycle.first].at
    deadline = deadline_of(targets[place]["by"], rows[deciding], received, calendar)
    ended = as_of if cycle.ended is None else rows[cycle.ended].at
    if deadline is None or deadline > ended + LIMIT:
        return None
    return Decision(last, chosen, calendar, on_rows, None, deadline)


def carried(
    promise: Promise, cycle: Cycle, rows: list[Row], calendar: Calendar, calendars: dict[str, Calendar]
) -> list[Calendar]:
    """Return the calendar of the target chosen at each row of a cycle; `calendar` is that at the deciding row."""
    found = []
    for index in range(cycle.first, cycle.first + len(cycle.modes)):
        calendar = calendar_chosen(promise, rows[index], calendars) or calendar
        found.append(calendar)
    return found


def is_valid(agreement: dict[str, Any], started: int, zone: ZoneInfo) -> bool:
    day = local_date(started, zone)
    begun = "valid_from" not in agreement or agreement["valid_from"] <= day
    return begun and ("valid_to" not in agreement or day < agreement["valid_to"])


def targets_of(objective: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the targets as the list of { when, within, calendar } for which the other forms are short."""
    targets = objective["targets"]
    if isinstance(targets, str):
        return [{"within": targets}]
    if isinstance(targets, list):
        return targets
    listed = []
    for name, table in targets.items():
        if name == "else":
            listed.append({"within": table})
        else:
            listed += [{"when": {name: value}, "within": within} for value, within in table.items()]
    return sorted(listed, key=lambda target: "when" not in target)  # `else` comes last, wherever it is written


def choice(targets: list[dict[str, Any]], row: Row) -> int | None:
    """Return the place of the first target whose `when` holds."""
    for place, target in enumerate(targets):
        if "when" not in target or holds(target["when"], row):
            return place
    return None


def calendar_chosen(promise: Promise, row: Row, calendars: dict[str, Calendar]) -> Calendar | None:
    """Return the calendar of the target that is chosen at a row."""
    targets = targets_of(promise.objective)
    place = choice(targets, row)
    if place is None:
        return None
    levels = (targets[place], promise.objective, promise.agreement)
    return calendars[calendar_of(next(each["calendar"] for each in levels if "calendar" in each), row)]


def calendar_of(named: str | dict[str, Any], row: Row) -> str:
    """Return the calendar that a name, or a choice by a field, means at a row."""
    if isinstance(named, str):
        return named
    for value, name in named["values"].items():
        if holds({named["field"]: value}, row):
            return str(name)
    return str(named["else"])
