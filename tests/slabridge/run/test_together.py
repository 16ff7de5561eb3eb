"""Pages that come quickly are kept together, and none of what came is lost."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Unavailable
from connectors.interface import NativeTicket, Page, Skipped
from slabridge.run import together as module
from slabridge.run.together import together


def page(number: int, ids: list[int]) -> Page:
    tickets = tuple(NativeTicket(str(id_), f"INC{id_}", 0, number, {}) for id_ in ids)
    return Page(tickets, {"number": number}, (Skipped(f"s{number}", "", "odd"),), (f"g{number}",))


PAGES = st.lists(st.lists(st.integers(0, 30), unique=True, max_size=6), max_size=12)


@given(PAGES, st.booleans())
def test_all_comes_in_its_order_with_the_last_cursor_and_no_ticket_twice_in_one(
    ids: list[list[int]], fails: bool
) -> None:
    pages = [page(n, its) for n, its in enumerate(ids)]

    def coming() -> Iterator[Page]:
        yield from pages
        if fails:
            raise Unavailable("down")

    found: list[Page] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TICKETS", 10)
        try:
            found.extend(together(coming()))
        except Unavailable:
            assert fails
    for name in ("tickets", "skipped", "gone"):
        assert [x for one in found for x in getattr(one, name)] == [x for one in pages for x in getattr(one, name)]
    for one in found:
        its = [ticket.id for ticket in one.tickets]
        assert len(set(its)) == len(its)
        last = max((ticket.updated for ticket in one.tickets), default=-1)
        assert one.cursor["number"] >= last  # a cursor never stands for what is not kept with it, or before it
    assert [one.cursor["number"] for one in found] == sorted({one.cursor["number"] for one in found})
    assert not pages or found[-1].cursor == pages[-1].cursor


def test_a_page_that_waits_for_long_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1_000, 11))
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    assert list(together(iter([page(1, [1]), page(2, [2])]))) == [page(1, [1]), page(2, [2])]
