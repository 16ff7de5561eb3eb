"""The cycles of one objective on one ticket, found row by row."""

from dataclasses import dataclass, field
from typing import Any

from tests.reference.condition import Row, holds


@dataclass
class Cycle:
    """Its rows are first, first + 1, ...: a mode for each. `ended` is the row that ended it, None while it is open."""

    number: int
    first: int
    modes: list[str] = field(default_factory=list)  # counted, paused or stopped
    ended: int | None = None
    ended_by: str | None = None  # stop, cancel or reset
    stage: str = "running"  # running, paused, completed or cancelled


def rule_of(objective: dict[str, Any], clocks: dict[str, Any]) -> dict[str, Any]:
    """Return an objective's rule: its own keys win over those of the clock it names."""
    rule = {**clocks.get(objective.get("clock", ""), {}), **objective}
    if "while" in rule:
        rule["start"], rule["stop"] = rule["while"], {"not": rule["while"]}
    return rule


def replay(rule: dict[str, Any], rows: list[Row]) -> list[Cycle]:
    cycles: list[Cycle] = []
    active: Cycle | None = None  # the cycle that runs or is paused

    for index, row in enumerate(rows):
        start, pause, stop, cancel, reset = (
            key in rule and holds(rule[key], row) for key in ("start", "pause", "stop", "cancel", "reset")
        )
        if active is not None:
            if stop:
                end(active, index, "stop", "completed")
                active = None
            elif cancel:
                end(active, index, "cancel", "cancelled")
                active = None
            elif reset:
                completes = rule.get("on_reset", "cancel") == "complete"
                end(active, index, "reset", "completed" if completes else "cancelled")
                active = begin(cycles, index) if start else None
        elif index == 0 and rule.get("at_once") and stop and not cancel:
            end(begin(cycles, index), index, "stop", "completed")
        elif start and not stop and not cancel:
            active = begin_or_resume(cycles, index, rule.get("on_reopen", "new_cycle"))

        if active is not None:
            active.modes.append("paused" if pause else "counted")
            active.stage = "paused" if pause else "running"
    return cycles


def end(cycle: Cycle, index: int, ended_by: str, stage: str) -> None:
    cycle.ended, cycle.ended_by, cycle.stage = index, ended_by, stage


def begin(cycles: list[Cycle], index: int) -> Cycle:
    cycles.append(Cycle(number=len(cycles) + 1, first=index))
    return cycles[-1]


def begin_or_resume(cycles: list[Cycle], index: int, on_reopen: str) -> Cycle | None:
    if on_reopen == "first_only" and any(cycle.ended_by == "stop" for cycle in cycles):
        return None
    if on_reopen == "resume" and cycles and cycles[-1].ended_by == "stop":
        cycle = cycles[-1]
        assert cycle.ended is not None
        cycle.modes += ["stopped"] * (index - cycle.ended)
        cycle.ended, cycle.ended_by = None, None
        return cycle
    return begin(cycles, index)
