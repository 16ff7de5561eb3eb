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

from connectors.interface import CommentWrite, Cursor, Outcome, Page, Receipt, Write
from connectors.jira.connector import Jira
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import HOUR, MINUTE, SECOND
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.run.due import reread_due
from tests.slabridge.run.breaching import BREACHED, breaching, markers
from tests.slabridge.run.job import NOON, SOON, TOOLS, Job, Killed, tally
from tests.slabridge.run.truth import Truth


@pytest.fixture
def job(job: Job, place: str) -> Job:
    """Give the job with a state in each kind of database."""
    return breaching(job, place)


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
