"""A state that was restored from a backup: nothing is told twice, and soon all is as if nothing had been (docs/backup.md)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sla_engine.instant import HOUR, MINUTE
from slabridge.exit import Exit
from slabridge.state import State, StateError
from slabridge_sandbox.embedded import Sandbox
from tests.deploy.states import back_up, restore
from tests.slabridge.run.breaching import BREACHED, breaching
from tests.slabridge.run.job import NOON, Job, markers_on, small
from tests.slabridge.state.databases import rows

LATER = (NOON + HOUR, BREACHED)
"""When, after the backup, something comes to be at risk, and is breached: both are posted."""
LAST = BREACHED + 10 * MINUTE
KEPT = (
    "SELECT * FROM result ORDER BY 1, 2, 3, 4, 5",
    "SELECT connection, id, key, digest, pending, is_open, wake_at, last_written, gone FROM ticket ORDER BY 1, 2",
    "SELECT name, as_of, judged_by, accepted_by FROM connection ORDER BY 1",
)


@pytest.fixture
def job(job: Job, place: str) -> Job:
    return breaching(job, place)


@pytest.fixture
def undisturbed(tmp_path: Path) -> Iterator[Job]:
    """Give the same job over the same tickets, with a state of its own that nothing happens to."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    with Sandbox(small(folder), in_process=True) as sandbox:
        yield breaching(Job(folder, sandbox), str(folder / "slabridge.db"))


def on_tickets(job: Job) -> dict[tuple[str, str], tuple[dict[str, object], list[str]]]:
    """Return the fields of ours on each ticket, and the keys of our comments; one that stands twice comes twice."""
    with job.connections() as found:
        return {
            (connection.name, native.key): (dict(native.written), markers_on(native))
            for connection, _, natives in found
            for native in natives
        }


def known(job: Job) -> list[list[tuple[object, ...]]]:
    return [rows(job.place, query) for query in KEPT]


def test_after_a_restore_no_comment_is_posted_twice_and_all_is_as_if_nothing_had_been(
    job: Job, undisturbed: Job, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    job.run_at(NOON)
    back_up(job.place, copy)
    for instant in LATER:
        assert job.run_at(instant).exit_code is Exit.COMPLETE
    told = {name: markers for name, (_, markers) in on_tickets(job).items()}
    assert sum(map(len, told.values())) >= 4  # at risk and breached, in both tools

    restore(job.place, copy)
    job.writes()
    report = job.run_at(LAST)

    assert report.exit_code is Exit.COMPLETE
    assert job.writes() == {}
    assert sum(one.comments_written for one in report.tallies) == 0
    for instant in (NOON, *LATER, LAST):
        undisturbed.run_at(instant)
    assert on_tickets(job) == on_tickets(undisturbed)
    assert {name: markers for name, (_, markers) in on_tickets(job).items()} == told
    assert known(job) == known(undisturbed)


def test_a_backup_taken_in_the_midst_of_a_write_is_whole_and_of_the_moment_before(job: Job, tmp_path: Path) -> None:
    job.run_at(NOON)
    before = known(job)
    state = State.of(job.place)
    try:
        with state.begin() as transaction:
            transaction.execute(sa.text("DELETE FROM result"))
            back_up(job.place, tmp_path / "copy")
    finally:
        state.close()
    assert known(job)[0] == []
    restore(job.place, tmp_path / "copy")
    assert known(job) == before


def test_an_older_slabridge_refuses_a_newer_state_and_works_on_the_backup_taken_before(
    job: Job, tmp_path: Path
) -> None:
    job.run_at(NOON)
    back_up(job.place, tmp_path / "copy")
    state = State.of(job.place)
    with state.begin() as transaction:  # as a newer one leaves it
        transaction.execute(sa.text("CREATE TABLE of_a_newer_one (x integer)"))
        transaction.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    state.close()
    with pytest.raises(StateError, match=r"a newer slabridge wrote it \(schema 9999\); upgrade slabridge"):
        job.run_at(NOON + MINUTE)
    restore(job.place, tmp_path / "copy")
    job.writes()
    assert job.run_at(NOON + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert job.writes() == {}
