"""Killed anywhere, the next run ends as if nothing had been: P1, P2 and P3 of the design's promises."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Connection as Transaction

from connectors.http import Http
from connectors.interface import Cursor, Page
from connectors.jira import Jira
from connectors.servicenow import ServiceNow
from sla_engine.instant import HOUR, MINUTE
from slabridge.report import Exit
from slabridge.sandbox.embedded import Sandbox
from slabridge.state import State
from tests.job.job import NOON, SOON, Job, Truth, small

BREACHED = NOON + 3 * HOUR
"""When the open tickets have been breached: a run has fields and comments to write."""


class Killed(BaseException):
    """The process is no more."""


class Death:
    """Kills at the n-th step, and whatever is tried after that; counts the steps."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps >= self.at:
            raise Killed


def before_a_call(patch: pytest.MonkeyPatch, death: Death) -> None:
    attempt = Http._attempt

    def dying(self: Http, call: Any, kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
        death.step()
        return attempt(self, call, kwargs)

    patch.setattr(Http, "_attempt", dying)


def after_a_call(patch: pytest.MonkeyPatch, death: Death) -> None:
    attempt = Http._attempt

    def dying(self: Http, call: Any, kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
        response = attempt(self, call, kwargs)
        death.step()
        return response

    patch.setattr(Http, "_attempt", dying)


def before_a_commit(patch: pytest.MonkeyPatch, death: Death) -> None:
    begin = State.begin

    @contextmanager
    def dying(self: State) -> Iterator[Transaction]:
        with begin(self) as transaction:
            yield transaction
            death.step()

    patch.setattr(State, "begin", dying)


@pytest.mark.parametrize(
    ("kill", "steps"),
    [  # each a different part, for the sake of time
        (before_a_call, range(1, 100, 4)),
        (after_a_call, range(3, 100, 4)),
        (before_a_commit, range(1, 300, 12)),
    ],
)
def test_a_run_that_is_killed_anywhere_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kill: Callable[[pytest.MonkeyPatch, Death], None], steps: range
) -> None:
    died = 0
    for at in steps:
        folder = tmp_path / str(at)
        folder.mkdir()
        with Sandbox(small(folder), in_process=True) as sandbox:
            job = Job(folder, sandbox)
            sandbox.move_to(BREACHED)
            with monkeypatch.context() as patch:
                kill(patch, Death(at))
                try:
                    job.run()
                except Killed:
                    died += 1
                else:
                    break
            report = job.run_at(BREACHED + SOON - NOON)
            assert report.exit_code is Exit.COMPLETE, at
            Truth().check(job)
    assert died > 3


def test_a_comment_whose_answer_is_lost_is_neither_repeated_nor_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(1, 100):
        folder = tmp_path / str(at)
        folder.mkdir()
        with Sandbox(small(folder), in_process=True) as sandbox:
            job = Job(folder, sandbox)
            sandbox.move_to(BREACHED)
            with monkeypatch.context() as patch:
                line = Line(patch, at)
                job.run()
            if line.comments < at:
                break
            report = job.run_at(BREACHED + SOON - NOON)
            assert report.exit_code is Exit.COMPLETE, at
            Truth().check(job)
    assert at > 2


class Line:
    """Loses the answer to the n-th comment, which the tool has taken."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.comments = 0
        send = requests.Session.request

        def losing(session: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
            response = send(session, method, url, **kwargs)
            if (method == "POST" and url.endswith("/comment")) or (method == "PATCH" and "work_notes" in str(kwargs)):
                self.comments += 1
                if self.comments == at:
                    raise requests.ConnectionError("cut off")
            return response

        patch.setattr(requests.Session, "request", losing)


def test_a_comment_whose_fate_is_unclear_is_not_repeated_while_the_tool_does_not_show_it_yet(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.sandbox.move_to(BREACHED)
    with monkeypatch.context() as patch:
        Line(patch, 1)
        assert job.run().exit_code is Exit.DEFERRED
    job.writes()
    with monkeypatch.context() as patch:
        for kind in (ServiceNow, Jira):
            patch.setattr(kind, "changed", lambda *_: iter(()))
        assert job.run().exit_code is Exit.COMPLETE
    assert job.writes() == {}
    job.run_at(BREACHED + SOON - NOON)
    assert job.writes() == {}
    Truth().check(job)


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
