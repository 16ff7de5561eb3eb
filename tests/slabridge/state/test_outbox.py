"""The outbox: no comment twice."""

import pytest

from connectors.interface import CommentWrite
from slabridge.state import State, Transaction, outbox, tickets, waking
from slabridge.ticket.posted import Posted
from tests.slabridge.state.making import save, ticket


def comment(marker: str = "a.b#1 breached", identity: str = "1") -> CommentWrite:
    return CommentWrite(identity, f"INC{identity}", (marker,), "text")


def markers(state: State) -> list[tuple[str, str]]:
    with state.begin() as transaction:
        found = outbox.posted(Transaction(transaction, "snow"), ["1", "2"])
    return [(ticket, marker) for ticket, of in found.items() for marker in sorted(of.markers)]


@pytest.mark.parametrize(
    ("became", "again"), [(None, False), (outbox.POSTED, False), (outbox.REFUSED, False), (outbox.LOST, True)]
)
def test_a_comment_is_told_again_only_when_it_is_certain_that_it_was_lost(
    state: State, became: str | None, again: bool
) -> None:
    with state.begin() as transaction:
        outbox.sending(Transaction(transaction, "snow"), [comment()], 1_000)
        if became is not None:
            outbox.became(Transaction(transaction, "snow"), "1", ["a.b#1 breached"], became, "why")
    assert markers(state) == ([] if again else [("1", "a.b#1 breached")])


def test_a_comment_without_an_outcome_is_unclear_once_it_has_settled(state: State) -> None:
    with state.begin() as transaction:
        outbox.sending(
            Transaction(transaction, "snow"), [comment(), comment("a.b#2 breached"), comment(identity="2")], 1_000
        )
        outbox.became(Transaction(transaction, "snow"), "1", ["a.b#2 breached"], outbox.POSTED)
        assert outbox.unclear(Transaction(transaction, "snow"), 999) == {}
        assert outbox.unclear(Transaction(transaction, "jira"), 1_000) == {}
        assert outbox.unclear(Transaction(transaction, "snow"), 1_000) == {
            "1": {"a.b#1 breached"},
            "2": {"a.b#1 breached"},
        }


def test_a_lost_comment_that_is_sent_again_is_under_way_again(state: State) -> None:
    with state.begin() as transaction:
        outbox.sending(Transaction(transaction, "snow"), [comment()], 1_000)
        outbox.became(Transaction(transaction, "snow"), "1", ["a.b#1 breached"], outbox.LOST)
        outbox.sending(Transaction(transaction, "snow"), [comment()], 2_000)
        assert outbox.unclear(Transaction(transaction, "snow"), 1_999) == {}
        assert outbox.unclear(Transaction(transaction, "snow"), 2_000) == {"1": {"a.b#1 breached"}}


def test_all_rows_of_one_comment_are_there_before_it_is_sent_and_each_has_its_own_fate(state: State) -> None:
    joined = CommentWrite("1", "INC1", ("a.b#1 breached", "c.d#1 at_risk"), "text")
    with state.begin() as sql:
        transaction = Transaction(sql, "snow")
        outbox.sending(transaction, [joined], 1_000)
        assert outbox.unclear(transaction, 1_000) == {"1": set(joined.markers)}
        outbox.became(transaction, "1", ["a.b#1 breached"], outbox.POSTED)
        outbox.became(transaction, "1", ["c.d#1 at_risk"], outbox.LOST)
        assert outbox.posted(transaction, ["1"]) == {"1": Posted(frozenset(["a.b#1 breached"]), 1_000)}


HELD = ("a.b#1 breached", "a.b#2 breached")


@pytest.fixture
def holding(state: State) -> State:
    """Give a state in which two comments of a ticket have waited since 500."""
    with state.begin() as sql:
        outbox.hold(Transaction(sql, "snow"), ["1"], [(comment(marker), 2_000) for marker in HELD], 500)
    return state


def test_what_is_held_keeps_since_when_and_falls_away_when_it_is_planned_no_more(holding: State) -> None:
    with holding.begin() as sql:
        transaction = Transaction(sql, "snow")
        assert outbox.posted(transaction, ["1"]) == {"1": Posted(held=dict.fromkeys(HELD, 500))}
        outbox.hold(transaction, ["1"], [(comment(HELD[0]), 3_000)], 1_000)
        assert outbox.posted(transaction, ["1"]) == {"1": Posted(held={HELD[0]: 500})}
        outbox.hold(transaction, ["1"], [], 1_000)
        assert outbox.posted(transaction, ["1"]) == {}


def test_what_was_held_and_could_not_be_sent_yet_is_still_as_old_as_when_it_was_held(holding: State) -> None:
    with holding.begin() as sql:
        transaction = Transaction(sql, "snow")
        outbox.hold(transaction, ["1"], [(comment(marker), None) for marker in HELD], 2_000)
        assert outbox.posted(transaction, ["1"])["1"].held == dict.fromkeys(HELD, 500)
        outbox.sending(transaction, [comment(HELD[0])], 2_000)
        outbox.became(transaction, "1", [HELD[0]], outbox.LOST)
        assert outbox.posted(transaction, ["1"])["1"].held == dict.fromkeys(HELD, 500)


def test_what_is_held_on_a_ticket_that_is_gone_is_forgotten_and_wakes_it_no_more(holding: State) -> None:
    save(holding, ticket("1"))
    with holding.begin() as sql:
        transaction = Transaction(sql, "snow")
        outbox.forget_gone(transaction)
        assert outbox.posted(transaction, ["1"])["1"].held
        tickets.lose(transaction, ["1"])
        outbox.forget_gone(transaction)
        waking.wake(transaction, {"1": 2_000})
        assert outbox.posted(transaction, ["1"]) == {}
        assert waking.to_reread(transaction, 2_000, 9) == []
