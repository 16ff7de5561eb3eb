"""Targets from history: against a slow computation, and on cycles that are known."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.instant import HOUR
from slabridge.foresight.curve import Curve
from slabridge.report.baseline import Step, Taken, baseline_of
from tests.reference.random_cases import examples


def taken(*cycles: tuple[int, bool], target: int = 5 * HOUR) -> Taken:
    found = Taken()
    for hours, ended in cycles:
        found.add(hours * HOUR, target, 1_000 if ended else None)
    return found


def slowly(cycles: list[tuple[int, bool]]) -> dict[int, Fraction]:
    """Return for each time the share that takes longer: at each time, of those still there, those that do not end."""
    found, share = {}, Fraction(1)
    for time in sorted({elapsed for elapsed, _ in cycles}):
        there = sum(elapsed >= time for elapsed, _ in cycles)
        ending = sum(elapsed == time and ended for elapsed, ended in cycles)
        share *= 1 - Fraction(ending, there)
        found[time] = share
    return found


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60))
@examples(200)
def test_the_share_that_takes_longer_is_that_of_the_slow_way(cycles: list[tuple[int, bool]]) -> None:
    taken_by = np.array([elapsed for elapsed, _ in cycles])
    curve = Curve.of(np.zeros_like(taken_by), taken_by, np.array([ended for _, ended in cycles]))
    expected = slowly(cycles)
    assert curve.beyond_of(np.array([*expected])).tolist() == pytest.approx([float(one) for one in expected.values()])


def test_without_open_cycles_a_share_is_what_was_counted() -> None:
    found = baseline_of(taken(*((n, True) for n in range(1, 11))), 0)
    assert {percent: time and time // HOUR for percent, time in found.within.items()} == {
        50: 5,
        80: 8,
        90: 9,
        95: 10,
        99: 10,
    }
    assert (found.count, found.open, found.target) == (10, 0, 5 * HOUR)
    assert found.share == pytest.approx(50)


def test_open_cycles_count_as_at_least_as_long_and_may_leave_it_unknown() -> None:
    ended = [(n, True) for n in range(1, 11)]
    with_open = baseline_of(taken(*ended, *[(20, False)] * 5), 0)
    assert with_open.within[80] is None
    assert with_open.share == pytest.approx(100 / 3)
    assert with_open.within[50] == 8 * HOUR  # and not five hours, as if the long ones were not there


def test_three_steps_lead_to_a_shorter_target_with_the_breaches_of_the_last_quarter() -> None:
    cycles = taken(*((n, True) for n in range(1, 101)), target=40 * HOUR)
    old = taken(*((100, True) for _ in range(5)), target=40 * HOUR)
    for elapsed in old.elapsed:
        cycles.add(elapsed, 40 * HOUR, 10)
    found = baseline_of(cycles, 500)
    assert found.within[95] == 100 * HOUR
    assert found.steps == (Step(80 * HOUR, 20), Step(60 * HOUR, 40), Step(40 * HOUR, 60))
    assert baseline_of(cycles, 500, 200 * HOUR).steps == ()
