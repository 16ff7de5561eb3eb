"""Slots are what a team let go of by each hour of nineteen of twenty such days."""

from datetime import date
from random import Random

import numpy as np
from hypothesis import given

from sla_engine.instant import DAY, HOUR, MINUTE, NEVER
from sla_engine.zone import Zone
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.slots import CLOSED, Slots
from tests.reference.random_cases import examples, seeds

MONDAY = (date(2026, 1, 5) - date(1970, 1, 1)).days
FIRST = MONDAY * DAY
WEEKS = 13
WINDOW = LocalHours.of(Zone("UTC"), FIRST, FIRST + WEEKS * 7 * DAY)


def working(*but: int) -> set[int]:
    """Return Mondays to Fridays of the window, but for some of its days."""
    return {MONDAY + n for n in range(WEEKS * 7) if n % 7 < 5 and n not in but}


def instants(done: dict[int, list[int]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([FIRST + day * DAY + hour * HOUR for day, hours in done.items() for hour in hours], np.int64)


@examples(60)
@given(seeds())
def test_slots_are_the_quantile_of_what_had_left_by_each_hour(rng: Random) -> None:
    done = {day: [rng.randint(0, 23) for _ in range(rng.choice([0, 1, 5]))] for day in range(WEEKS * 7)}
    closed = {rng.randint(0, WEEKS * 7 - 1) for _ in range(3)}
    slots = Slots.shown(WINDOW, working(*closed), instants(done))
    for kind in range(CLOSED + 1):
        days = [n for n in range(WEEKS * 7) if (n % 7 if n % 7 < 5 and n not in closed else CLOSED) == kind]
        for hour in range(24):
            counts = sorted(sum(one <= hour for one in done[day]) for day in days)
            share = counts[-(-95 * len(counts) // 100) - 1] if counts else 0
            assert slots.by_hour[kind][hour] == share


def test_a_slot_that_was_not_used_stays_free_until_the_day_is_over() -> None:
    slots = Slots.shown(WINDOW, working(), instants({7 * week: [9, 10] for week in range(WEEKS)}))
    assert slots.free(FIRST + 8 * HOUR + 30 * MINUTE) == FIRST + 9 * HOUR
    evening = FIRST + 20 * HOUR + 5 * MINUTE
    for _ in range(2):
        assert slots.free(evening) == evening
        slots.use(evening)
    assert slots.free(evening) == FIRST + 7 * DAY + 9 * HOUR
    assert slots.fresh().free(evening) == evening
    assert slots.free(FIRST + (WEEKS - 1) * 7 * DAY + DAY) == NEVER
    assert slots.total == 2 * WEEKS
