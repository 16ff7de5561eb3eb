"""Taking a run back where not all of it goes through at once: what is done stays done, and the rest is named (docs/revert.md)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from connectors.errors import Unavailable
from connectors.interface import Identity
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import MINUTE
from slabridge.app.revert import revert
from slabridge.exit import Exit
from slabridge.run.halt import Halt
from slabridge.state import State
from tests.slabridge.run.job import NOON, TOOLS, Job, Killed
from tests.slabridge.run.reverting import (
    WRONG,
    a_bad_day,
    last_written,
    number,
    standing,
    take_back,
    with_a_persons_word,
)


@pytest.fixture
def job(job: Job, place: str) -> Job:
    return with_a_persons_word(job, place)


class Killing:
    """Kills at the n-th step: before a request, after one whose answer is then lost, or before a commit."""

    def __init__(self, patch: pytest.MonkeyPatch, at: int) -> None:
        self.left = at
        send, begin = requests.Session.request, State.begin

        def sending(session: requests.Session, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ANN401 - as it is
            self.step()
            answer = send(session, *args, **kwargs)
            if self.left == 0:
                answer.close()
            self.step()
            return answer

        @contextmanager
        def beginning(state: State) -> Iterator[sa.Connection]:
            with begin(state) as sql:
                yield sql
                self.step()

        patch.setattr(requests.Session, "request", sending)
        patch.setattr(State, "begin", beginning)

    def step(self) -> None:
        self.left -= 1
        if self.left == -1:
            raise Killed


def test_killed_at_any_step_and_begun_again_it_ends_as_if_nothing_had_been(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.run()
    knew = last_written(job)
    bad, before = a_bad_day(job)
    for at in range(200):
        with monkeypatch.context() as patch:
            killing = Killing(patch, at)
            with suppress(Killed):
                take_back(job, bad)
        if killing.left >= 0:
            break
    assert at > 20
    assert standing(job) == before
    assert last_written(job) == knew
    job.replace(*reversed(WRONG))
    job.writes()
    assert job.run_at(NOON + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert job.writes() == {}


def test_what_the_tool_refuses_is_named_and_the_rest_is_put_back(job: Job) -> None:
    bad, before = a_bad_day(job)
    job.sandbox.switch("jira", withheld=["EDIT_ISSUES"])
    found = take_back(job, bad)
    assert found.report.exit_code is Exit.PARTIAL
    assert {one.connection: one.refused > 0 for one in found.report.tallies} == {"snow": False, "jira": True}
    job.sandbox.switch("jira", withheld=[])
    assert {key for key, held in standing(job).items() if held != before[key]} == {
        key for key in before if key[0] == "jira" and standing(job)[key] != before[key]
    }
    assert take_back(job, bad).report.exit_code is Exit.COMPLETE
    assert standing(job) == before


def test_it_keeps_to_writes_per_run_and_goes_on_when_it_is_asked_again(job: Job) -> None:
    before = standing(job)
    job.run()
    first = number(job)
    for name in TOOLS:
        job.replace(f"[connections.{name}]\n", f"[connections.{name}]\nwrites_per_run = 2\n")
    found = take_back(job, first)
    assert found.report.exit_code is Exit.DEFERRED
    assert [(one.sent, one.waiting) for one in found.report.tallies] == [(2, 1), (2, 1)]
    assert take_back(job, first).report.exit_code is Exit.COMPLETE
    assert standing(job) == before


def test_one_tool_down_does_not_keep_the_other_from_being_put_back(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, before = a_bad_day(job)

    def down(_: ServiceNow) -> Identity:
        raise Unavailable("snow is down")

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "check", down)
        found = take_back(job, bad)
    assert found.report.exit_code is Exit.DEFERRED
    after = standing(job)
    assert {key for key in before if before[key] != after[key]} == {
        key for key in before if key[0] == "snow" and before[key] != after[key]
    }
    assert after != before
    assert take_back(job, bad).report.exit_code is Exit.COMPLETE
    assert standing(job) == before


def test_a_ticket_that_is_gone_and_a_connection_that_is_no_more_are_named(job: Job) -> None:
    bad, _ = a_bad_day(job)
    ticket = job.ticket("snow", "Open")
    job.call("DELETE", f"incident/{ticket.id}")
    found = take_back(job, bad)
    assert {(one.key, one.reason) for name, one in found.left if name == "snow"} == {
        (ticket.key, "the ticket is not there any more, or hidden from the account")
    }
    config = replace(job.config(), state=job.place)
    config = replace(config, connections=tuple(one for one in config.connections if one.name == "jira"))
    found = revert(config, bad, lambda _: None, Halt(), apply=False)
    assert {one.reason for name, one in found.left if name == "snow"} == {
        "the configuration has no connection 'snow' any more"
    }
