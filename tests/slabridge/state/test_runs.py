"""Where connections stand, and what runs did."""

import pytest
import sqlalchemy as sa

from sla_engine.instant import DAY, HOUR
from slabridge.state import State, Transaction, connections, runs, schema


def test_where_a_connection_stands_is_kept_part_by_part(state: State) -> None:
    with state.begin() as transaction:
        assert connections.standing(Transaction(transaction, "snow")) == connections.Standing()
        connections.set_changed(Transaction(transaction, "snow"), {"updated": "2026"})
        connections.set_touched(Transaction(transaction, "snow"), {"n": 1})
        connections.set_fields(Transaction(transaction, "snow"), {"b", "a"})
        connections.set_judged_by(Transaction(transaction, "snow"), "abc")
        connections.set_as_of(Transaction(transaction, "snow"), 7)
        found = connections.standing(Transaction(transaction, "snow"))
    assert found == connections.Standing(
        {"updated": "2026"}, {"n": 1}, frozenset({"a", "b"}), "abc", 7, accepted_by="abc"
    )


def test_a_run_records_how_it_ended_and_the_versions_of_holidays_and_time_zones(state: State) -> None:
    with state.begin() as transaction:
        number = runs.begin(transaction)
        assert runs.begin(transaction) == number + 1
        runs.finish(transaction, number, 3, {"connections": []})
        row = transaction.execute(sa.select(schema.run).where(schema.run.c.id == number)).one()
    assert row.exit_code == 3
    assert row.finished_at >= row.started_at
    assert '"holidays"' in row.summary
    assert '"tzdata"' in row.summary
    assert '"connections": []' in row.summary


def test_the_latest_runs_come_first_and_those_of_long_ago_are_forgotten(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch, state.begin() as transaction:
        patch.setattr("slabridge.state.runs.time.time_ns", lambda: 10**15)
        first = runs.begin(transaction)
        runs.finish(transaction, first, 0, {"connections": [{"connection": "snow", "calls": 3}]})
        assert [(run.number, run.exit_code, run.connections) for run in runs.latest(transaction, 9)] == [
            (first, 0, [{"connection": "snow", "calls": 3}])
        ]
    with state.begin() as transaction:
        second = runs.begin(transaction)
        third = runs.begin(transaction)
        assert first < second < third
        assert [run.number for run in runs.latest(transaction, 9)] == [third, second]
        assert [run.number for run in runs.latest(transaction, 1)] == [third]


def test_a_run_by_a_clock_that_was_set_back_since_uses_up_no_hour(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(calls: int) -> None:
        with state.begin() as transaction:
            tally = {"connection": "snow", "calls": calls}
            runs.finish(transaction, runs.begin(transaction), 0, {"connections": [tally]})

    now = runs._now()
    with monkeypatch.context() as patch:
        patch.setattr(runs, "_now", lambda: now + 1000 * DAY)
        made(500)
    made(3)
    with state.begin() as transaction:
        assert runs.calls_within(transaction, HOUR) == {"snow": 3}


def test_how_long_a_tool_was_not_reached_is_looked_up_no_further_back_than_enough(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = runs._now()
    monkeypatch.setattr(runs, "_AT_ONCE", 2)
    with state.begin() as transaction:
        for ago in range(10, 0, -1):
            with monkeypatch.context() as patch:
                patch.setattr(runs, "_now", lambda at=now - ago * HOUR: at)
                tally = {"connection": "snow", "calls": 1, "as_of": None}
                runs.finish(transaction, runs.begin(transaction), 4, {"connections": [tally]})
        monkeypatch.setattr(runs, "_now", lambda: now)
        assert runs.unreached(transaction, "snow", DAY) == 10 * HOUR
        assert runs.unreached(transaction, "snow", 3 * HOUR) == 4 * HOUR, "as far as it had read"
