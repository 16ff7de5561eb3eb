"""A few tickets in both tools, minute by minute: what is written and told, when, and what is left alone."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pytest

from connectors.interface import CommentWrite, Connector, FieldsWrite, Page, Receipt, Write
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.exit import Exit
from slabridge.run.actions import Reason
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import NOON, TOOLS, Job, markers_on, tally
from tests.slabridge.run.truth import Truth

Done = list[tuple[str, Any]]

OTHERS = """
[agreements.others]
kind = "sla"
calendar = "office"
scope = { symptom = { not = ["Software"] } }
objectives.resolution = { clock = "resolution", targets = "1h" }
"""
"""An agreement that holds also where the field is empty, as it is on all tickets."""


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> Done:
    """Give what the connectors do: ("reread", ids) and ("write", write), in order."""
    seen: Done = []
    for kind in (ServiceNow, Jira):
        _watch(monkeypatch, kind, seen)
    return seen


def _watch(monkeypatch: pytest.MonkeyPatch, kind: type[ServiceNow | Jira], seen: Done) -> None:
    reread, write = kind.reread, kind.write

    def rereading(self: Any, ids: Sequence[str]) -> Iterator[Page]:  # noqa: ANN401 - either connector
        seen.extend(("reread", identity) for identity in ids)
        return reread(self, ids)

    def writing(self: Any, writes: Sequence[Write]) -> Iterator[Receipt]:  # noqa: ANN401 - either connector
        for receipt in write(self, writes):
            seen.append(("write", receipt.write))
            yield receipt

    monkeypatch.setattr(kind, "reread", rereading)
    monkeypatch.setattr(kind, "write", writing)


def told(done: Done) -> list[tuple[str, str]]:
    """Return (marker, id) of the comments."""
    return [(marker, write.id) for _, write in done if isinstance(write, CommentWrite) for marker in write.markers]


def test_a_transition_is_told_once_as_its_minute_has_come_and_only_after_the_ticket_was_read_again(
    job: Job, done: Done
) -> None:
    truth = Truth()
    tickets = {job.ticket(name, "Open").id for name in TOOLS}
    expected = {
        NOON: None,
        NOON + 29 * MINUTE: None,
        NOON + 31 * MINUTE: "standard.resolution#1 at_risk",
        NOON + 45 * MINUTE: None,
        NOON + 2 * HOUR: None,  # what ends now is still met
        NOON + 2 * HOUR + MINUTE: "standard.resolution#1 breached",
        NOON + 2 * HOUR + 2 * MINUTE: None,
    }
    for instant, marker in expected.items():
        done.clear()
        assert job.run_at(instant).exit_code is Exit.COMPLETE
        mine = [(found, identity) for found, identity in told(done) if identity in tickets]
        assert sorted(mine) == ([] if marker is None else sorted((marker, identity) for identity in tickets))
        for identity in tickets if marker is not None else ():
            kinds = [kind for kind, what in done if what == identity or (kind == "write" and what.id == identity)]
            assert kinds[0] == "reread"
        truth.check(job)


@pytest.mark.parametrize("lost_at", [NOON + 31 * MINUTE, NOON + 3 * HOUR])
def test_a_lost_state_repeats_no_comment_and_no_write(job: Job, lost_at: int) -> None:
    truth = Truth()
    job.run_at(NOON + 31 * MINUTE)
    truth.check(job)
    job.run_at(lost_at)
    truth.check(job)
    job.lose_state()
    job.writes()
    assert job.run().exit_code is Exit.COMPLETE
    assert job.writes() == {}
    job.run_at(NOON + 4 * HOUR)
    truth.check(job)


def test_the_same_run_again_changes_nothing(job: Job) -> None:
    job.run_at(NOON + 3 * HOUR)
    assert job.writes() != {}
    for later in (0, 1_000, 5 * MINUTE):
        job.run_at(NOON + 3 * HOUR + later)
        assert job.writes() == {}


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("snow", {"u_sla_status": "All is well"}, {"description": "Please hurry", "u_symptom": "slow"}),
        ("jira", {"SLA status": {"value": "Met"}}, {"summary": "Please hurry", "labels": ["vip"]}),
    ],
)
def test_what_people_write_into_our_fields_is_replaced_and_nothing_else_is_touched(
    job: Job, name: str, ours: dict[str, object], theirs: dict[str, object]
) -> None:
    job.run()
    ticket = job.ticket(name, "Open")
    job.edit(name, ticket, **ours, **theirs)
    others = {(tool, team): job.foreign(tool, job.ticket(tool, team)) for tool in TOOLS for team in ("Open", "Old")}
    assert {field: others[name, "Open"][field] for field in theirs} == theirs
    ((connection, action),) = job.rehearse().actions
    assert (connection, action.write.id) == (name, ticket.id)
    assert [(change.field, change.reason) for change in action.changes] == [(*ours, Reason.DRIFT)]
    job.writes()
    job.run()
    assert sum(job.writes().values()) == 1
    assert {place: job.foreign(place[0], job.ticket(*place)) for place in others} == others
    Truth().check(job)


@pytest.mark.parametrize("name", list(TOOLS))
def test_a_ticket_that_left_the_filter_is_followed_until_it_ends(job: Job, name: str) -> None:
    if name == "snow":
        job.replace('filter = "sys_created_on>=2016-01-01 00:00:00"', 'filter = "category=Software"')
    else:
        job.replace('filter = "project = ITSM"', 'filter = "labels = Software"')
    ticket = job.ticket(name, "Open")
    job.run()
    job.edit(name, ticket, **({"category": "Email"} if name == "snow" else {"labels": ["Email"]}))
    assert ticket.id not in {n.id for n in natives(job, name)}
    job.run_at(NOON + 3 * HOUR)
    status = "u_sla_status" if name == "snow" else "SLA status"
    now = read(job, name, ticket.id)
    assert now.written[status] == "Breached"
    assert "standard.resolution#1 breached" in markers_on(now)
    job.run_at(NOON + 4 * HOUR)
    assert tally(job.run_at(NOON + 5 * HOUR), name).changed == 0
    if name == "snow":
        job.edit(name, ticket, state="6")
        assert tally(job.run_at(NOON + 6 * HOUR), name).changed == 1
        job.edit(name, ticket, assignment_group="", u_ola_holder="somebody")
        assert tally(job.run_at(NOON + 7 * HOUR), name).pulled == 0
        assert read(job, name, ticket.id).written["u_ola_holder"] == "somebody"


def natives(job: Job, name: str) -> list[Any]:
    with job.connections() as found:
        return next(tickets for connection, _, tickets in found if connection.name == name)


def read(job: Job, name: str, identity: str) -> Any:  # noqa: ANN401 - a native ticket
    with job.connections() as found:
        tool: Connector = next(tool for connection, tool, _ in found if connection.name == name)
        return next(ticket for page in tool.reread([identity]) for ticket in page.tickets)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('targets = "8h"', 'targets = "2h"', id="a target"),
        pytest.param('awaiting_user = ["4"]', 'awaiting_vendor = ["4"]', id="a mapping"),
        pytest.param('breached = "Breached", met = "Met"', 'breached = "Too late", met = "Met"', id="an option"),
    ],
)
def test_what_the_file_says_anew_is_judged_anew_without_a_pull(job: Job, old: str, new: str) -> None:
    job.run_at(NOON + 3 * HOUR)
    job.run_at(NOON + 4 * HOUR)
    truth = Truth()
    truth.check(job)
    job.replace(old, new)
    if "awaiting" in old:
        job.replace('awaiting_vendor = ["8"]', "")
    if "Too late" in new:
        job.replace("Too late", "Paused")  # Jira knows only its own options
    report = job.run()
    assert report.exit_code is Exit.COMPLETE
    for one in report.tallies:
        assert one.pulled <= one.comments_written  # what is told is read before
    assert tally(report, "snow").evaluated == 4
    assert tally(report, "jira").evaluated == (0 if "awaiting" in old else 4)
    assert sum(one.fields_written for one in report.tallies) > 0
    truth.check(job)


def test_a_field_that_is_mapped_anew_is_read_for_open_tickets(job: Job) -> None:
    job.run_at(NOON + 4 * HOUR)
    job.run_at(NOON + 5 * HOUR)
    job.replace('category = "category"', 'category = "category"\nsymptom = "u_symptom"')
    report = job.run_at(NOON + 6 * HOUR)
    assert tally(report, "snow").pulled == 2  # Open and Waiting
    assert tally(report, "jira").pulled == 0


def judged_by_others(job: Job) -> set[str]:
    query = "SELECT ticket FROM result WHERE connection = 'snow' AND agreement = 'others'"
    with closing(sqlite3.connect(job.state_file)) as db:
        return {ticket for (ticket,) in db.execute(query)}


def test_an_ended_ticket_read_before_a_field_was_mapped_keeps_what_stands(job: Job) -> None:
    job.run_at(NOON)
    job.run_at(NOON + HOUR)
    ended = job.ticket("snow", "Done")
    job.replace('category = "category"', 'category = "category"\nsymptom = "u_symptom"')
    job.replace("[agreements.teams]", f"{OTHERS}\n[agreements.teams]")
    report = job.run_at(NOON + 2 * HOUR)
    assert tally(report, "snow").newly_quarantined == 0
    assert judged_by_others(job) == {job.ticket("snow", "Open").id, job.ticket("snow", "Waiting").id}
    assert job.ticket("snow", "Done").written == ended.written

    job.edit("snow", ended, short_description="touched")
    job.run_at(NOON + 3 * HOUR)
    assert ended.id in judged_by_others(job)


def test_a_rehearsal_says_exactly_what_the_run_then_does_and_does_nothing(job: Job, done: Done) -> None:
    for instant in (NOON, NOON + 3 * HOUR):
        job.sandbox.move_to(instant)
        job.writes()
        before = {path: path.read_bytes() for path in job.folder.glob("slabridge.db")}
        rehearsed = job.rehearse()
        assert job.writes() == {}
        assert {path: path.read_bytes() for path in job.folder.glob("slabridge.db")} == before
        done.clear()
        job.run()
        assert [action.write for _, action in rehearsed.actions] == [what for kind, what in done if kind == "write"]
        assert rehearsed.actions


def test_days_of_many_tickets_end_as_the_engine_says_also_with_the_state_lost_on_the_way(job: Job) -> None:
    with Sandbox(SandboxOptions(size=150, seed=11), in_process=True) as sandbox:
        many = Job(job.folder, sandbox)
        truth = Truth()
        for step in range(6):
            if step == 3:
                many.lose_state()
            assert many.run_at(sandbox.now + 5 * HOUR).exit_code is Exit.COMPLETE
            truth.check(many)
        assert sum(len(markers) for markers in truth.told.values()) > 10


def test_old_tickets_are_left_as_they_are(job: Job) -> None:
    job.run_at(NOON + 2 * DAY)
    for name in TOOLS:
        assert set(job.ticket(name, "Old").written.values()) == {None}
        assert set(job.ticket(name, "Done").written.values()) == {None}


def test_what_a_status_lets_nobody_write_is_written_when_the_ticket_has_left_it_and_troubles_no_run(
    job: Job, done: Done
) -> None:
    job.sandbox.switch("jira", not_editable=["Active", "Awaiting User Info", "Resolved"])
    ticket = job.ticket("jira", "Open")
    job.sandbox.move_to(NOON + MINUTE)
    assert {name for name, action in job.rehearse().actions if isinstance(action.write, FieldsWrite)} == {"snow"}
    report = job.run_at(NOON + MINUTE)
    assert report.exit_code is Exit.COMPLETE
    assert (tally(report, "jira").fields_written, tally(report, "jira").quarantined) == (0, 0)
    assert tally(report, "jira").unwritable == 0
    done.clear()
    assert job.run_at(NOON + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert [write for kind, write in done if kind == "write"] == []
    job.do("transition", ticket.id, to="New")
    report = job.run_at(NOON + 3 * MINUTE)
    assert tally(report, "jira").fields_written > 0
    assert [write.id for kind, write in done if kind == "write"] == [ticket.id]


def test_comments_come_before_fields_where_a_run_may_not_write_all_and_the_plan_says_so(
    job: Job, done: Done, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.BATCH", 1)
    job.sandbox.move_to(NOON + 3 * HOUR)
    due = [name for name, action in job.rehearse().actions if isinstance(action.write, CommentWrite)]
    for name in TOOLS:
        job.replace(f"[connections.{name}]\n", f"[connections.{name}]\nwrites_per_run = {due.count(name)}\n")
    rehearsed = job.rehearse()
    done.clear()
    report = job.run()
    assert [action.write for _, action in rehearsed.actions] == [what for kind, what in done if kind == "write"]
    for real, planned in zip(report.tallies, rehearsed.tallies, strict=True):
        assert real.comments_written == due.count(real.connection) > 0
        assert 0 < real.waiting == planned.waiting
        assert real.sent <= 2 * due.count(real.connection)
    assert report.exit_code is rehearsed.exit_code is Exit.DEFERRED
