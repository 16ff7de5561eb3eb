"""A state of which a part is damaged: what can be contained is read anew, for the rest the run says what to do."""

import sqlite3
from contextlib import closing

import pytest

from sla_engine.instant import HOUR
from slabridge.exit import Exit
from slabridge.state import State, StateError
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.databases import rows


def damage(job: Job, statement: str) -> None:
    with closing(sqlite3.connect(job.state_file)) as db:
        assert db.execute(statement).rowcount > 0
        db.commit()


@pytest.mark.parametrize(
    "garbage",
    [
        "x'00'",
        "x'7b'",
        "x'789c4bcb07000282'",
        "CAST(substr({}, 1, 40) || x'ff' || substr({}, 42) AS BLOB)",
        # What is JSON still, of another ticket, is no less damaged.
        "CAST(replace(CAST({} AS TEXT), '\"created\":1', '\"created\":2') AS BLOB)",
    ],
)
def test_a_ticket_whose_stored_form_is_damaged_is_read_anew_and_nothing_else_suffers(job: Job, garbage: str) -> None:
    assert job.run().exit_code is Exit.COMPLETE
    damage(job, f"UPDATE ticket SET payload = {garbage.replace('{}', 'payload')}, pending = 1")  # noqa: S608 - our own words
    report = job.run_at(NOON + 3 * HOUR)
    assert report.exit_code is Exit.COMPLETE
    Truth().check(job)
    assert job.run().exit_code is Exit.COMPLETE


def test_a_damaged_payload_of_a_ticket_that_changed_is_replaced_by_what_the_tool_has(job: Job) -> None:
    job.run()
    damage(job, "UPDATE ticket SET payload = x'01', digest = 'other'")
    assert job.run_at(NOON + 3 * HOUR).exit_code is Exit.COMPLETE
    Truth().check(job)


@pytest.mark.parametrize("text", ["{", "[1]", "7"])
def test_damaged_dimensions_of_a_result_are_written_anew(job: Job, text: str) -> None:
    job.run()
    before = rows(job.place, "SELECT * FROM result ORDER BY 1, 2, 3, 4, 5")
    damage(job, f"UPDATE result SET dimensions = '{text}'")  # noqa: S608 - our own words
    damage(job, "UPDATE ticket SET pending = 1")
    assert job.run().exit_code is Exit.COMPLETE
    assert rows(job.place, "SELECT * FROM result ORDER BY 1, 2, 3, 4, 5") == before


def test_what_was_written_last_is_found_again_where_its_record_is_damaged(job: Job) -> None:
    job.run()
    damage(job, "UPDATE ticket SET last_written = '{\"u_sla', pending = 1")
    job.writes()
    assert job.run().exit_code is Exit.COMPLETE
    assert job.writes() == {}


@pytest.mark.parametrize("column", ["changed", "touched", "fields"])
def test_a_connection_whose_place_is_damaged_ends_the_run_and_says_what_to_do(job: Job, column: str) -> None:
    job.run()
    damage(job, f"UPDATE connection SET {column} = '{{\"updated' WHERE name = 'jira'")  # noqa: S608 - as above
    with pytest.raises(StateError, match=r"connection 'jira' stands is damaged in the state .* put a backup"):
        job.run()


def test_a_text_that_is_no_text_is_no_outage(job: Job) -> None:
    job.run()
    damage(job, "UPDATE ticket SET key = CAST(x'ff41' AS TEXT), pending = 1")
    state = State.of(job.place)
    with pytest.raises(StateError, match="damaged, put a backup in its place, or move it away") as raised:
        job.run()
    assert type(raised.value) is StateError
    assert "A" not in str(raised.value).partition("key")[2].partition(";")[0]
    state.close()
