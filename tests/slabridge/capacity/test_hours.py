"""Arrivals by hour of the week are what counting by the calendar on the wall gives."""

from collections import Counter
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given

from sla_engine.instant import DAY, HOUR, MINUTE, instant_of, moment_of, parse_instant
from sla_engine.zone import Zone
from slabridge.capacity.arrivals import arrivals_of, is_dated
from slabridge.capacity.hours import HOURS, LocalHours, quantile
from tests.reference.random_cases import examples, seeds

ZONES = ("Europe/Stockholm", "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns")


def by_hand(at: list[int], zone: ZoneInfo, first: int, until: int) -> list[list[int]]:
    """Count quarter by quarter: an hour of a date is there if any quarter of it is, and whole if none is after the end."""
    there: Counter[tuple[datetime, int]] = Counter()
    for quarter in range(first, until, 15 * MINUTE):
        moment = moment_of(quarter).astimezone(zone)
        there[moment.replace(hour=0, minute=0, tzinfo=None, fold=0), moment.hour] += 0
    last = moment_of(until).astimezone(zone)
    if last.minute or last.second:
        there.pop((last.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0), last.hour), None)
    for one in at:
        moment = moment_of(one).astimezone(zone)
        key = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0), moment.hour
        if key in there and first <= one < until:
            there[key] += 1
    found: list[list[int]] = [[] for _ in range(7 * HOURS)]
    for (date, hour), count in sorted(there.items()):
        found[date.weekday() * HOURS + hour].append(count)
    return found


@examples(60)
@given(seeds())
def test_hours_of_the_week_are_those_on_the_wall(rng: Random) -> None:
    name = rng.choice(ZONES)
    zone = ZoneInfo(name)
    date = datetime(2026, rng.choice([3, 4, 10, 11]), rng.randint(1, 28), tzinfo=zone)
    first = instant_of(date)
    until = first + rng.randint(1, 20) * DAY + rng.choice([0, 5 * HOUR, 5 * HOUR + 20 * MINUTE])
    at = [rng.randint(first - DAY, until + DAY) for _ in range(rng.randint(0, 80))]
    window = LocalHours.of(Zone(name), first, until)
    assert window.weekly(np.array(at, np.int64)) == by_hand(at, zone, first, until)
    days = [date.date() + timedelta(days=n) for n in range(40)]
    whole = [
        day
        for day in days
        if instant_of(datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=1)) <= until
    ]
    assert len(window.whole_days) == len(whole)


def test_a_week_in_which_nothing_came_counts_as_nothing_and_one_that_is_not_over_not_at_all() -> None:
    first = parse_instant("2026-01-05T00:00:00Z")  # a Monday
    until = first + 3 * 7 * DAY + 9 * HOUR + 30 * MINUTE  # the fourth Monday, 09:30
    window = LocalHours.of(Zone("UTC"), first, until)
    at = np.array([first + 9 * HOUR + MINUTE] * 4 + [first + 14 * DAY + 9 * HOUR] * 2 + [until - MINUTE], np.int64)
    found = arrivals_of("Network", at, window)
    assert found.count == 7
    assert found.cells[9] == (2.0, 0, 4, 3)  # 4, 0 and 2: what is under way at half past nine is left out
    assert found.cells[8] == (0.0, 0, 0, 4)


def test_a_creation_at_midnight_sharp_is_a_date() -> None:
    texts = ["2026-03-02T00:00:00Z", "2026-03-01T23:00:00Z", "2026-03-02T00:00:00.001Z", "2026-03-02T12:00:00Z"]
    at = np.array([parse_instant(text) for text in texts], np.int64)
    assert is_dated(at, Zone("Europe/Stockholm")).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("percent", "of", "expected"), [(10, 13, 2), (90, 13, 12), (95, 13, 13), (90, 10, 9), (10, 1, 1)]
)
def test_a_quantile_is_a_number_that_occurred(percent: int, of: int, expected: int) -> None:
    assert quantile(range(1, of + 1), percent) == expected
