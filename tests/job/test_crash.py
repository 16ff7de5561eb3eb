"""Killed anywhere, the next run ends as if nothing had been: P1, P2 and P3 of the design's promises."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Connection as Transaction

from connectors.http import Http
from sla_engine.instant import HOUR
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
        (before_a_call, range(1, 100, 3)),
        (after_a_call, range(2, 100, 3)),
        (before_a_commit, range(1, 300, 8)),
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
    assert died > 5


def test_a_write_whose_answer_is_lost_is_neither_repeated_nor_forgotten(
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
            if line.writes < at:
                break
            report = job.run_at(BREACHED + SOON - NOON)
            assert report.exit_code is Exit.COMPLETE, at
            Truth().check(job)
    assert at > 8


class Line:
    """Loses the answer to the n-th write, which the tool has applied."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.writes = 0
        send = requests.Session.request

        def losing(session: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
            response = send(session, method, url, **kwargs)
            if method in ("PATCH", "PUT") or (method == "POST" and url.endswith("/comment")):
                self.writes += 1
                if self.writes == at:
                    raise requests.ConnectionError("cut off")
            return response

        patch.setattr(requests.Session, "request", losing)
