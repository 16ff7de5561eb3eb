"""The values that tickets hold and ever held."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from connectors.interface import NativeTicket
from slabridge.ticket.values import count_values, values_of
from tests.slabridge.ticket.test_mapping import natives


@given(st.lists(natives(), max_size=6))
def test_values_of_many_tickets_are_counted_as_those_of_each(tickets: list[NativeTicket]) -> None:
    one_by_one = Counter(value for ticket in tickets for value in values_of(ticket))
    assert count_values(tickets) == one_by_one
