"""From a tool's names and codes to the administrator's own."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.interface import NativeEntry, NativeTicket, Value
from slabridge.ticket import mapping
from slabridge.ticket.mapping import Mapper

if TYPE_CHECKING:
    from slabridge.config import Connection

CONNECTION = cast(
    "Connection",
    SimpleNamespace(
        name="snow",
        fields={"status": "state", "team": "group"},
        values={"status": {"1": "open", "On hold": "open", "7": "done"}},
        links=(),
    ),
)

VALUES = st.lists(st.sampled_from([Value("1", "New"), Value("3", "On hold"), Value("7", "Closed"), Value("9", "Odd")]))
CHANGES = st.dictionaries(st.sampled_from(["state", "group", "other"]), st.tuples(VALUES.map(tuple), VALUES.map(tuple)))


@st.composite
def natives(draw: st.DrawFn) -> NativeTicket:
    """Return a ticket that holds and held anything."""
    fields = draw(st.dictionaries(st.sampled_from(["state", "group", "other"]), VALUES.map(tuple)))
    history = tuple(NativeEntry(at, "", changes) for at, changes in enumerate(draw(st.lists(CHANGES, max_size=4))))
    return NativeTicket("1", "INC1", 0, 0, fields, history)


@given(st.lists(natives(), max_size=6))
def test_what_values_are_called_does_not_depend_on_what_was_mapped_before(tickets: list[NativeTicket]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapping, "_REMEMBERED", 2)
        one = Mapper(CONNECTION)
        assert [one.mapped(native) for native in tickets] == [Mapper(CONNECTION).mapped(native) for native in tickets]


def test_values_that_become_one_are_no_change_and_what_nothing_maps_is_named() -> None:
    new, hold, odd = ((Value("1", "New"),), (Value("3", "On hold"),), (Value("9", "Odd"),))
    history = (NativeEntry(1, "", {"state": (new, hold)}), NativeEntry(2, "", {"state": (hold, odd)}))
    mapped = Mapper(CONNECTION).mapped(NativeTicket("1", "INC1", 0, 0, {"state": odd}, history))
    assert [(entry.at, entry.changes) for entry in mapped.ticket.history] == [(2, {"status": (("open",), ("Odd",))})]
    assert mapped.unmapped == {("status", "Odd")}
