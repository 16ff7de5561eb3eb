"""What is counted of a state for its metrics, and what that costs."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sla_engine.instant import HOUR
from slabridge.state import State, Transaction, counters, tickets, waking
from slabridge.state.schema import connection
from slabridge.state.tallied import _open_clocks, tallied
from slabridge.ticket.known import Evaluated
from tests.slabridge.run.making import result
from tests.slabridge.state.making import NOW, save, ticket


@pytest.fixture
def filled(state: State) -> State:
    save(state, *(ticket(str(n)) for n in range(6)))
    open_ones = {
        "0": result(status="on_track", stopped_at=None, due_at=NOW + HOUR),
        "1": result(status="on_track", stopped_at=None, due_at=NOW + HOUR + 1),
        "2": result(status="breached", breached=True, stopped_at=None, due_at=NOW + 1),
        "3": result(status="met", stopped_at=5, due_at=NOW + 1),
        "4": result(status="paused", stage="paused", stopped_at=None, due_at=None),
        "5": result(status="on_track", stopped_at=None, due_at=NOW + 1),
    }
    with state.begin() as sql:
        sql.execute(sa.insert(connection).values(name="snow", as_of=NOW))
        found = [Evaluated(id_, [one]) for id_, one in open_ones.items()]
        tickets.evaluated(Transaction(sql, "snow"), NOW, found)
        tickets.lose(Transaction(sql, "snow"), ["5"])
    return state


def test_open_clocks_are_those_of_tickets_that_are_open_and_there(filled: State) -> None:
    with filled.reading() as sql:
        now = tallied(sql)
    agreement = result().agreement
    assert now.clocks == {(agreement, "on_track"): 2, (agreement, "breached"): 1, (agreement, "paused"): 1}
    assert now.due == {agreement: 1}
    assert now.as_of == {"snow": NOW}


def test_only_open_tickets_are_looked_at_and_their_results_by_the_key() -> None:
    state = State("sqlite://")
    statement = str(_open_clocks("snow", NOW).compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with state.reading() as sql:
        plan = [row.detail for row in sql.execute(sa.text(f"EXPLAIN QUERY PLAN {statement}"))]
    state.close()
    assert "SEARCH result USING INDEX sqlite_autoindex_result_1 (connection=? AND ticket=?)" in plan
    assert "SEARCH ticket USING INDEX ticket_open (connection=?)" in plan


def test_counts_add_up_and_instants_are_the_last(state: State) -> None:
    calls, last = ("slabridge_calls_total", (("host", "x"), ("status", "2xx"))), ("slabridge_last", ())
    for n in (1, 2):
        with state.begin() as sql:
            counters.add(sql, {calls: n + 0.5})
            counters.note(sql, {last: 100.0 * n})
            counters.add(sql, {})
    with state.reading() as sql:
        assert counters.every(sql) == {calls: 4.0, last: 200.0}


def test_the_next_ticket_wakes_after_what_was_due(state: State) -> None:
    save(state, ticket("1"), ticket("2"), ticket("3"))
    with state.begin() as sql:
        own = Transaction(sql, "snow")
        waking.wake(own, {"1": 10, "2": 20, "3": 15})
        tickets.lose(own, ["3"])
        assert [waking.next_wake(own, after) for after in (5, 10, 20)] == [10, 20, None]
        assert waking.next_wake(Transaction(sql, "jira"), 0) is None
