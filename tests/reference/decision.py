"""What decides a cycle: its deciding row, and the target and calendar that hold there."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.calendar import Calendar, local_date
from tests.reference.condition import Row, holds
from tests.reference.replay import Cycle


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
    """`last` is the deciding row as without `freeze`, `chosen` the row where the target in force was chosen."""

    last: int
    chosen: int
    calendar: Calendar
    target: int


def decide(
    promise: Promise, cycle: Cycle, rows: list[Row], calendars: dict[str, Calendar], zone: ZoneInfo
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

    nearest = next(each["calendar"] for each in (targets[place], objective, agreement) if "calendar" in each)
    calendar = calendars[calendar_of(nearest, rows[deciding])]
    return Decision(last, chosen, calendar, calendar.milliseconds(targets[place]["within"]))


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


def calendar_of(named: str | dict[str, Any], row: Row) -> str:
    """Return the calendar that a name, or a choice by a field, means at a row."""
    if isinstance(named, str):
        return named
    for value, name in named["values"].items():
        if holds({named["field"]: value}, row):
            return str(name)
    return str(named["else"])
