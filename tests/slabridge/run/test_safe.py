"""Whole runs that are cut short, held back, or whose tool keeps silent about what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
import sqlalchemy as sa

import sync
from connectors.errors import Unavailable
from connectors.interface import CommentWrite, Cursor, FieldsWrite, Outcome, Page, Receipt, Write
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.app.connect import connected
from slabridge.app.reevaluate import rejudged
from slabridge.exit import Exit
from slabridge.run.halt import Halt
from slabridge.run.tally import Report
from slabridge.state import State, Transaction, tickets
from slabridge.state.schema import outbox
from tests.slabridge.run.job import NOON, TOOLS, Job, Killed, tally
from tests.slabridge.run.truth import Truth


@pytest.fixture
def job(job: Job, place: str) -> Job:
    """Give the job with a state in each kind of database."""
    job.place = place
    return job


def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no search find anything, as if the index were behind for ever."""

    def nothing(*_: Any) -> Iterator[Page]:  # noqa: ANN401 - whatever a search is asked by
        return iter(())

    for kind in (ServiceNow, Jira):
        monkeypatch.setattr(kind, "changed", nothing)
        monkeypatch.setattr(kind, "touched", nothing)


def run(job: Job, halt: Halt | None = None) -> Report:
    config, state = job.config(), State.of(job.place)
    try:
        with connected(config) as connectors:
            return sync.run(config, connectors, state, halt=halt)
    finally:
        state.close()


def close(job: Job) -> None:
    """Let somebody resolve the open tickets."""
    job.edit("snow", job.ticket("snow", "Open"), state="6")


def test_before_a_changed_agreement_is_told_the_ticket_is_read(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON)
    close(job)
    job.sandbox.move_to(NOON + MINUTE)
    job.replace('within = "4h", calendar', 'within = "1h", calendar')
    with monkeypatch.context() as patch:
        blind(patch)
        run(job)
    native = job.ticket("snow", "Open")
    assert [comment.markers for comment in native.comments if comment.markers] == []


def test_what_time_alone_has_changed_is_read_before_a_field_says_so(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.replace('on = ["at_risk", "breached"]', 'on = ["breached"]')  # what is told is read in any case
    job.run_at(NOON)
    job.run_at(NOON + 5 * MINUTE)
    job.sandbox.move_to(NOON + 20 * MINUTE)
    close(job)
    with monkeypatch.context() as patch:
        blind(patch)
        job.run_at(NOON + 35 * MINUTE)
    assert job.ticket("snow", "Open").written["u_sla_status"] == "Met"


def test_what_no_search_finds_the_census_does(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON)
    close(job)
    with monkeypatch.context() as patch:
        blind(patch)
        report = job.run_at(NOON + 20 * MINUTE)
        assert tally(report, "snow").pulled == 0
        report = job.run_at(NOON + DAY)
    assert tally(report, "snow").pulled > 0
    assert job.ticket("snow", "Open").written["u_sla_status"] == "Met"


def test_the_census_finds_what_was_deleted_hidden_or_changed_without_a_trace(job: Job) -> None:
    job.run_at(NOON)
    job.run_at(NOON + 5 * MINUTE)  # what was just written is read again
    silent, gone = job.ticket("snow", "Open"), job.ticket("snow", "Waiting")
    hidden, deleted = job.ticket("jira", "Open"), job.ticket("jira", "Waiting")
    job.sandbox.move_to(NOON + 10 * MINUTE)
    job.sandbox.change_silently("incident", silent.id, {"state": "6"}, workflow=False)
    job.call("DELETE", f"incident/{gone.id}")
    job.do("delete", deleted.id)
    job.sandbox.switch("jira", hidden=[hidden.id])
    report = job.run_at(NOON + 20 * MINUTE)
    assert (report.exit_code, [one.gone for one in report.tallies]) == (Exit.COMPLETE, [0, 0])
    assert job.ticket("snow", "Open").written["u_sla_status"] == "On track"
    report = job.run_at(NOON + DAY)
    assert (report.exit_code, [one.gone for one in report.tallies]) == (Exit.COMPLETE, [1, 2])
    assert job.ticket("snow", "Open").written["u_sla_status"] == "Breached"  # when it changed, nobody knows
    job.sandbox.switch("jira", hidden=[])
    report = job.run_at(NOON + 2 * DAY)
    assert [one.gone for one in report.tallies] == [0, 0]
    assert job.ticket("jira", "Open").written["SLA status"] == "Breached"  # it is followed again


def test_a_field_that_decides_and_cannot_be_read_is_no_reason_to_judge_without_it(job: Job) -> None:
    """Neither a misspelt column nor a change of permissions rewrites what stands on tickets."""
    job.run_at(NOON)
    before = written(job)
    job.sandbox.switch("servicenow", hidden_fields={"incident": ["assignment_group"]})
    report = job.run_at(NOON + MINUTE)
    assert report.exit_code is Exit.PARTIAL
    assert "assignment_group (`connections.snow.fields.team`" in tally(report, "snow").refusal
    job.sandbox.switch("servicenow", hidden_fields={})
    job.replace('team = "assignment_group"', 'team = "assignement_group"')
    refusal = tally(job.run_at(NOON + 2 * MINUTE), "snow").refusal
    assert (
        'assignement_group (`connections.snow.fields.team`, the nearest is assignment_group "Assignment group")'
        in refusal
    )
    job.replace('team = "assignement_group"', 'team = "assignment_group"')
    assert job.run_at(NOON + 3 * MINUTE).exit_code is Exit.COMPLETE
    assert written(job) == before


def test_a_field_that_jira_has_not_is_refused_with_its_key_in_the_file_and_the_nearest_name(job: Job) -> None:
    job.replace('field = "SLA due"', 'field = "SLA deu"')
    place = "`connections.jira.writeback.fields[1].field`"
    assert f"there is no field 'SLA deu' ({place}); is it 'SLA due'" in tally(job.run(), "jira").refusal


def test_a_misspelt_table_is_refused_with_its_key_in_the_file_and_the_nearest_that_extends_task(job: Job) -> None:
    job.replace('table = "incident"', 'table = "incidnet"')
    refusal = tally(job.run(), "snow").refusal
    assert 'a table incidnet (`connections.snow.table`, the nearest is incident "Incident")' in refusal


def test_a_ticket_on_which_a_deciding_field_is_hidden_is_quarantined(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON)
    one = job.ticket("snow", "Open")
    job.edit("snow", one, priority="4")
    changed = ServiceNow.changed

    def without(self: ServiceNow, cursor: Cursor | None) -> Iterator[Page]:
        for page in changed(self, cursor):
            hidden = {name: values for name, values in one.fields.items() if name != "priority"}
            yield replace(page, tickets=tuple(replace(t, fields=hidden) if t.id == one.id else t for t in page.tickets))

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "changed", without)
        report = job.run_at(NOON + MINUTE)
    assert (report.exit_code, tally(report, "snow").newly_quarantined) == (Exit.PARTIAL, 1)
    assert job.ticket("snow", "Open").written == one.written


def written(job: Job) -> dict[str, object]:
    with job.connections() as found:
        return {native.key: native.written for _, _, natives in found for native in natives}


def test_without_a_census_what_no_search_finds_waits_for_its_time(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TOOLS:
        job.replace(f"[connections.{name}]\n", f'[connections.{name}]\ncensus = "never"\n')
    job.run_at(NOON)
    with monkeypatch.context() as patch:
        blind(patch)
        report = job.run_at(NOON + 20 * MINUTE)
    assert [one.pulled for one in report.tallies] == [0, 0]


def test_a_run_writes_no_more_than_its_cap_and_the_next_ones_do_the_rest(job: Job) -> None:
    for name in TOOLS:
        job.replace(f"[connections.{name}]\n", f"[connections.{name}]\nwrites_per_run = 1\n")
    report = job.run_at(NOON + 3 * HOUR)
    assert report.exit_code is Exit.DEFERRED
    assert [one.sent for one in report.tallies] == [1, 1]
    runs = 1
    while (report := job.run()).exit_code is Exit.DEFERRED:
        runs += 1
        assert all(one.sent <= 1 for one in report.tallies)
    assert runs > 1
    Truth().check(job)


@pytest.mark.parametrize("pages", [0, 1, 3])
def test_a_run_that_is_stopped_ends_in_order_and_the_next_goes_on(job: Job, pages: int) -> None:
    job.sandbox.move_to(NOON + 3 * HOUR)
    halt = Halt()
    steps = iter(range(pages))

    def notice(_: object) -> None:
        if next(steps, None) is None:
            halt.stop()

    config, state = job.config(), State.of(job.place)
    if pages == 0:
        halt.stop()
    with connected(config) as connectors:
        report = sync.run(config, connectors, state, notice, halt)
    state.close()
    assert report.exit_code is Exit.DEFERRED
    assert all("asked to stop" in one.halted for one in report.tallies)
    assert job.run().exit_code is Exit.COMPLETE
    Truth().check(job)


def test_the_fields_that_a_tool_took_of_a_refused_write_are_known_as_written(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Jira.write

    def half(self: Jira, writes: Sequence[Write]) -> Iterator[Receipt]:
        for one in writes:
            if not isinstance(one, FieldsWrite) or "SLA status" not in one.fields:
                yield from write(self, [one])
                continue
            rest = {field: value for field, value in one.fields.items() if field != "SLA status"}
            (receipt,) = write(self, [replace(one, fields=rest)])
            assert receipt.outcome is Outcome.APPLIED
            yield Receipt(one, Outcome.REFUSED, "not on the screen", stored=frozenset(rest))

    with monkeypatch.context() as patch:
        patch.setattr(Jira, "write", half)
        report = job.run_at(NOON)
    jira = tally(report, "jira")
    assert report.exit_code is Exit.PARTIAL
    assert jira.refused > 0
    assert jira.fields_written > 0
    job.writes()
    assert job.run().exit_code is Exit.PARTIAL  # it stays in quarantine until somebody asks or it changes
    assert job.writes() == {}  # neither is what was taken written again, nor what was refused without news


def test_how_long_a_comment_of_unclear_fate_settles_is_counted_from_its_sending(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run may last: what it sends at its end is not looked for as if it had been sent at its beginning."""
    clock = iter(range(0, 10_000_000, 45))
    monkeypatch.setattr("slabridge.run.context.monotonic", lambda: float(next(clock)))

    def lost(_: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        for one in writes:
            yield Receipt(one, Outcome.UNCLEAR, "lost")

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", lost)
        job.run_at(NOON + 31 * MINUTE)
    state = State.of(job.place)
    with state.begin() as transaction:
        sent = list(transaction.scalars(sa.select(outbox.c.sent_at).where(outbox.c.connection == "snow")))
    state.close()
    assert sent
    assert min(sent) >= NOON + 31 * MINUTE + 90_000


def test_an_ended_cycle_keeps_what_was_said_of_it_until_it_is_judged_anew_on_demand(job: Job) -> None:
    truth = Truth()
    job.run_at(NOON)
    truth.check(job)
    held = [job.ticket(name, "Done").written for name in TOOLS]
    assert all("Met" in fields.values() for fields in held)
    job.replace('P3 = "4h"', 'P3 = "10m"')
    job.run_at(NOON + MINUTE)
    truth.check(job)
    assert [job.ticket(name, "Done").written for name in TOOLS] == held

    config, state = job.config(), State.of(job.place)
    assert list(rejudged(config, state, (NOON - DAY, NOON - HOUR), lambda one: one)) == []
    changes = list(rejudged(config, state, (NOON - HOUR, NOON), lambda one: one))
    found = {(change.connection, change.before.status, change.after and change.after.status) for change in changes}
    assert found == {("snow", "met", "breached"), ("jira", "met", "breached")}
    state.close()
    job.run_at(NOON + 2 * MINUTE)
    assert [job.ticket(name, "Done").written for name in TOOLS] == held

    state = State.of(job.place)
    assert [*rejudged(config, state, (NOON - HOUR, NOON), lambda one: one, apply=True)] == changes
    assert list(rejudged(config, state, (NOON - HOUR, NOON), lambda one: one)) == []
    state.close()
    job.run_at(NOON + 3 * MINUTE)
    anew = [job.ticket(name, "Done").written for name in TOOLS]
    assert [fields["u_sla_status"] for fields in anew[:1]] + [fields["SLA status"] for fields in anew[1:]] == [
        "Breached",
        "Breached",
    ]


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_page_that_a_run_could_not_keep_is_read_by_the_next(
    job: Job, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A cursor is committed with the tickets that it stands for, or not at all."""
    save = tickets.save

    def dying(transaction: Transaction, *given: Any, **named: Any) -> int:  # noqa: ANN401 - as it is
        if transaction.connection == name:
            raise Killed
        return save(transaction, *given, **named)

    job.sandbox.move_to(NOON + 3 * HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(tickets, "save", dying)
        with pytest.raises(Killed):
            run(job)
    assert job.run().exit_code is Exit.COMPLETE
    Truth().check(job)


@pytest.mark.parametrize(("batch", "at_once"), [(1, 1), (1000, 1), (1000, 2)])
def test_it_is_all_the_same_how_many_tickets_are_judged_and_writes_sent_at_a_time(
    job: Job, monkeypatch: pytest.MonkeyPatch, batch: int, at_once: int
) -> None:
    monkeypatch.setattr(sync, "BATCH", batch)
    monkeypatch.setattr("slabridge.run.write.AT_ONCE", at_once)
    truth = Truth()
    for instant in (NOON, NOON + 3 * HOUR):
        assert job.run_at(instant).exit_code is Exit.COMPLETE
        truth.check(job)
    job.writes()
    assert job.run().exit_code is Exit.COMPLETE
    assert job.writes() == {}


def test_a_rehearsal_too_reads_a_ticket_before_it_tells_of_a_changed_agreement(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(NOON)
    close(job)
    job.sandbox.move_to(NOON + MINUTE)
    job.replace('within = "4h", calendar', 'within = "1h", calendar')
    with monkeypatch.context() as patch:
        blind(patch)
        rehearsed = job.rehearse()
    told = [name for name, action in rehearsed.actions if isinstance(action.write, CommentWrite)]
    assert set(told) == {"jira"}  # where the ticket is still open


def test_a_census_that_was_cut_short_begins_anew_in_the_next_run(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON)
    job.call("DELETE", f"incident/{job.ticket('snow', 'Waiting').id}")

    def down(_: ServiceNow, ids: Sequence[str]) -> Iterator[Page]:
        if ids:
            raise Unavailable("snow: down")
        yield from ()

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "reread", down)
        assert job.run_at(NOON + DAY).exit_code is Exit.DEFERRED
    assert tally(job.run_at(NOON + DAY + MINUTE), "snow").gone == 1


def test_what_has_no_history_is_said_once_as_a_warning_for_each_objective_that_uses_it(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.replace("[connections.snow]\n", '[connections.snow]\nhistory = "observed"\n')
    for level in ("warning", "info"):
        log = Mock()
        with monkeypatch.context() as patch:
            patch.setattr("slabridge.run.pull.log", log)
            job.run_at(NOON)
        said = [(call[0], call[2]) for call in log.method_calls if call[1] == ("no history",)]
        assert {name for name, _ in said} == {level}
        assert {"standard.response", "standard.resolution", "teams.handling"} <= {
            given["objective"] for _, given in said
        }
        assert all(given["reason"] for _, given in said)


def test_a_change_that_only_our_pulls_saw_counts_from_when_it_was_seen(job: Job) -> None:
    """A source without history: the ticket waited for its caller for two hours, which moves its due time by as much."""
    job.replace("[connections.snow]\n", '[connections.snow]\nhistory = "observed"\n')
    job.run_at(NOON)
    assert job.ticket("snow", "Open").written["u_sla_due"] == "2016-03-01 14:00:00"
    for instant, state in ((NOON + HOUR, "4"), (NOON + 3 * HOUR, "2")):
        job.sandbox.move_to(instant)
        job.edit("snow", job.ticket("snow", "Open"), state=state)
        job.run()
    written = job.ticket("snow", "Open").written
    assert (written["u_sla_status"], written["u_sla_due"]) == ("At risk", "2016-03-01 16:00:00")
