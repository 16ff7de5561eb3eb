"""What is in hand, and for how long it is expected to be there."""

from random import Random

import numpy as np
import pytest
from hypothesis import given

from sla_engine.instant import HOUR
from slabridge.capacity.load import Load, Taken, expected
from tests.reference.random_cases import examples, seeds


def by_hand(entered: list[int], took: list[int], left: list[bool]) -> float:
    """Return what is expected, from the share that is still there at each whole unit of time."""
    every = list(zip(entered, took, left, strict=True))

    def share(at: int) -> float:
        found = 1.0
        for time in sorted({one for _, one, over in every if over and one <= at}):
            there = sum(came <= time <= one for came, one, _ in every)
            found *= 1 - sum(one == time and over for _, one, over in every) / there
        return found

    total = 0.0
    for _, one, over in every:
        at = min(one, sorted(took)[-5])
        if not over and share(at):
            total += sum(share(unit) for unit in range(at, max(took))) / share(at)
    return total


def taken(entered: list[int], took: list[int], left: list[bool]) -> Taken:
    return Taken(np.array(entered, np.int64), np.array(took, np.int64), np.array(left, np.bool_))


@examples(100)
@given(seeds())
def test_what_is_expected_is_the_mean_rest_of_those_that_took_longer(rng: Random) -> None:
    took = [rng.randint(0, 30) for _ in range(rng.randint(5, 20))]
    left = [rng.random() < 0.7 for _ in took]
    entered = [rng.choice([0, 0, rng.randint(0, one)]) for one in took]
    assert expected(taken(entered, took, left)) == pytest.approx(by_hand(entered, took, left), abs=1)


def test_of_few_visits_nothing_is_expected() -> None:
    assert expected(taken([0] * 4, [HOUR] * 4, [True] * 3 + [False])) is None
    assert expected(taken([0] * 4, [HOUR] * 4, [True] * 4)) == 0


@pytest.mark.parametrize(
    ("came", "left", "grows", "in_hand", "empty"),
    [(10, 20, -1.0, 3.0, 6.0), (20, 10, 1.0, 6.0, None), (10, 10, 0.0, 6.0, None), (10, 0, 1.0, None, None)],
)
def test_days_to_empty_are_those_at_the_rates_of_the_window(
    came: int, left: int, grows: float, in_hand: float | None, empty: float | None
) -> None:
    load = Load("Network", "office", 6, 1, HOUR, 10, came, left, None, (0, 0))
    assert (load.grows, load.in_hand_days, load.days_to_empty) == (grows, in_hand, empty)
