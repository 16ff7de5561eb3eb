"""The share that takes longer is what counting one by one says."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from slabridge.foresight.curve import NEVER_REACHED, Curve
from tests.reference.random_cases import examples

Cycle = tuple[int, int, bool]
"""What a cycle had used when it came in, how much longer it took, and whether it ended then."""
CYCLES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.booleans()), min_size=1, max_size=40)


def curve_of(cycles: list[Cycle]) -> Curve:
    entered, longer, ended = (np.array(column) for column in zip(*cycles, strict=True))
    return Curve.of(entered, entered + longer, ended)


def slowly(cycles: list[Cycle], used: int, target: int) -> Fraction | None:
    """Return the share of those open at `used` that take longer than the target: time by time, who is there and ends."""
    share = Fraction(1)
    still = Fraction(1)
    for time in range(target + 1):
        there = [one for one in cycles if one[0] <= time <= one[0] + one[1]]
        ending = sum(one[2] and one[0] + one[1] == time for one in there)
        if time == used:
            still = share
        if there:
            share *= 1 - Fraction(ending, len(there))
    return share / still if still else None


@given(CYCLES, st.integers(0, 24), st.integers(0, 24))
@examples(600)
def test_the_risk_is_what_counting_one_by_one_says(cycles: list[Cycle], used: int, more: int) -> None:
    found = curve_of(cycles).risk(np.array([used]), np.array([used + more]))[0]
    expected = slowly(cycles, used, used + more)
    if expected is None:
        assert np.isnan(found)
    else:
        assert found == pytest.approx(float(expected))


@given(CYCLES, st.integers(0, 20), st.integers(1, 20), st.integers(1, 99))
@examples(600)
def test_a_risk_comes_to_a_share_at_the_first_time_at_which_it_is_that_high(
    cycles: list[Cycle], used: int, more: int, percent: int
) -> None:
    curve, target = curve_of(cycles), used + more
    found = int(curve.reaches(np.array([percent / 100]), np.array([used]), np.array([target]))[0])
    assume(curve.risk(np.array([used]), np.array([target]))[0] < percent / 100 - 1e-9)
    times = np.arange(used + 1, target)
    risks = curve.risk(times, np.full(len(times), target))
    with np.errstate(invalid="ignore"):
        reached = times[risks >= percent / 100 - 1e-12]
    assert found == (int(reached[0]) if len(reached) else NEVER_REACHED)


def test_alike_are_those_that_are_open_when_the_next_of_them_ends() -> None:
    curve = curve_of([(0, 5, True), (0, 9, True), (3, 4, True), (8, 2, False)])
    assert curve.alike(np.array([0, 4, 6, 8, 10])).tolist() == [3, 3, 2, 2, 0]


@given(st.lists(st.integers(1, 10_000), min_size=50, max_size=400))
@examples(60)
def test_a_short_curve_says_the_same_to_one_in_a_hundred(times: list[int]) -> None:
    took = np.array(times)
    whole = Curve.of(np.zeros_like(took), took, np.ones(len(took), np.bool_))
    short = whole.short()
    asked = np.arange(0, 10_001, 97)
    exact = whole.beyond_of(asked)
    assert np.all(short.beyond_of(asked) >= exact)
    assert np.all(short.beyond_of(asked)[exact > 0] * 0.99 <= exact[exact > 0])


def test_a_long_curve_is_kept_in_few_times() -> None:
    took = np.arange(100_000)
    assert len(Curve.of(np.zeros_like(took), took, np.ones(len(took), np.bool_)).short().times) < 1_200
