"""What no history tells: changes that only our own pulls saw."""

from connectors.interface import NativeEntry, NativeTicket, Value
from slabridge.ticket.observed import observed

READ, AS_OF = 1_000, 2_000


def held(code: str, name: str = "") -> tuple[Value, ...]:
    return (Value(code, name or code),) if code else ()


def entry(at: int, before: str, after: str, field: str = "state") -> NativeEntry:
    return NativeEntry(at, "alice", {field: (held(before), held(after))})


def ticket(state: str, *history: NativeEntry, updated: int = 0, seen: tuple[NativeEntry, ...] = ()) -> NativeTicket:
    return NativeTicket("1", "INC1", 0, updated, {"state": held(state)}, history=history, observed=seen)


def unseen(at: int, before: str, after: str) -> NativeEntry:
    return NativeEntry(at, "", {"state": (held(before), held(after))})


def test_a_change_without_history_is_seen_between_two_pulls_at_the_tickets_last_update() -> None:
    now = observed(ticket("1"), ticket("2", updated=1_500), READ, AS_OF)
    assert now.observed == (unseen(1_500, "1", "2"),)


def test_where_the_last_update_does_not_lie_between_the_pulls_the_change_is_taken_at_the_present() -> None:
    for updated in (READ, READ - 1, AS_OF + 1):
        assert observed(ticket("1"), ticket("2", updated=updated), READ, AS_OF).observed == (unseen(AS_OF, "1", "2"),)


def test_what_the_history_tells_is_not_told_twice() -> None:
    assert observed(ticket("1"), ticket("2", entry(1_500, "1", "2")), READ, AS_OF).observed == ()


def test_what_was_seen_before_stays() -> None:
    before = ticket("2", seen=(unseen(500, "1", "2"),))
    assert observed(before, ticket("2"), READ, AS_OF).observed == (unseen(500, "1", "2"),)
    assert observed(before, ticket("3"), READ, AS_OF).observed == (unseen(500, "1", "2"), unseen(AS_OF, "2", "3"))


def test_a_history_that_comes_late_replaces_what_was_seen_from_its_instant_on() -> None:
    before = ticket("3", seen=(unseen(500, "1", "2"), unseen(900, "2", "3")))
    assert observed(before, ticket("3", entry(880, "2", "3")), READ, AS_OF).observed == (unseen(500, "1", "2"),)


def test_another_name_for_the_same_code_is_no_change() -> None:
    renamed = NativeTicket("1", "INC1", 0, 1_500, {"state": held("1", "Nouveau")})
    assert observed(ticket("1"), renamed, READ, AS_OF).observed == ()


def test_a_field_that_is_read_for_the_first_time_or_no_more_is_no_change() -> None:
    bare = NativeTicket("1", "INC1", 0, 1_500, {})
    assert observed(bare, ticket("1"), READ, AS_OF).observed == ()
    assert observed(ticket("1"), bare, READ, AS_OF).observed == ()


def test_what_the_connector_saw_is_taken_once_and_keeps_its_instant() -> None:
    history = entry(100, "1", "2")
    gone = ticket("", history, updated=1_500, seen=(unseen(1_500, "2", ""),))
    assert observed(ticket("", history), gone, READ, AS_OF).observed == (unseen(1_500, "2", ""),)
    earlier = ticket("", history, seen=(unseen(700, "2", ""),))
    assert observed(earlier, gone, READ, AS_OF).observed == (unseen(700, "2", ""),)
    assert observed(ticket("2", history), gone, READ, AS_OF).observed == (unseen(1_500, "2", ""),)


def test_what_the_connector_saw_after_the_field_had_come_back_is_taken_too() -> None:
    first, back = entry(100, "1", "2"), entry(900, "", "3")
    before = ticket("", first, seen=(unseen(700, "2", ""),))
    now = ticket("", first, back, updated=1_500, seen=(unseen(1_500, "3", ""),))
    assert observed(before, now, READ, AS_OF).observed == (unseen(700, "2", ""), unseen(1_500, "3", ""))
