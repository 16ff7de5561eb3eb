"""The calendar of the engine: one question after the other (arrays of one), or all at once."""

import json
from tomllib import loads

import numpy as np

from bench.peers.asking import Asked, Work, answer, each
from sla_engine.worktime import Calendar
from slabridge.config import load_definitions

HOUR = 3_600_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CONFIGURATION = """
[calendars.asked]
timezone = "{zone}"
hours = {{ {days} = {hours} }}
holidays = {holidays}
[agreements.one]
kind = "sla"
calendar = "asked"
objectives.any = {{ while = {{ status = {{ set = true }} }}, targets = "1h" }}
"""


def calendar_of(asked: Asked) -> Calendar:
    """Return the calendar, whose holidays are those of Sweden where it has some: the library's, not the list's."""
    text = CONFIGURATION.format(
        zone=asked.zone,
        days=f"{WEEKDAYS[asked.days[0]]}-{WEEKDAYS[asked.days[-1]]}",
        hours=json.dumps(["-".join(pair) for pair in asked.hours]),
        holidays='["SE"]' if asked.holidays else "[]",
    )
    return Calendar(load_definitions(loads(text)).calendars["asked"])


def between(asked: Asked) -> Work:
    """Ask for the time between two instants, one by one."""
    calendar = calendar_of(asked)

    def ask(start: int, end: int) -> int:
        return int(calendar.elapsed(np.array([start]), np.array([end]))[0])

    ask(*asked.given[0])  # a calendar is compiled once
    return Work(each(ask, asked.given), int)


def after(asked: Asked) -> Work:
    """Ask when so many hours are over, one by one."""
    calendar = calendar_of(asked)

    def ask(start: int, hours: int) -> int:
        return int(calendar.due(np.array([start]), np.array([hours * HOUR]))[0])

    ask(*asked.given[0])
    return Work(each(ask, asked.given), int)


def bulk_between(asked: Asked) -> Work:
    """Ask for the time between many pairs of instants at once."""
    calendar, (start, end) = calendar_of(asked), np.array(asked.given).T.copy()
    calendar.elapsed(start[:1], end[:1])
    return Work(lambda: calendar.elapsed(start, end), int)  # type: ignore[arg-type,return-value,unused-ignore]


def bulk_after(asked: Asked) -> Work:
    """Ask when hours are over after many instants at once."""
    calendar, (start, hours) = calendar_of(asked), np.array(asked.given).T.copy()
    calendar.due(start[:1], hours[:1] * HOUR)
    return Work(lambda: calendar.due(start, hours * HOUR), int)  # type: ignore[arg-type,return-value,unused-ignore]


if __name__ == "__main__":
    answer({"between": between, "after": after, "bulk between": bulk_between, "bulk after": bulk_after})
