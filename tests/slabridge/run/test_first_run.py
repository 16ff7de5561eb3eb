"""A first run is quiet: fields are written, nothing old is posted, also where it was cut off."""

import pytest

from connectors.errors import Unavailable
from sla_engine.instant import HOUR
from slabridge.exit import Exit
from slabridge.state import ConnectionState, State, connections, tickets
from tests.slabridge.run.job import NOON, TOOLS, Job

LATE = NOON + 3 * HOUR
"""When a ticket has been breached for a while."""


@pytest.fixture
def quiet(job: Job) -> Job:
    job.replace('first_run = "post"\n', "")
    return job


def posted(job: Job) -> int:
    return sum(tally.comments_written for tally in job.run().tallies)


def test_a_first_run_writes_fields_and_posts_nothing_that_happened_before_it(quiet: Job) -> None:
    quiet.sandbox.move_to(LATE)
    report = quiet.run()
    assert report.exit_code is Exit.COMPLETE
    assert all(tally.fields_written > 0 for tally in report.tallies)
    assert [tally.comments_written for tally in report.tallies] == [0, 0]
    assert posted(quiet) == 0
    state = State.of(quiet.place)
    for name in TOOLS:
        with ConnectionState(state, name).begin() as transaction:
            assert connections.standing(transaction).posts_from == LATE
    state.close()


def test_what_happens_after_it_is_posted(quiet: Job) -> None:
    quiet.run()
    quiet.sandbox.move_to(LATE)
    assert posted(quiet) > 0


def test_a_first_run_that_was_cut_off_posts_nothing_old_either(quiet: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet.sandbox.move_to(LATE)
    with monkeypatch.context() as patch:

        def dying(*_: object) -> None:
            raise Unavailable("down")

        patch.setattr(tickets, "evaluated", dying)
        assert quiet.run().exit_code is Exit.DEFERRED
    report = quiet.run_at(LATE + HOUR // 2)
    assert [tally.comments_written for tally in report.tallies] == [0, 0]
    assert all(tally.fields_written > 0 for tally in report.tallies)


def test_a_lost_state_is_a_first_run(quiet: Job) -> None:
    quiet.run()
    quiet.sandbox.move_to(LATE)
    quiet.lose_state()
    assert posted(quiet) == 0


def test_who_wants_it_all_posted_says_so(job: Job) -> None:
    job.sandbox.move_to(LATE)
    assert posted(job) > 0
