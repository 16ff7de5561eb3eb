"""What a run takes grows with what is to be done, not with all that is known."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.errors import Unavailable
from connectors.interface import CommentWrite, Outcome, Receipt, Write
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import DAY, HOUR
from slabridge.exit import Exit
from slabridge.state import State, Transaction, followed, open_tickets, tickets, waking
from tests.slabridge.run.job import NOON, Job, tally
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.making import judge, save, ticket


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.of(str(tmp_path / "state.db"))
    yield opened
    opened.close()


def plans(state: State) -> list[str]:
    """Return how SQLite looks for the tickets that a run asks for."""
    asked: list[tuple[str, tuple[object, ...]]] = []

    def note(*event: object) -> None:
        _, _, statement, parameters, *_ = event
        asked.append((statement, parameters))  # type: ignore[arg-type]

    with state.begin() as transaction:
        sa.event.listen(transaction, "before_cursor_execute", note)
        tickets.pending(Transaction(transaction, "snow"), "", 10)
        open_tickets.ids(Transaction(transaction, "snow"))
        followed.unread(Transaction(transaction, "snow"), 2)
        waking.to_reread(Transaction(transaction, "snow"), 1_000, 2)
        waking.mark_due(Transaction(transaction, "snow"), 1_000)
        sa.event.remove(transaction, "before_cursor_execute", note)
        rows = [transaction.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all() for text, given in asked]
    return ["; ".join(step.detail for step in steps) for steps in rows]


def test_a_run_looks_at_no_ticket_that_it_has_nothing_to_do_with(state: State) -> None:
    found = plans(state)
    indexes = ("ticket_pending", "ticket_open", "ticket_open", "link_other", "ticket_wake", "ticket_wake")
    for plan, index in zip(found, indexes, strict=True):
        assert f"USING INDEX {index} " in plan
        assert "B-TREE" not in plan  # nothing is sorted either


@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_what_is_due_comes_in_parts_of_which_none_is_left_out(
    state: State, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(tickets, "AT_ONCE", at_once)
    save(state, *(ticket(str(n)) for n in range(7)))
    judge(state, "1", "3", "5", next_change_at=500)
    judge(state, "2", "4", next_change_at=400)
    judge(state, "6", next_change_at=501)
    found: list[str] = []
    after = waking.FIRST
    with state.begin() as transaction:
        while part := waking.to_reread(Transaction(transaction, "snow"), 500, 2, after):
            assert len(part) <= at_once
            found += [due.id for due in part]
            after = part[-1]
    assert found == ["2", "4", "1", "3", "5"]


def test_the_census_and_what_is_due_read_every_ticket_also_in_parts_of_one(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "AT_ONCE", 1)
    job.run_at(NOON)
    with monkeypatch.context() as patch:
        for kind in (ServiceNow, Jira):
            patch.setattr(kind, "changed", lambda *_: iter(()))
            patch.setattr(kind, "touched", lambda *_: iter(()))
        report = job.run_at(NOON + DAY)
    assert [one.pulled for one in report.tallies] == [2, 2]  # the open and the waiting one


def test_what_fields_were_written_before_the_tool_failed_is_known(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    write = ServiceNow.write

    def failing(self: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        yield from write(self, writes[:1])
        raise Unavailable("down")

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", failing)
        report = job.run_at(NOON)
    assert tally(report, "snow").fields_written > 0
    with_told = "SELECT count(*) FROM ticket WHERE connection = 'snow' AND last_written <> '{}'"
    state = State.of(str(job.state_file))
    with state.begin() as transaction:
        assert transaction.exec_driver_sql(with_told).scalar_one() == 1
    state.close()
    assert job.run().exit_code is Exit.COMPLETE
    Truth().check(job)


def test_receipts_of_fields_are_committed_together_and_of_comments_one_by_one(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[State] = []
    seen: list[tuple[int, int, int]] = []
    begin = State.begin

    def counting(self: State) -> object:
        begun.append(self)
        return begin(self)

    def applied(_: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        before = len(begun)
        for one in writes:
            yield Receipt(one, Outcome.APPLIED)
        comments = sum(isinstance(one, CommentWrite) for one in writes)
        seen.append((len(writes), comments, len(begun) - before))

    monkeypatch.setattr(State, "begin", counting)
    monkeypatch.setattr(ServiceNow, "write", applied)
    job.run_at(NOON)
    job.run_at(NOON + HOUR)
    assert [(comments > 0, commits) for _, comments, commits in seen] == [(False, 0), (True, seen[1][0])]
