import threading
from collections.abc import Iterator

import pytest

from connectors.parallel import Lanes
from tests.patience import PATIENCE


def lanes(width: int) -> Lanes:
    return Lanes(width, "lane")


def test_results_come_in_order_whoever_is_first() -> None:
    second = threading.Event()

    def job(number: int) -> int:
        if number == 1:
            assert second.wait(5)
        elif number == 2:
            second.set()
        return number

    assert list(lanes(2).map(job, range(1, 6))) == [1, 2, 3, 4, 5]


def test_one_lane_does_everything_in_order_in_the_callers_thread() -> None:
    found = [*lanes(1).map(lambda number: (number, threading.current_thread()), range(3))]
    assert found == [(number, threading.current_thread()) for number in range(3)]


def test_an_error_comes_in_its_turn_and_what_had_not_begun_never_does() -> None:
    begun = []

    def job(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise OSError(number)
        return number

    found = lanes(2).map(job, range(10))
    assert next(found) == 0
    with pytest.raises(OSError, match="1"):
        list(found)
    assert max(begun) <= 3


def test_nobody_waits_for_more_than_the_first_results() -> None:
    fetched = []

    def items() -> Iterator[int]:
        for number in range(100):
            fetched.append(number)
            yield number

    found = lanes(3).map(lambda number: number, items())
    assert next(found) == 0
    assert len(fetched) <= 3


def test_items_that_are_apart_follow_each_other_and_the_others_overlap() -> None:
    under_way: list[str] = []
    together = threading.Barrier(2, timeout=PATIENCE)

    def job(item: str) -> str:
        assert item not in under_way
        under_way.append(item)
        together.wait()
        assert sorted(under_way) == ["a", "b"]
        together.wait()
        under_way.remove(item)
        return item

    assert [*lanes(4).map(job, "abab", apart=str)] == ["a", "b", "a", "b"]


def test_a_job_may_wait_for_jobs_of_its_own_lanes() -> None:
    two = lanes(2)

    def job(number: int) -> list[int]:
        return [*two.map(lambda inner: inner + number, range(5))]

    assert [*two.map(job, range(3))] == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3, 4, 5, 6]]


def test_nobody_is_left_behind_by_whoever_wants_no_more() -> None:
    begun, ended = [], []

    def job(number: int) -> int:
        begun.append(number)
        ended.append(number)
        return number

    found = lanes(2).map(job, range(100))
    assert next(found) == 0
    del found
    assert sorted(ended) == sorted(begun)
    assert len(begun) < 100


def test_closing_ends_the_threads() -> None:
    two = Lanes(2, "closing")
    assert [*two.map(str, range(3))] == ["0", "1", "2"]
    two.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("closing")]
