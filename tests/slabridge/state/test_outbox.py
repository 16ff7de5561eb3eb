"""The outbox: no comment twice."""

import pytest

from connectors.interface import CommentWrite
from slabridge.state import State, Transaction, outbox


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
        assert outbox.unclear(Transaction(transaction, "snow"), 999) == []
        assert outbox.unclear(Transaction(transaction, "jira"), 1_000) == []
        assert outbox.unclear(Transaction(transaction, "snow"), 1_000) == [
            ("1", "a.b#1 breached"),
            ("2", "a.b#1 breached"),
        ]


def test_a_lost_comment_that_is_sent_again_is_under_way_again(state: State) -> None:
    with state.begin() as transaction:
        outbox.sending(Transaction(transaction, "snow"), [comment()], 1_000)
        outbox.became(Transaction(transaction, "snow"), "1", ["a.b#1 breached"], outbox.LOST)
        outbox.sending(Transaction(transaction, "snow"), [comment()], 2_000)
        assert outbox.unclear(Transaction(transaction, "snow"), 1_999) == []
        assert outbox.unclear(Transaction(transaction, "snow"), 2_000) == [("1", "a.b#1 breached")]
