"""What a changed file would do to very many tickets waits until somebody accepts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sla_engine.instant import HOUR, MINUTE
from slabridge.app.status import status
from slabridge.exit import Exit
from slabridge.run import guard
from slabridge.show.status import lines_of
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, markers_on, small, tally
from tests.slabridge.run.test_small import read
from tests.slabridge.run.truth import Truth

TYPO = ('new = ["1"]', 'new = ["1", "2"]')


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give a job whose few tickets are many."""
    monkeypatch.setattr(guard, "FEW", 0)
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.run_at(NOON + 50 * MINUTE)  # what it posts, the next run reads back: that is no history
        yield job


def mistype(job: Job) -> None:
    """Let nobody's incident have a resolution any more."""
    snow, rest = job.text.split("[connections.snow.values.status]", 1)
    assert TYPO[0] in rest
    rest = rest.replace('active = ["2"]', 'resolved_by_mistake = ["2"]', 1)
    job.text = f"{snow}[connections.snow.values.status]{rest}"


def test_a_typo_that_would_empty_fields_on_many_tickets_writes_nothing_and_the_other_tool_goes_on(job: Job) -> None:
    before = job.text
    mistype(job)
    job.writes()
    report = job.run_at(NOON + 51 * MINUTE)

    assert report.exit_code is Exit.USAGE
    assert tally(report, "snow").held > 0
    assert tally(report, "jira").held == 0
    assert job.writes() == {}
    assert any("held back since" in line for line in lines_of(status(job.config())))
    assert job.run_at(NOON + 52 * MINUTE).exit_code is Exit.USAGE  # it goes on being held
    assert job.writes() == {}

    job.text = before
    assert job.run_at(NOON + 53 * MINUTE).exit_code is Exit.COMPLETE
    Truth().check(job)


def test_what_was_held_is_planned_and_written_and_posted_once_it_is_accepted(job: Job) -> None:
    ticket = job.ticket("snow", "Open")
    job.replace('post_within = "24h"', 'post_within = "1h"')
    job.replace('within = "4h", calendar', 'within = "2h", calendar')
    assert job.run_at(NOON + 51 * MINUTE).exit_code is Exit.USAGE
    assert not [marker for marker in markers_on(read(job, "snow", ticket.id)) if "breached" in marker]

    planned = job.rehearse()
    assert planned.exit_code is Exit.USAGE
    assert planned.actions
    job.sandbox.move_to(NOON + 5 * HOUR)
    report = job.run(accept=True)

    assert report.exit_code is Exit.COMPLETE
    written = read(job, "snow", ticket.id)
    assert written.written["u_sla_status"] == "Breached"
    assert [marker for marker in markers_on(written) if "breached" in marker]
    assert job.run_at(NOON + 5 * HOUR + MINUTE).exit_code is Exit.COMPLETE


def test_what_history_and_time_do_is_held_back_by_nothing(job: Job) -> None:
    job.replace('{ within = "5wd" }', '{ within = "6wd" }')
    report = job.run_at(NOON + 3 * HOUR)
    assert report.exit_code is Exit.COMPLETE
    assert sum(one.fields_written for one in report.tallies) > 0


def test_a_guard_that_is_off_or_of_which_no_share_is_reached_holds_nothing_back(job: Job) -> None:
    job.replace("[connections.snow]\n", '[connections.snow]\nguard = "off"\n')
    job.replace("[connections.jira]\n", '[connections.jira]\nguard = "100%"\n')
    job.replace('within = "4h", calendar', 'within = "3h", calendar')
    assert job.run_at(NOON + 51 * MINUTE).exit_code is Exit.COMPLETE
    Truth().check(job)


def test_a_field_of_people_that_a_changed_file_would_write_over_is_held_back_too(job: Job) -> None:
    for one in ("Open", "Waiting"):
        job.edit("snow", job.ticket("snow", one), short_description="what a person wrote")
    job.run_at(NOON + 51 * MINUTE)
    job.writes()
    job.replace('field = "u_sla_due"', 'field = "short_description"')
    assert tally(job.run_at(NOON + 52 * MINUTE), "snow").held == 2
    assert job.writes() == {}
