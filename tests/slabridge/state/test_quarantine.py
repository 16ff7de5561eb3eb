"""Tickets in quarantine."""

from connectors.interface import CommentWrite
from slabridge.state import State, Transaction, outbox, quarantine, tickets
from slabridge.state.quarantine import Quarantined, QuarantineEntry
from tests.slabridge.state.making import judge, pending, save, ticket


def put(state: State, *items: Quarantined, now: int = 10, connection: str = "snow") -> None:
    with state.begin() as transaction:
        quarantine.put(Transaction(transaction, connection), items, now)


def listed(state: State) -> list[QuarantineEntry]:
    with state.reading() as transaction:
        return quarantine.listed(transaction)


def ask(state: State, key: str | None = None) -> int:
    with state.begin() as transaction:
        return quarantine.ask(transaction, key)


def test_the_quarantine_keeps_the_first_time_and_the_latest_reason(state: State) -> None:
    put(state, Quarantined("1", "INC1", "old"), Quarantined("2", "INC2", "odd"), now=10)
    put(state, Quarantined("1", "INC1", "new"), now=20)
    put(state, Quarantined("1", "SD-1", "other"), now=15, connection="jira")
    assert listed(state) == [
        QuarantineEntry("snow", "1", "INC1", "new", 10, 20, None, False),
        QuarantineEntry("jira", "1", "SD-1", "other", 15, 15, None, False),
        QuarantineEntry("snow", "2", "INC2", "odd", 10, 10, None, False),
    ]
    with state.reading() as transaction:
        assert quarantine.count(transaction) == {"snow": 2, "jira": 1}
        assert quarantine.oldest(transaction) == {"snow": 10, "jira": 15}
        assert [entry.id for entry in quarantine.listed(transaction, limit=1)] == ["1"]


def test_a_ticket_that_went_through_begins_anew_when_it_is_quarantined_again(state: State) -> None:
    put(state, Quarantined("1", "INC1", "old"), Quarantined("2", "INC2", "odd"), now=10)
    with state.begin() as transaction:
        quarantine.release(Transaction(transaction, "snow"), ["1", "3"])
        quarantine.release(Transaction(transaction, "jira"), ["2"])
    put(state, Quarantined("1", "INC1", "new"), now=20)
    assert [(entry.id, entry.first_at) for entry in listed(state)] == [("1", 20), ("2", 10)]


def test_the_payload_that_was_quarantined_is_known_by_its_digest(state: State) -> None:
    save(state, ticket("1"))
    put(state, Quarantined("1", "INC1", "odd"), Quarantined("2", "INC2", "not readable"))
    save(state, ticket("1", status="2"))
    put(state, Quarantined("1", "INC1", "odd"), connection="jira")
    first, second, third = sorted(listed(state), key=lambda entry: (entry.connection, entry.id))
    assert first.digest is None  # of another connection
    assert second.digest is not None
    assert third.digest is None
    put(state, Quarantined("1", "INC1", "odd"))
    changed = {(entry.connection, entry.id): entry.digest for entry in listed(state)}["snow", "1"]
    assert changed not in (None, second.digest)


def test_what_is_asked_for_is_read_and_judged_anew_until_it_is_quarantined_again(state: State) -> None:
    save(state, ticket("1"), ticket("2"), ticket("3"))
    judge(state, "1", "2", "3")
    put(
        state,
        Quarantined("1", "INC1", "odd"),
        Quarantined("2", "INC2", "odd"),
        Quarantined("4", "INC4", "not readable"),
    )
    assert ask(state, "INC404") == 0
    assert pending(state) == []
    assert ask(state, "INC1") == 1
    assert pending(state) == ["1"]
    assert ask(state, "4") == 1
    with state.reading() as transaction:
        assert quarantine.asked(Transaction(transaction, "snow")) == ["1", "4"]
        assert quarantine.asked(Transaction(transaction, "jira")) == []
    assert ask(state) == 3
    assert pending(state) == ["1", "2"]
    put(state, Quarantined("4", "INC4", "still not"))
    with state.reading() as transaction:
        assert quarantine.asked(Transaction(transaction, "snow")) == ["1", "2"]


def test_a_ticket_that_is_gone_is_not_judged_again_when_it_is_asked_for(state: State) -> None:
    save(state, ticket("1"))
    save(state, gone=("1",))
    put(state, Quarantined("1", "INC1", "odd"))
    assert ask(state) == 1
    assert pending(state) == []
    with state.begin() as transaction:
        assert tickets.load(Transaction(transaction, "snow"), ["1"]) == []


def test_a_refused_comment_may_be_told_again_once_somebody_asks(state: State) -> None:
    marker = "a.b#1 breached"
    with state.begin() as transaction:
        for identity, became in (("1", outbox.REFUSED), ("2", outbox.POSTED), ("3", outbox.REFUSED)):
            outbox.sending(
                Transaction(transaction, "snow"), [CommentWrite(identity, f"INC{identity}", (marker,), "text")], 1
            )
            outbox.became(Transaction(transaction, "snow"), identity, [marker], became)
    put(state, Quarantined("1", "INC1", "refused"), Quarantined("2", "INC2", "odd"))
    ask(state)
    with state.reading() as transaction:
        found = outbox.posted(Transaction(transaction, "snow"), ["1", "2", "3"])
    assert [identity for identity, of in sorted(found.items()) if marker in of.markers] == ["2", "3"]


def test_more_than_one_statement_takes_can_be_quarantined_and_released(state: State) -> None:
    many = [Quarantined(str(n), f"INC{n}", "odd") for n in range(1_100)]
    put(state, *many)
    with state.begin() as transaction:
        quarantine.release(Transaction(transaction, "snow"), [item.id for item in many[:1_099]])
    assert [entry.id for entry in listed(state)] == ["1099"]


def test_a_ticket_is_called_by_the_key_that_is_known_of_it_and_asked_for_by_that(state: State) -> None:
    save(state, ticket("1"))
    put(state, Quarantined("1", "1", "could not be read"), Quarantined("2", "2", "never read"))
    assert {entry.key for entry in listed(state)} == {"INC1", "2"}
    with state.reading() as transaction:
        found = quarantine.of(transaction, "snow", "1")
        assert found is not None
        assert (found.key, found.reason) == ("INC1", "could not be read")
        assert quarantine.of(transaction, "jira", "1") is None
    assert ask(state, "INC1") == 1
    assert {entry.key for entry in listed(state) if entry.asked} == {"INC1"}
