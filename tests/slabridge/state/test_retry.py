"""What becomes of tickets in quarantine: each run that leaves one there is partial, and one that went through is free."""

from collections.abc import Iterator, Sequence

import pytest

from connectors.interface import Outcome, Page, Receipt, Skipped, Write
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import HOUR, MINUTE
from slabridge.exit import Exit
from slabridge.state import State, Transaction, quarantine
from slabridge.state.quarantine import Quarantined, QuarantineEntry
from tests.slabridge.run.job import NOON, TOOLS, Job, tally
from tests.slabridge.run.truth import Truth


def aside(job: Job) -> list[QuarantineEntry]:
    state = State.of(str(job.state_file))
    with state.reading() as transaction:
        entries = quarantine.listed(transaction)
    state.close()
    return entries


def ask(job: Job) -> None:
    state = State.of(str(job.state_file))
    with state.begin() as transaction:
        assert quarantine.ask(transaction) == 1
    state.close()


@pytest.fixture
def hidden(job: Job, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Let one ticket not be readable until the patch is undone."""
    identity = job.ticket("snow", "Open").id
    changed, reread = ServiceNow.changed, ServiceNow.reread

    def without(page: Page) -> Page:
        kept = tuple(ticket for ticket in page.tickets if ticket.id != identity)
        skipped = tuple(Skipped(t.id, t.key, "its history is hidden") for t in page.tickets if t.id == identity)
        return Page(kept, page.cursor, skipped, page.gone)

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "changed", lambda self, cursor: map(without, changed(self, cursor)))
        patch.setattr(ServiceNow, "reread", lambda self, ids: map(without, reread(self, ids)))
        yield patch


def test_a_ticket_that_cannot_be_read_makes_each_run_partial_until_it_is_asked_for_and_goes_through(
    job: Job, hidden: pytest.MonkeyPatch
) -> None:
    for instant in (NOON, NOON + HOUR):  # the second run does not even see it
        report = job.run_at(instant)
        assert report.exit_code is Exit.PARTIAL
        assert tally(report, "snow").quarantined == 1
    (entry,) = aside(job)
    assert (entry.first_at, entry.reason) == (NOON, "its history is hidden")
    ask(job)
    assert job.run_at(NOON + 2 * HOUR).exit_code is Exit.PARTIAL
    (entry,) = aside(job)
    assert (entry.first_at, entry.last_at, entry.asked) == (NOON, NOON + 2 * HOUR, False)
    hidden.undo()
    assert job.run_at(NOON + 3 * HOUR).exit_code is Exit.PARTIAL  # nobody asked
    ask(job)
    assert job.run_at(NOON + 4 * HOUR).exit_code is Exit.COMPLETE
    assert aside(job) == []


def test_a_ticket_whose_write_is_refused_keeps_since_when_and_leaves_when_it_is_taken(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        return (Receipt(write, Outcome.REFUSED, "no such choice") for write in writes)

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", refuse)
        assert job.run_at(NOON).exit_code is Exit.PARTIAL
        number = len(aside(job))
        job.edit("snow", job.ticket("snow", "Open"), state="3")
        assert job.run_at(NOON + HOUR).exit_code is Exit.PARTIAL
    assert {entry.first_at for entry in aside(job)} == {NOON}
    assert len(aside(job)) == number
    state = State.of(str(job.state_file))
    with state.begin() as transaction:
        quarantine.ask(transaction)
    state.close()
    assert job.run_at(NOON + HOUR).exit_code is Exit.COMPLETE
    assert aside(job) == []


def test_a_ticket_that_is_gone_is_quarantined_no_more(job: Job) -> None:
    job.run()
    state = State.of(str(job.state_file))
    with state.begin() as transaction:
        quarantine.put(Transaction(transaction, "snow"), [Quarantined("0" * 32, "INC404", "odd")], NOON)
        quarantine.ask(transaction)
    state.close()
    assert job.run_at(NOON + HOUR).exit_code is Exit.COMPLETE
    assert aside(job) == []


def test_a_ticket_that_cannot_be_judged_is_quarantined_with_its_reason_and_the_rest_proceeds(job: Job) -> None:
    usual = job.text
    job.replace('priority = "P1" }, within = "4h"', 'priority = "P1" }, within = "90000h"')
    for instant in (NOON, NOON + MINUTE):
        report = job.run_at(instant)
        assert report.exit_code is Exit.PARTIAL
        assert [one.quarantined for one in report.tallies] == [1, 1]
    assert {(entry.key, entry.first_at) for entry in aside(job)} == {
        (job.ticket(name, "Open").key, NOON) for name in TOOLS
    }
    assert all("too little working time" in entry.reason for entry in aside(job))
    assert job.ticket("snow", "Open").written["u_sla_status"] is None
    assert job.ticket("snow", "Waiting").written["u_sla_status"] == "Paused"
    job.text = usual
    assert job.run().exit_code is Exit.COMPLETE
    Truth().check(job)
