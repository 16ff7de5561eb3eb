"""What the state keeps of tickets."""

import zlib

import orjson
import pytest

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Value
from slabridge.state import Damaged, State, Transaction, connections, followed, open_tickets, tickets, waking
from slabridge.state.codec import decode, encode
from slabridge.ticket.known import Evaluated
from tests.slabridge.run.making import result
from tests.slabridge.state.making import NOW, judge, kept, known, pending, save, ticket

MANY = 1_100
"""More than one statement takes."""


def test_a_ticket_comes_back_as_it_was_saved_but_for_updated(state: State) -> None:
    saved = ticket(updated=99)
    assert save(state, saved) == 1
    with state.begin() as transaction:
        (found,) = tickets.pending(Transaction(transaction, "snow"), "", 10).known
    assert found.native == ticket(updated=0)
    assert found.last_written == {}


def test_the_same_content_again_is_no_change_and_another_is(state: State) -> None:
    save(state, ticket())
    judge(state, "1")
    assert save(state, ticket(updated=5), run=2) == 0
    assert pending(state) == []
    assert save(state, ticket(status="2"), run=3) == 1
    assert pending(state) == ["1"]


def test_a_ticket_that_waits_to_be_evaluated_goes_on_waiting_when_it_is_read_again(state: State) -> None:
    save(state, ticket())
    save(state, ticket())
    assert pending(state) == ["1"]


@pytest.mark.parametrize(
    "other",
    [
        ticket(history=()),
        ticket(comments=()),
        ticket(written={"u_due": "y", "u_status": None}),
        ticket(fields={}),
    ],
    ids=["history", "comments", "what we write", "fields"],
)
def test_each_part_of_a_ticket_can_change(state: State, other: NativeTicket) -> None:
    save(state, ticket())
    assert save(state, other) == 1


def test_comments_keep_their_markers_and_one_alone_the_form_that_it_always_had(state: State) -> None:
    none, single, several = (
        NativeComment(7, "us", "system", public=False, markers=markers) for markers in ((), ("a",), ("a", "b"))
    )
    saved = ticket(comments=(none, single, several))
    _, payload, _ = encode(saved)
    assert [plain[4] for plain in orjson.loads(payload[:-4])["comments"]] == [None, "a", ["a", "b"]]
    save(state, saved)
    with state.begin() as transaction:
        (found,) = tickets.load(Transaction(transaction, "snow"), ["1"])
    assert found.native.comments == (none, single, several)


@pytest.mark.parametrize("length", [10, 1_000, 2_500])
def test_short_tickets_stand_as_they_are_and_long_ones_compressed_and_both_come_back(state: State, length: int) -> None:
    saved = ticket(fields={"text": (Value("1", "é" * length),)})
    _, payload, _ = encode(saved)
    assert payload.startswith(b'{"') == (length < 1_000)
    save(state, saved)
    with state.begin() as transaction:
        (found,) = tickets.load(Transaction(transaction, "snow"), ["1"])
    assert found.native == saved


def test_what_an_earlier_version_compressed_is_read() -> None:
    saved = ticket()
    assert decode(zlib.compress(encode(saved).payload[:-4], 1)) == saved


def test_no_part_of_a_ticket_can_be_damaged_without_being_noticed() -> None:
    whole = encode(ticket()).payload
    for place in range(len(whole)):
        for damaged in (whole[:place], whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]):
            with pytest.raises(Damaged):
                decode(damaged)


def test_a_digest_is_what_earlier_versions_gave_so_that_no_ticket_counts_as_changed_after_an_upgrade() -> None:
    odd = (Value("2", 'Två \u2028 "x"\n'),)
    changes = {"state": ((), odd), "b": (odd, ())}
    fields = {"state": odd, "b": (), "å": (Value("a", "A"), Value("b", "B"))}
    comments = (
        NativeComment(8, "bob", "agent", public=True),
        NativeComment(9, "us", "system", public=False, markers=("m", "n"), id="c1", person="p"),
    )
    native = ticket(
        fields=fields,
        history=(NativeEntry(7, "alice", changes),),
        comments=comments,
        observed=(NativeEntry(8, "", changes),),
        ours=frozenset({"u_due"}),
        keys=("INC0",),
    )
    assert encode(native).digest == "1fadf165e36da8bc7f94115742bde7e0"


def test_tickets_wait_in_the_order_of_their_ids_and_come_in_batches(state: State) -> None:
    ids = [f"{n:05}" for n in range(MANY)]
    assert save(state, *(ticket(identity) for identity in reversed(ids))) == MANY
    assert save(state, *(ticket(identity) for identity in ids)) == 0
    with state.begin() as transaction:
        first = [known.native.id for known in tickets.pending(Transaction(transaction, "snow"), "", 1_000).known]
        rest = [known.native.id for known in tickets.pending(Transaction(transaction, "snow"), first[-1], 1_000).known]
    assert first + rest == ids


def test_connections_do_not_see_each_others_tickets(state: State) -> None:
    save(state, ticket())
    with state.begin() as transaction:
        assert tickets.pending(Transaction(transaction, "jira"), "", 10).known == []
        assert kept(Transaction(transaction, "jira"), ticket()) == 1
        assert (known(transaction, "jira"), known(transaction, "snow")) == (1, 1)
        assert [name for name, _ in tickets.find(transaction, "INC1")] == ["jira", "snow"]


def test_an_evaluated_ticket_goes_on_waiting_until_what_came_of_it_was_written(state: State) -> None:
    save(state, ticket())
    with state.begin() as transaction:
        tickets.evaluated(Transaction(transaction, "snow"), 100, [Evaluated("1", [result(next_change_at=500)])])
    assert pending(state) == ["1"]


def test_a_settled_ticket_waits_no_more_until_its_next_change_or_a_call(state: State) -> None:
    save(state, ticket("1"), ticket("2"), ticket("3"))
    judge(state, "1", "2", next_change_at=500)
    judge(state, "3", is_open=False)
    assert pending(state) == []
    with state.begin() as transaction:
        assert open_tickets.ids(Transaction(transaction, "snow")) == ["1", "2"]
        assert waking.to_reread(Transaction(transaction, "snow"), 499, 2) == []
        assert waking.to_reread(Transaction(transaction, "snow"), 500, 2) == [(500, "1"), (500, "2")]
        assert waking.to_reread(Transaction(transaction, "snow"), 500, 1) == []  # this run read them already
        assert followed.among(Transaction(transaction, "snow"), ["1", "3", "4"], 2) == ["1"]
        waking.mark_due(Transaction(transaction, "snow"), 499)
    assert pending(state) == []
    with state.begin() as transaction:
        waking.mark_due(Transaction(transaction, "snow"), 500)
    assert pending(state) == ["1", "2"]
    with state.begin() as transaction:
        tickets.mark_pending(Transaction(transaction, "snow"), ["3"])
    assert pending(state) == ["1", "2", "3"]


def test_what_we_wrote_is_known_as_told_and_as_held_so_that_reading_it_back_is_no_change(state: State) -> None:
    with state.begin() as transaction:
        connections.set_as_of(Transaction(transaction, "snow"), NOW)
    save(state, ticket())
    with state.begin() as transaction:
        (known,) = tickets.pending(Transaction(transaction, "snow"), "", 10).known
        tickets.wrote(Transaction(transaction, "snow"), known, {"u_status": "Breached"})
    with state.begin() as transaction:
        ((_, known),) = tickets.find(transaction, "INC1")
    assert known.last_written == {"u_status": "Breached"}
    assert known.native.written == {"u_due": "x", "u_status": "Breached"}
    assert save(state, ticket(written={"u_due": "x", "u_status": "Breached"})) == 0
    with state.begin() as transaction:
        tickets.wrote(Transaction(transaction, "snow"), known, {"u_due": None})
        ((_, known),) = tickets.find(transaction, "1")
    assert known.last_written == {"u_status": "Breached", "u_due": None}


def test_a_ticket_that_is_gone_is_left_alone_and_taken_up_when_it_is_back(state: State) -> None:
    save(state, ticket())
    judge(state, "1", next_change_at=500)
    save(state, gone=("1", "unknown"))
    with state.begin() as transaction:
        assert tickets.mark_all_pending(Transaction(transaction, "snow")) == 0
        waking.mark_due(Transaction(transaction, "snow"), 500)
        assert open_tickets.ids(Transaction(transaction, "snow")) == []
        assert waking.to_reread(Transaction(transaction, "snow"), 500, 2) == []
    assert pending(state) == []
    assert save(state, ticket(), run=2) == 1
    assert pending(state) == ["1"]
    with state.begin() as transaction:
        assert open_tickets.ids(Transaction(transaction, "snow")) == ["1"]
