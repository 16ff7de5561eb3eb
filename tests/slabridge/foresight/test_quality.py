"""How good forecasts were is what counting pairs and groups by hand says."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slabridge.foresight.quality import Quality
from tests.reference.random_cases import examples

FORECASTS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=40
)


def quality_of(forecasts: list[tuple[float, bool]]) -> Quality:
    said, broke = zip(*forecasts, strict=True)
    return Quality.of(np.array(said), np.array(broke))


@given(FORECASTS)
@examples(300)
def test_auc_is_how_often_the_one_that_broke_was_said_to_be_likelier(forecasts: list[tuple[float, bool]]) -> None:
    found = quality_of(forecasts).auc
    pairs = [(one, other) for one, broke in forecasts if broke for other, kept in forecasts if not kept]
    if not pairs:
        assert isnan(found)
    else:
        assert found == pytest.approx(sum((one > other) + (one == other) / 2 for one, other in pairs) / len(pairs))


@given(FORECASTS)
@examples(300)
def test_brier_skill_and_error_are_as_worked_out_by_hand(forecasts: list[tuple[float, bool]]) -> None:
    found, count = quality_of(forecasts), len(forecasts)
    rate = sum(broke for _, broke in forecasts) / count
    brier = sum((said - broke) ** 2 for said, broke in forecasts) / count
    assert found.count == count
    assert [found.rate, found.brier] == pytest.approx([rate, brier])
    if 0 < rate < 1:
        assert found.skill == pytest.approx(1 - brier / (rate * (1 - rate)))
    groups: dict[int, list[tuple[float, bool]]] = {}
    for said, broke in forecasts:
        groups.setdefault(min(int(said * 10), 9), []).append((said, broke))
    off = [abs(sum(s for s, _ in group) - sum(b for _, b in group)) for group in groups.values()]
    assert found.error == pytest.approx(sum(off) / count)
    assert sum(one.count for one in found.reliability) == count


def test_the_likeliest_tenth_is_looked_at_by_itself() -> None:
    forecasts = [(0.9, True), (0.8, True), *[(0.1, False)] * 10, *[(0.1, True)] * 2, *[(0.05, False)] * 6]
    found = quality_of(forecasts)
    assert (found.precision, found.recall, found.lift) == (1.0, 0.5, 5.0)


def test_of_no_forecasts_nothing_is_known() -> None:
    found = Quality.of(np.zeros(0), np.zeros(0, np.bool_))
    assert found.count == 0
    assert isnan(found.auc)
