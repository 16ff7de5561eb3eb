"""Which tickets are over: none that waits, or is linked with one that is open; one that is gone, too."""

import pytest
import sqlalchemy as sa

from connectors.interface import CommentWrite
from slabridge.state import State, Transaction, links, outbox, quarantine, retention, schema, tickets
from slabridge.ticket.links import Reference
from tests.slabridge.state.making import NOW, judge, save, ticket

BEFORE = NOW
"""All tickets were quiet by then: `judge` ends their cycles at 1."""


def over(state: State, before: int = BEFORE, spans: list[tuple[int, int]] | None = None) -> list[str]:
    with state.begin() as sql:
        found, _ = retention.over(Transaction(sql, "snow"), before, ["UTC"], spans=spans)
    return sorted(one.id for one in found)


def ended(state: State, *ids: str) -> None:
    save(state, *(ticket(one) for one in ids))
    judge(state, *ids, is_open=False)


def test_what_ended_is_over_and_what_is_open_or_pending_is_not(state: State) -> None:
    ended(state, "1", "2", "3")
    judge(state, "2")
    save(state, ticket("3", status="4"))
    assert over(state) == ["1"]
    assert over(state, before=1) == []


def test_only_what_went_quiet_within_the_spans_is_looked_at(state: State) -> None:
    ended(state, "1")
    assert over(state, spans=[]) == []
    assert over(state, spans=[(0, 1), (2, 10)]) == []
    assert over(state, spans=[(1, 2)]) == ["1"]


@pytest.mark.parametrize(("naming", "named"), [("1", "2"), ("2", "1")])
def test_what_is_linked_with_an_open_ticket_stays_whoever_names_whom(state: State, naming: str, named: str) -> None:
    ended(state, "1", "2", "3")
    judge(state, "2")
    reference = Reference("snow", "id", named)
    with state.begin() as sql:
        transaction = Transaction(sql, "snow")
        links.put(transaction, {naming: {reference: 0}})
        links.resolve(transaction, {("id", named): named})
    assert over(state) == ["3"]
    judge(state, "2", is_open=False)
    assert over(state) == ["1", "2", "3"]


def test_what_a_comment_waits_for_stays(state: State) -> None:
    ended(state, "1", "2")
    comment = CommentWrite("1", "INC1", ("a.b#1 breached",), "late")
    with state.begin() as sql:
        outbox.sending(Transaction(sql, "snow"), [comment], NOW)
    assert over(state) == ["2"]
    with state.begin() as sql:
        outbox.became(Transaction(sql, "snow"), "1", comment.markers, outbox.POSTED)
    assert over(state) == ["1", "2"]


def test_what_is_gone_while_it_was_open_is_over_since_it_was_last_read_and_leaves_no_open_cycle(state: State) -> None:
    save(state, ticket("1"))
    judge(state, "1")
    with state.begin() as sql:
        tickets.lose(Transaction(sql, "snow"), ["1"])
    assert over(state) == []
    assert over(state, before=NOW + 1) == ["1"]
    with state.begin() as sql:
        retention.purge(Transaction(sql, "snow"), ["1"], [])
        left = {table.name: sql.execute(sa.select(table)).all() for table in (schema.ticket, schema.result)}
    assert left == {"ticket": [], "result": []}


def test_of_others_nothing_goes(state: State) -> None:
    ended(state, "1", "2")
    with state.begin() as sql:
        transaction = Transaction(sql, "snow")
        outbox.sending(transaction, [CommentWrite("2", "INC2", ("a.b#1 breached",), "late")], NOW)
        quarantine.put(transaction, [quarantine.Quarantined("2", "INC2", "x")], NOW)
        retention.purge(transaction, ["1"], [])
        assert sql.execute(sa.select(schema.ticket.c.id)).all() == [("2",)]
        assert len(sql.execute(sa.select(schema.outbox)).all()) == 1
        assert len(sql.execute(sa.select(schema.quarantine)).all()) == 1
        assert min(sql.scalars(sa.select(schema.result.c.ticket))) == "2"
