"""[clocks] and the rule of an objective: how a clock runs, its own keys before those of the clock it names."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict, cast, get_args

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.agreement import OnReopen, OnReset, OnRetarget, Rule, Threshold
from sla_engine.condition import Condition, Not
from slabridge.config.agreements.condition import read_condition
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.config.shape import one_of, read_duration, shape, tables, text_as

_SHARE = re.compile(r"(\d+)%")
_WITH_EVENTS = ("start", "stop", "cancel", "reset")
_CONDITIONS = (*_WITH_EVENTS, "pause", "while")


def _threshold(text: str) -> Threshold:
    if "%" not in text:
        return Threshold(left=read_duration(text))
    match = _SHARE.fullmatch(text)
    if not match or not 1 <= int(match[1]) <= 100:
        raise ValueError('is no share; write a whole percent from 1 to 100, as in "75%"')
    return Threshold(share=int(match[1]))


class ClockTable(TomlTable):
    """[clocks.NAME]; an objective has the same keys. Conditions are read on their own."""

    start: Annotated[Any, Inside("condition")] = None
    """Begins a cycle, if neither `stop` nor `cancel` holds. Default: required, or `while`."""
    pause: Annotated[Any, Inside("condition")] = None
    """Time does not count while it holds. Default: never."""
    stop: Annotated[Any, Inside("condition")] = None
    """Ends the cycle: completed. Default: never."""
    cancel: Annotated[Any, Inside("condition")] = None
    """Ends it: cancelled. Default: never."""
    reset: Annotated[Any, Inside("condition")] = None
    """Ends it, and begins the next one at once if `start` holds. Default: never."""
    while_: Annotated[Any, Inside("condition")] = Field(None, alias="while")
    """Short for `start = C` and `stop = { not = C }`; refused beside either."""
    on_reopen: Annotated[OnReopen | None, one_of(*get_args(OnReopen))] = None
    """After a completed cycle: `"new_cycle"` starts from zero, `"resume"` goes on with it and does not count the time
    in between, `"first_only"` starts none any more. Default: `"new_cycle"`.
    """
    on_retarget: Annotated[OnRetarget | None, one_of(*get_args(OnRetarget))] = None
    """When another target comes to apply: `"keep"` counts the time already used against it, on its calendar; `"carry"`
    does, each stretch on the calendar on which it was counted then; `"restart"` counts from then; `"freeze"` stays with
    the first. Default: `"keep"`.
    """
    on_reset: Annotated[OnReset | None, one_of(*get_args(OnReset))] = None
    """What a `reset` makes of the cycle it ends: `"cancel"` or `"complete"`. Default: `"cancel"`."""
    at_once: bool | None = None
    """`true`: a ticket that is done when it comes (`stop` holds at its creation, `cancel` does not) has met the promise
    at once; `false`: nothing was promised. Refused beside `while`. Default: `false`.
    """
    at_risk: list[Annotated[Threshold, text_as(_threshold)]] | None = Field(None, examples=['["75%", "30m"]'])
    """When an open cycle is at risk: a list of shares used (`"75%"`, whole percent from 1 to 100) and of times left
    (`"30m"`); the earliest decides. Default: `[]`.
    """


class Clock(TypedDict, total=False):
    """The keys that a clock gives, and the places of its thresholds and its stop."""

    start: Condition
    pause: Condition
    stop: Condition
    cancel: Condition
    reset: Condition
    while_: Condition
    on_reopen: OnReopen
    on_retarget: OnRetarget
    on_reset: OnReset
    at_once: bool
    at_risk: tuple[Threshold, ...]
    at_risk_path: KeyPath
    stop_path: KeyPath


def read_clocks(document: Mapping[str, Any], reading: Reading) -> dict[str, Clock]:
    """Return the clocks; one with problems has the keys that have none."""
    clocks = {}
    for name, raw in tables(document, "clocks", reading).items():
        path = ("clocks", name)
        clocks[name] = read_clock(raw, shape(ClockTable, raw, path, reading), path, reading)
        if "while" in raw:
            refuse_beside_while(raw, path, reading)
    return clocks


def read_clock(raw: Mapping[str, Any], table: ClockTable | None, path: KeyPath, reading: Reading) -> Clock:
    """Return the keys that are given and have no problem: conditions also where the rest of the table is broken."""
    clock: dict[str, Any] = {}
    for key in _CONDITIONS:
        if key in raw:
            condition = read_condition(raw[key], (*path, key), reading, events=key in _WITH_EVENTS)
            if condition is not None:
                clock["while_" if key == "while" else key] = condition
                if key == "stop":
                    clock["stop_path"] = (*path, key)
    if table is not None:
        clock |= table.model_dump(include={"on_reopen", "on_retarget", "on_reset", "at_once"}, exclude_none=True)
        if table.at_risk is not None:
            clock |= {"at_risk": tuple(table.at_risk), "at_risk_path": (*path, "at_risk")}
    return cast("Clock", clock)


def refuse_beside_while(keys: Mapping[str, Any], path: KeyPath, reading: Reading) -> None:
    """Note a problem where start or stop stands beside while, or at_once, which would begin what is over."""
    beside = " and ".join(key for key in ("start", "stop") if key in keys)
    if beside:
        reading.problem((*path, "while"), f"stands for start and stop both; drop it, or {beside}")
    if keys.get("at_once"):
        reading.problem((*path, "at_once"), "is for a clock with start and stop, and not for one with while")


def rule_of(clock: Clock) -> Rule:
    """Return the engine's rule; `while = C` is `start = C`, `stop = { not = C }`. A start must be there."""
    rest: dict[str, Any] = {
        key: value
        for key, value in clock.items()
        if key not in ("start", "stop", "while_", "at_risk_path", "stop_path")
    }
    if "while_" in clock:
        return Rule(start=clock["while_"], stop=Not(clock["while_"]), **rest)
    return Rule(start=clock["start"], stop=clock.get("stop"), **rest)
