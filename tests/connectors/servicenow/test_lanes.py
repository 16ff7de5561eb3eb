import threading
from collections.abc import Iterator

import pytest

from connectors.servicenow.lanes import Lanes
from tests.connectors.misbehaving import Handler, Step
from tests.connectors.servicenow.conftest import Connect
from tests.connectors.servicenow.scripted import Scripted, rows
from tests.connectors.servicenow.test_faults import incident
from tests.patience import PATIENCE


def test_results_come_in_order_whoever_is_first() -> None:
    second = threading.Event()

    def job(number: int) -> int:
        if number == 1:
            assert second.wait(PATIENCE)
        elif number == 2:
            second.set()
        return number

    assert list(Lanes(2).ahead(job, range(1, 6))) == [1, 2, 3, 4, 5]


def test_one_lane_does_everything_in_order_in_the_callers_thread() -> None:
    found = [*Lanes(1).ahead(lambda number: (number, threading.current_thread()), range(3))]
    assert found == [(number, threading.current_thread()) for number in range(3)]


def test_an_error_comes_in_its_turn_and_what_had_not_begun_never_does() -> None:
    begun = []

    def job(number: int) -> int:
        begun.append(number)
        if number == 1:
            raise OSError(number)
        return number

    found = Lanes(2).ahead(job, range(10))
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

    found = Lanes(3).ahead(lambda number: number, items())
    assert next(found) == 0
    assert len(fetched) <= 3


def test_the_next_page_is_read_while_the_history_of_this_one_is(tool: Scripted, connect: Connect) -> None:
    asked_for_more = threading.Event()

    def after(event: threading.Event, step: Step) -> Step:
        def wait(handler: Handler) -> None:
            assert event.wait(PATIENCE)
            step(handler)

        return wait

    def telling(event: threading.Event, step: Step) -> Step:
        def tell(handler: Handler) -> None:
            event.set()
            step(handler)

        return tell

    first, second = rows(incident(1), count=2), rows(incident(2), count=1)
    tool.will(incident=[first, telling(asked_for_more, second)], sys_audit=[after(asked_for_more, rows())])
    pages = list(connect(tool.url, page_size=1, concurrency=2).changed(None))
    assert [[ticket.key for ticket in page.tickets] for page in pages] == [["INC1"], ["INC2"]]
