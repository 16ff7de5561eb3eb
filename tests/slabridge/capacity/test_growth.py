"""Which promise breaks, and at which growth."""

from slabridge.capacity.decided import Kept
from slabridge.capacity.growth import Grown, first_broken


def grown(name: str, promised: float | None, truth: int, *kept: int) -> Grown:
    """Return an objective of 100 cycles, of which so many are kept in truth, and with 0, 5, 10 and 20 % more tickets."""
    replayed = {growth: Kept(100, 100 - one) for growth, one in zip((0, 5, 10, 20), kept, strict=True)}
    return Grown(name, promised, Kept(100, 100 - truth), replayed)


def test_a_promise_breaks_where_what_is_kept_in_truth_less_the_fall_is_below_it() -> None:
    one = grown("desk.fix", 95.0, 97, 90, 89, 87, 80)  # the replay itself costs seven points, which are not growth's
    assert [one.fall(growth) for growth in (0, 5, 10, 20)] == [0, 1, 3, 10]
    assert one.breaks_at == 10
    assert not one.is_broken


def test_without_a_promised_share_a_fall_of_five_points_breaks_it() -> None:
    assert grown("desk.fix", None, 60, 60, 59, 56, 55).breaks_at == 20


def test_what_is_not_kept_today_does_not_break_any_more() -> None:
    one = grown("desk.fix", 99.0, 90, 90, 80, 70, 60)
    assert one.is_broken
    assert one.breaks_at is None


def test_first_breaks_what_does_so_at_the_smallest_growth_and_then_what_loses_most() -> None:
    late, early = grown("late", None, 99, 99, 98, 97, 50), grown("early", None, 99, 99, 98, 94, 93)
    worse, never = grown("worse", None, 99, 99, 98, 94, 90), grown("never", None, 99, 99, 99, 99, 99)
    assert first_broken((late, early, worse, never), 20) is worse
    assert first_broken((never,), 20) is None


def test_of_no_cycles_nothing_is_said() -> None:
    one = Grown("desk.fix", 95.0, Kept(), {0: Kept(), 20: Kept()})
    assert (one.fall(20), one.breaks_at, one.is_broken) == (None, None, False)
