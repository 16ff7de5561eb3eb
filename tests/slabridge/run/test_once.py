"""A comment is told once, whatever becomes of its answer, of the state, or of the run (docs/promises.md, P2 and P3).

The sweep in tests/faults does the same at every call and commit.
"""

import json
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import requests
from structlog.testing import capture_logs

from connectors.errors import Unclear
from connectors.interface import CommentDelete, CommentWrite, Cursor, Outcome, Page, Receipt, Write
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import HOUR, MINUTE, SECOND
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.run.due import reread_due
from slabridge.show import logs as logging
from tests.slabridge.run.job import NOON, SOON, TOOLS, Job, Killed, markers_on, tally
from tests.slabridge.run.truth import Truth

BREACHED = NOON + 3 * HOUR
"""When the open tickets have been breached: a run has fields and comments to write."""


@pytest.fixture
def job(job: Job, place: str) -> Job:
    """Give the job with a state in each kind of database, where SLA and OLA are breached and posted in one comment."""
    job.place = place
    job.replace('targets = "8h"', 'targets = "3h"')
    return job


class Line:
    """Loses the answer to the n-th comment, which the tool has taken."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.comments = 0
        send = requests.Session.request

        def losing(session: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
            response = send(session, method, url, **kwargs)
            if _is_comment(method, url, kwargs):
                self.comments += 1
                if self.comments == at:
                    response.close()
                    raise requests.ConnectionError("cut off")
            return response

        patch.setattr(requests.Session, "request", losing)


def _is_comment(method: str, url: str, kwargs: dict[str, Any]) -> bool:
    if method == "POST" and url.endswith("/batch"):
        inner = json.loads(kwargs["data"])["rest_requests"]
        return any(b"work_notes" in b64decode(one.get("body", "")) for one in inner)
    return (method == "POST" and url.endswith("/comment")) or (method == "PATCH" and "work_notes" in str(kwargs))


def lose_an_answer(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run when there is something to tell, and lose the answer to the first comment, which the tool has taken."""
    job.sandbox.move_to(BREACHED)
    with monkeypatch.context() as patch:
        Line(patch, 1)
        assert job.run().exit_code is Exit.DEFERRED


def test_a_comment_whose_fate_is_unclear_is_not_repeated_while_the_tool_does_not_show_it_yet(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_an_answer(job, monkeypatch)
    job.writes()
    with monkeypatch.context() as patch:
        for kind in (ServiceNow, Jira):
            patch.setattr(kind, "changed", lambda *_: iter(()))
        assert job.run().exit_code is Exit.COMPLETE
    assert job.writes() == {}
    job.run_at(BREACHED + SOON - NOON)
    assert job.writes() == {}
    Truth().check(job)


def test_a_comment_of_unclear_fate_is_reported_and_not_repeated_where_comments_cannot_be_read(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_an_answer(job, monkeypatch)
    told = markers(job, "snow")
    pages = ServiceNow.reread

    def blind(self: ServiceNow, ids: Sequence[str]) -> Iterator[Page]:
        for page in pages(self, ids):
            yield replace(page, tickets=tuple(replace(ticket, comments=()) for ticket in page.tickets))

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "reread", blind)
        patch.setattr(ServiceNow, "gaps", lambda _: {"comments": "the journal cannot be read"})
        report = job.run_at(BREACHED + SOON - NOON)
    assert report.exit_code is Exit.PARTIAL
    assert tally(report, "snow").newly_quarantined == 1
    assert markers(job, "snow") == told


def test_what_happens_while_a_run_goes_on_is_seen_by_the_next(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run()
    waiting = job.ticket("snow", "Waiting")
    changed = ServiceNow.changed

    def later(self: ServiceNow, cursor: Cursor | None) -> Iterator[Page]:
        job.sandbox.move_to(NOON + 3 * MINUTE)  # the run began a minute ago
        job.edit("snow", waiting, state="2")
        yield from changed(self, cursor)

    job.sandbox.move_to(NOON + 2 * MINUTE)
    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "changed", later)
        job.run()
    assert job.ticket("snow", "Waiting").written["u_sla_status"] == "Paused"
    job.run_at(NOON + 4 * MINUTE)
    assert job.ticket("snow", "Waiting").written["u_sla_status"] == "On track"
    Truth().check(job)


def test_two_states_on_the_same_tools_one_after_the_other_tell_nothing_twice(job: Job) -> None:
    job.run_at(BREACHED)
    told = [markers(job, name) for name in TOOLS]
    assert all(told)
    first, job.place = job.place, str(job.folder / "another.db")
    assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
    assert [markers(job, name) for name in TOOLS] == told
    job.place = first
    assert job.run_at(BREACHED + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert [markers(job, name) for name in TOOLS] == told
    Truth().check(job)


def test_a_first_run_looks_again_before_it_posts_what_another_state_has_posted_meanwhile(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meets_another(job, monkeypatch)
    job.run_at(BREACHED)
    _tells_all_once(job)


def test_a_state_that_another_writes_beside_looks_again_before_it_posts(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(NOON + 50 * MINUTE)
    first, job.place = job.place, str(job.folder / "another.db")
    job.run_at(NOON + 51 * MINUTE)
    job.place = first
    _meets_another(job, monkeypatch)
    job.run_at(BREACHED)
    _tells_all_once(job)


def _meets_another(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the next run of this state stop after it has read all, until a run of another state is over."""

    def met(context: Context) -> None:
        reread_due(context)
        monkeypatch.setattr("sync.reread_due", reread_due)
        own, job.place = job.place, str(job.folder / "another.db")
        job.run()
        job.place = own

    monkeypatch.setattr("sync.reread_due", met)


def _tells_all_once(job: Job) -> None:
    for name in TOOLS:
        found = markers(job, name)
        assert found
        assert len(found) == len(set(found)), found


def test_of_a_comment_that_stands_twice_the_later_is_deleted_and_the_plan_says_so(job: Job) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    logging.configure("warning", "console")
    job.sandbox.move_to(BREACHED + MINUTE)
    (planned,) = [action.write for _, action in job.rehearse().actions]
    assert isinstance(planned, CommentDelete)
    assert planned.markers == (marker,)
    with capture_logs() as logs:
        job.run()
    assert [(one["key"], one["reason"]) for one in logs if one["event"] == "comment posted twice"] == [
        (marker, "the later one was deleted")
    ]
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]
    Truth().check(job)
    assert job.rehearse().actions == []


def test_a_run_that_dies_before_it_knows_that_a_comment_is_deleted_deletes_no_other(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    with monkeypatch.context() as patch:
        delete = Jira.delete

        def dying(jira: Jira, deletion: CommentDelete) -> None:
            delete(jira, deletion)
            raise Killed

        patch.setattr(Jira, "delete", dying)
        with pytest.raises(Killed):
            job.run_at(BREACHED + MINUTE)
    job.run_at(BREACHED + 2 * MINUTE)
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]


def test_a_deletion_whose_answer_is_lost_is_tried_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(BREACHED)
    marker, first = post_again(job, "jira")
    with monkeypatch.context() as patch:

        def lost(_: Jira, deletion: CommentDelete) -> None:
            raise Unclear(f"the answer for {deletion.key} was lost")

        patch.setattr(Jira, "delete", lost)
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.DEFERRED
    assert markers(job, "jira").count(marker) == 2
    assert job.run_at(BREACHED + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert [comment.at for comment in job.ticket("jira", "Open").comments if marker in comment.markers] == [first]


@pytest.mark.parametrize("name", TOOLS)
def test_where_the_tool_does_not_let_us_delete_it_that_is_said_once(job: Job, name: str) -> None:
    logging.configure("warning", "console")
    job.run_at(BREACHED)
    marker, _ = post_again(job, name)
    if name == "jira":
        job.sandbox.switch("jira", withheld=["DELETE_OWN_COMMENTS"])
    with capture_logs() as logs:
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
        job.run_at(BREACHED + 2 * MINUTE)
    assert [one["key"] for one in logs if one["event"] == "comment posted twice"] == [marker]
    assert markers(job, name).count(marker) == 2


def post_again(job: Job, name: str) -> tuple[str, int]:
    """Post a comment of ours a second time, later, as another state would; return its marker and when the first was."""
    ticket = job.ticket(name, "Open")
    marker, at = next((marker, one.at) for one in ticket.comments for marker in one.markers)
    job.sandbox.move_to(BREACHED + 30 * SECOND)
    post(job, name, marker)
    assert markers(job, name).count(marker) == 2
    return marker, at


def post(job: Job, name: str, *markers: str) -> None:
    """Post a comment with these markers, as another state would."""
    ticket = job.ticket(name, "Open")
    with job.connections() as pairs:
        (tool,) = [connector for connection, connector, _ in pairs if connection.name == name]
        list(tool.write([CommentWrite(ticket.id, ticket.key, markers, "again")]))


def markers(job: Job, name: str) -> list[str]:
    return markers_on(job.ticket(name, "Open"))


BOTH = ("standard.resolution#1 breached", "teams.handling#1 breached")


def test_one_comment_carries_all_that_there_is_to_tell_and_is_known_by_each_of_its_keys(job: Job) -> None:
    job.run_at(BREACHED)
    assert [told(job, name) for name in TOOLS] == [[BOTH], [BOTH]]
    job.lose_state()
    assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
    assert [told(job, name) for name in TOOLS] == [[BOTH], [BOTH]]


def test_of_what_another_state_has_posted_a_part_only_the_rest_is_posted(job: Job) -> None:
    job.sandbox.move_to(BREACHED)
    for name in TOOLS:
        post(job, name, BOTH[1])
    job.run()
    assert [told(job, name) for name in TOOLS] == [[(BOTH[1],), (BOTH[0],)]] * 2


def told(job: Job, name: str) -> list[tuple[str, ...]]:
    return [comment.markers for comment in job.ticket(name, "Open").comments if comment.markers]


def test_a_later_comment_that_also_says_what_stands_nowhere_else_stays(job: Job) -> None:
    logging.configure("warning", "console")
    job.run_at(BREACHED)
    post(job, "jira", "teams.handling#1 breached", "another.one#1 breached")
    with capture_logs() as logs:
        assert job.run_at(BREACHED + MINUTE).exit_code is Exit.COMPLETE
    assert markers(job, "jira").count("another.one#1 breached") == 1
    assert [(one["key"], one["reason"]) for one in logs if one["event"] == "comment posted twice"] == [
        ("teams.handling#1 breached", "it stands in a comment with others, which stays")
    ]


def test_what_was_written_before_the_state_was_lost_is_still_ours(job: Job) -> None:
    """A field that we filled is emptied when no cycle is left, also by a state that did not fill it."""
    job.run_at(BREACHED)
    job.lose_state()
    job.run_at(BREACHED + MINUTE)
    job.replace('scope = { team = { not = ["Service Desk", "Integration"] } }', 'scope = { team = "nobody" }')
    job.run_at(BREACHED + 2 * MINUTE)
    written = job.ticket("snow", "Open").written
    assert {value for field, value in written.items() if field.startswith("u_ola_")} == {None}


@pytest.mark.parametrize("seconds", [0, 30, 59])
def test_while_a_comment_of_unclear_fate_settles_that_it_is_not_seen_says_nothing(
    job: Job, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    lose_an_answer(job, monkeypatch)
    told = [markers(job, name) for name in TOOLS]
    assert all(told)
    with monkeypatch.context() as patch:
        for kind in (ServiceNow, Jira):
            hide_comments(patch, kind)
        job.run_at(BREACHED + seconds * SECOND)
    assert [markers(job, name) for name in TOOLS] == told
    assert job.run_at(BREACHED + SOON - NOON).exit_code is Exit.COMPLETE
    Truth().check(job)


def hide_comments(patch: pytest.MonkeyPatch, kind: type[ServiceNow | Jira]) -> None:
    """Let no comment be seen yet, however a ticket is read."""
    for way in ("changed", "reread"):
        pages = getattr(kind, way)

        def without(self: Any, asked: Any, pages: Any = pages) -> Iterator[Page]:  # noqa: ANN401 - either connector
            for page in pages(self, asked):
                yield replace(page, tickets=tuple(replace(ticket, comments=()) for ticket in page.tickets))

        patch.setattr(kind, way, without)


def test_a_comment_is_not_repeated_either_where_its_run_died_before_the_answer(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.sandbox.move_to(BREACHED)
    write, killed = ServiceNow.write, Killed

    def dying(self: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        for receipt in write(self, writes):
            if isinstance(receipt.write, CommentWrite):
                raise killed
            yield receipt

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", dying)
        with pytest.raises(Killed):
            job.run()
    told = markers(job, "snow")
    assert told
    with monkeypatch.context() as patch:
        hide_comments(patch, ServiceNow)
        job.run_at(BREACHED + 30 * SECOND)
    assert markers(job, "snow") == told
    assert job.run_at(BREACHED + SOON - NOON).exit_code is Exit.COMPLETE
    Truth().check(job)


def test_a_comment_that_was_looked_for_and_found_is_not_repeated_when_somebody_deletes_it(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_an_answer(job, monkeypatch)
    job.run_at(BREACHED + SOON - NOON)
    told = markers(job, "snow")
    assert told
    job.edit("snow", job.ticket("snow", "Open"), category="Email")
    with monkeypatch.context() as patch:
        hide_comments(patch, ServiceNow)
        job.run_at(BREACHED + HOUR)
    assert markers(job, "snow") == told


def test_a_comment_whose_run_died_before_it_was_sent_is_told_by_a_later_one(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.sandbox.move_to(BREACHED)

    def dying(_: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        if any(isinstance(one, CommentWrite) for one in writes):
            raise Killed
        yield from ()

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", dying)
        with pytest.raises(Killed):
            job.run()
    job.run_at(BREACHED + 30 * SECOND)
    assert markers(job, "snow") == []
    assert job.run_at(BREACHED + SOON - NOON).exit_code is Exit.COMPLETE
    assert markers(job, "snow") != []
    Truth().check(job)


def test_a_comment_that_could_not_be_sent_is_told_by_the_next_run(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.sandbox.move_to(BREACHED)

    def failing(_: ServiceNow | Jira, writes: Sequence[Write]) -> Iterator[Receipt]:
        for one in writes:
            yield Receipt(one, Outcome.FAILED, "the tool is busy")

    with monkeypatch.context() as patch:
        for kind in (ServiceNow, Jira):
            patch.setattr(kind, "write", failing)
        assert job.run().exit_code is Exit.DEFERRED
    assert [markers(job, name) for name in TOOLS] == [[], []]
    assert job.run().exit_code is Exit.COMPLETE
    assert all(markers(job, name) for name in TOOLS)
    Truth().check(job)
