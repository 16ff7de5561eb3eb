import threading
from collections.abc import Sequence
from contextlib import closing

import pytest

from connectors.errors import ConnectorError, Halted, Refused, Spaced, Unavailable
from connectors.interface import CommentWrite, Outcome, Receipt, Write
from connectors.parallel import Lanes
from connectors.receipts import receipts
from tests.patience import PATIENCE


def writes(*ids: str) -> list[Write]:
    return [CommentWrite(id_, f"K-{id_}", (str(n),), "x") for n, id_ in enumerate(ids)]


def collect(
    given: Sequence[Write], outcomes: dict[str, Outcome | ConnectorError], at_once: int
) -> tuple[list[Receipt], list[str], ConnectorError | None]:
    """Return the receipts, the ids sent, and the error at the end."""
    sent: list[str] = []

    def apply(write: Write) -> Receipt:
        sent.append(write.id)
        outcome = outcomes.get(write.id, Outcome.APPLIED)
        if isinstance(outcome, ConnectorError):
            raise outcome
        return Receipt(write, outcome)

    found: list[Receipt] = []
    with closing(Lanes(at_once, "lane")) as lanes:
        try:
            found.extend(receipts("tool", given, apply, lanes))
        except ConnectorError as error:
            return found, sent, error
        return found, sent, None


@pytest.mark.parametrize("at_once", [1, 2, 4])
@pytest.mark.parametrize("error", [Unavailable("down"), Halted("over"), Refused("expired", status=401)])
def test_what_has_no_receipt_when_an_error_is_raised_was_not_sent(error: ConnectorError, at_once: int) -> None:
    given = writes("a", "b", "c", "d", "e", "f", "g", "h")
    found, sent, raised = collect(given, {"c": error}, at_once)
    assert raised is error
    assert [receipt.write for receipt in found] == list(given[: len(found)])
    assert sorted(sent) == [receipt.write.id for receipt in found]
    assert found[2].outcome is Outcome.FAILED
    assert len(found) < len(given)


def test_too_many_writes_on_one_ticket_stop_no_other() -> None:
    found, sent, raised = collect(writes("a", "b", "c"), {"b": Spaced("slow down")}, 2)
    assert [receipt.outcome for receipt in found] == [Outcome.APPLIED, Outcome.FAILED, Outcome.APPLIED]
    assert raised is None
    assert len(sent) == 3


@pytest.mark.parametrize("at_once", [1, 3])
def test_three_writes_in_a_row_without_a_clear_answer_end_them(at_once: int) -> None:
    unclear = dict.fromkeys("bcdefghij", Outcome.UNCLEAR)
    found, sent, raised = collect(writes(*"abcdefghij"), dict(unclear), at_once)
    assert isinstance(raised, Unavailable)
    assert "3 writes in a row" in str(raised)
    assert len(found) == len(sent) < 10
    again, _, none = collect(writes(*"abcde"), {"a": Outcome.UNCLEAR, "b": Outcome.UNCLEAR, "e": Outcome.UNCLEAR}, 1)
    assert none is None
    assert len(again) == 5


def test_writes_of_one_ticket_follow_each_other_and_those_of_others_overlap() -> None:
    under_way: list[str] = []
    most: list[int] = []
    together = threading.Barrier(2, timeout=PATIENCE)

    def apply(write: Write) -> Receipt:
        assert write.id not in under_way
        under_way.append(write.id)
        together.wait()
        most.append(len(under_way))
        together.wait()
        under_way.remove(write.id)
        return Receipt(write, Outcome.APPLIED)

    with closing(Lanes(4, "lane")) as lanes:
        given = writes("a", "b", "a", "b")
        assert [receipt.write for receipt in receipts("tool", given, apply, lanes)] == given
    assert set(most) == {2}
