"""The worst case of a path is what stepping through all starts finds."""

from random import Random

import numpy as np
import pytest
from hypothesis import given

from sla_engine import Calendar
from sla_engine.chain.worst import Step, WorstCase, worst_case
from sla_engine.instant import DAY, HOUR, MINUTE, format_instant, instant_of, parse_instant
from slabridge.config import load_definitions
from tests.reference.random_calendars import random_anchor, random_calendar
from tests.reference.random_cases import examples, seeds
from tests.sla_engine.written import document

MONDAY = parse_instant("2026-03-02T00:00:00Z")


def calendars(made: dict[str, object]) -> dict[str, Calendar]:
    given = document('targets = "1h"\nstart = { status = "new" }')
    given["calendars"] |= made
    return {name: Calendar(one) for name, one in load_definitions(given).calendars.items()}


OURS = calendars({"late": {"timezone": "UTC", "hours": {"mon-fri": ["12:00-20:00"]}}})


def step_through(sla: Calendar, target: int, steps: list[Step], first: int, last: int) -> tuple[int, int, float]:
    """Return the most used of all starts at whole minutes and a millisecond beside them, its start, and the share."""

    def used(start: int) -> int:
        at = start
        for calendar, amount in steps:
            at = int(calendar.due(np.array([at]), np.array([amount]))[0])
        return int(sla.elapsed(np.array([start]), np.array([at]))[0])

    def works(start: int) -> bool:
        return bool(sla.elapsed(np.array([start]), np.array([start + 1]))[0])

    minutes = [at for at in range(first, last, MINUTE) if works(at)]
    beside = [
        at for at in range(first, last, MINUTE) for at in (at - 1, at, at + 1) if first <= at < last and works(at)
    ]
    most = max((used(at), -at) for at in beside)
    return most[0], -most[1], sum(used(at) > target for at in minutes) / len(minutes)


@examples(12)
@given(seeds())
def test_it_is_what_stepping_through_all_starts_finds(rng: Random) -> None:
    zone, anchor = random_anchor(rng)
    found = calendars({name: random_calendar(rng, zone, anchor.date()) for name in ("a", "b", "c")})
    first = instant_of(anchor) // MINUTE * MINUTE - rng.randrange(2 * DAY // MINUTE) * MINUTE
    last = first + rng.choice([1, 2]) * DAY
    steps = [
        (found[rng.choice("abc")], rng.choice([1, 15, 60, 90, 240, 480, 2000]) * MINUTE)
        for _ in range(rng.randint(1, 3))
    ]
    target = rng.choice([1, 4, 8, 20]) * HOUR
    worst = worst_case(found["a"], target, steps, first, last)
    if worst is None:
        assert not found["a"].elapsed(np.array([first]), np.array([last]))[0]
        return
    most, at, unfit = step_through(found["a"], target, steps, first, last)
    assert (worst.used, worst.at) == (most, at)
    assert worst.unfit == pytest.approx(unfit, abs=0.01)


@pytest.mark.parametrize(
    ("steps", "used", "at", "unfit"),
    [
        ([("always", 4)], 4, "2026-03-02T00:00:00Z", 0),
        # an hour of the office, begun at its closing on Friday, is over at 08:00Z on Monday: 64 hours
        ([("office", 1)], 64, "2026-03-06T15:00:00.001Z", None),
    ],
)
def test_round_the_clock_over_office_hours(
    steps: list[tuple[str, int]], used: int, at: str, unfit: float | None
) -> None:
    worst = worst_case(
        OURS["always"], 8 * HOUR, [(OURS[name], hours * HOUR) for name, hours in steps], MONDAY, MONDAY + 7 * DAY
    )
    assert worst is not None
    assert worst.used is not None
    assert (round(worst.used / HOUR), format_instant(worst.at)) == (used, at)
    assert unfit is None or worst.unfit == unfit


def test_hours_that_follow_each_other_badly_do_not_fit() -> None:
    # An office that closes at 16:00Z hands over to one that works from 12:00Z to 20:00Z.
    worst = worst_case(
        OURS["office"], 4 * HOUR, [(OURS["office"], HOUR), (OURS["late"], 2 * HOUR)], MONDAY, MONDAY + 7 * DAY
    )
    assert worst is not None
    # Begun a moment after 15:00Z it is handed over the next morning, waits until 12:00Z, and is done at 14:00Z.
    assert worst.used == 8 * HOUR - 1
    assert format_instant(worst.at) == "2026-03-02T15:00:00.001Z"
    # What begins from 07:00Z to 10:00Z, or after 15:00Z, does not fit: four of nine hours.
    assert worst.unfit == pytest.approx(4 / 9)


def test_without_working_time_there_is_no_worst_case() -> None:
    saturday = MONDAY + 5 * DAY
    assert worst_case(OURS["office"], HOUR, [(OURS["always"], HOUR)], saturday, saturday + DAY) is None


def test_steps_that_never_end_use_more_than_any_target() -> None:
    rare = calendars({"rare": {"timezone": "UTC", "hours": {"mon": ["08:00-08:01"]}}})["rare"]
    worst = worst_case(OURS["always"], HOUR, [(rare, 10_000 * HOUR)], MONDAY, MONDAY + DAY)
    assert worst == WorstCase(None, MONDAY, 1.0)
