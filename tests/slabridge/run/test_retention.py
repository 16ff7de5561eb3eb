"""What is kept no longer: when a ticket goes, what stays of it, and that nothing happens twice when it comes back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.interface import NativeTicket
from sla_engine.instant import DAY, HOUR
from slabridge.app.asked import Asked
from slabridge.app.issue import issue, verify
from slabridge.app.report import of_state
from slabridge.app.status import status
from slabridge.report.reporter import NoSuchReport
from slabridge.run.tally import Report
from slabridge.show.status import lines_of
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, markers_on
from tests.slabridge.run.peopled import NAME, all_of, peopled, put, with_people
from tests.slabridge.state.databases import rows

LATER = NOON + 60 * DAY
FEBRUARY, MARCH = Asked("2016-02"), Asked("2016-03")


@pytest.fixture
def job(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give the job with three tickets in each tool, of which one was closed in February and one ends in March."""
    monkeypatch.setenv("SLABRIDGE_KEY", "a long random text")
    with Sandbox(peopled(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text = with_people(job.text)
        job.replace("[privacy]\n", '[privacy]\nkeep = "30d"\n')
        job.replace('state = "slabridge.db"', f'state = "{place}"')
        job.place = place
        yield job


def known(job: Job) -> int:
    return int(str(rows(job.place, "SELECT count(*) FROM ticket")[0][0]))


def purged(report: Report) -> int:
    return sum(tally.purged for tally in report.tallies)


def test_nothing_goes_before_the_reports_that_it_counts_in_are_issued(job: Job) -> None:
    assert purged(job.run_at(NOON)) == 0
    assert purged(job.run_at(LATER)) == 0
    assert known(job) == 6
    lines = "\n".join(lines_of(status(job.config())))
    assert "wait for reports to be issued" in lines
    assert "  2016-02 (all): 2" in lines
    issue(job.config(), MARCH)
    assert purged(job.run_at(LATER + HOUR)) == 0
    issue(job.config(), FEBRUARY)
    assert purged(job.run_at(LATER + 2 * HOUR)) == 2
    assert known(job) == 4
    assert "wait for reports" not in "\n".join(lines_of(status(job.config())))


def test_what_is_waived_goes_at_once_and_an_open_ticket_never(job: Job) -> None:
    job.replace('keep = "30d"', 'keep = "30d"\nreports = "waived"')
    job.run_at(NOON)
    assert purged(job.run_at(LATER)) == 2
    assert purged(job.run_at(LATER + 400 * DAY)) == 0
    assert known(job) == 4


def test_what_is_read_goes_on_the_next_day_so_that_no_run_loads_and_purges_it_again(job: Job) -> None:
    job.replace('keep = "30d"', 'keep = "30d"\nreports = "waived"')
    first = job.run_at(LATER)
    assert purged(first) == 0
    assert purged(job.run_at(LATER + HOUR)) == 0
    assert purged(job.run_at(LATER + DAY + HOUR)) == 2
    again = job.run_at(LATER + DAY + 2 * HOUR)
    assert (purged(again), sum(tally.changed for tally in again.tallies)) == (0, 0)


def test_of_a_ticket_that_went_nothing_stays_but_what_it_came_to(job: Job) -> None:
    job.replace('keep = "30d"', 'keep = "30d"\nreports = "waived"')
    job.run_at(NOON)
    gone = rows(job.place, "SELECT connection, id, key FROM ticket WHERE NOT is_open")
    before = rows(job.place, f"{CAME_TO} WHERE ticket IN (SELECT id FROM ticket WHERE NOT is_open) {ORDER}")  # noqa: S608 - our own names
    put(
        job.place,
        "INSERT INTO quarantine (connection, ticket, key, reason, first_at, last_at, asked) "
        "VALUES (:connection, :id, :key, 'x', 1, 1, :no)",
        **dict(zip(("connection", "id", "key"), gone[0], strict=True)),
        no=False,
    )
    assert purged(job.run_at(LATER)) == len(gone) == 2
    everything = all_of(job.place)
    for _, id_, key in gone:
        assert str(id_) not in everything
        assert str(key) not in everything
    after = rows(job.place, f"{CAME_TO} WHERE ticket LIKE 'purged-%' {ORDER}")
    assert after == before != []
    left = rows(job.place, "SELECT holder, breach_holder, dimensions FROM result WHERE ticket LIKE 'purged-%'")
    assert {(holder, breach) for holder, breach, _ in left} == {(None, None)}
    assert not any(NAME in str(further) for _, _, further in left)
    assert any(json.loads(str(further)).get("category") for _, _, further in left if further)


CAME_TO = (
    "SELECT agreement, objective, cycle, status, started_at, stopped_at, target_ms, elapsed_ms, priority FROM result"
)
ORDER = "ORDER BY agreement, objective, cycle, started_at, connection"


def test_a_value_that_no_ticket_holds_any_more_is_forgotten_too(job: Job) -> None:
    job.replace('keep = "30d"', 'keep = "30d"\nreports = "waived"')
    job.run_at(NOON)
    closed = "SELECT tickets FROM seen_value WHERE connection = 'snow' AND field = 'state' AND code = '7'"
    held = "SELECT tickets FROM seen_value WHERE connection = 'snow' AND field = 'state' AND code = '2'"
    assert (rows(job.place, closed), rows(job.place, held)) == ([(1,)], [(2,)])
    job.run_at(LATER)
    assert (rows(job.place, closed), rows(job.place, held)) == ([], [(2,)])


def test_an_issued_report_is_verified_without_its_tickets_and_never_restated(job: Job) -> None:
    job.run_at(NOON)
    job.run_at(LATER)
    for asked in (FEBRUARY, MARCH):
        issue(job.config(), asked)
    assert purged(job.run_at(LATER + HOUR)) == 2
    found = verify(job.config(), FEBRUARY)
    assert (found.purged, found.damaged, found.differences) == (2, False, [])
    with pytest.raises(NoSuchReport, match="it stands as it is"):
        issue(job.config(), FEBRUARY)
    other = of_state(job.config(), replace(FEBRUARY, by=("team",)))
    assert any("2 tickets with cycles in 2016-02 are kept no longer" in text for text in map(str, other.lacking))


def test_a_damaged_report_is_said_to_be_one(job: Job) -> None:
    job.run_at(NOON)
    job.run_at(LATER)
    issue(job.config(), MARCH)
    put(job.place, "UPDATE report SET digest = :other", other="0" * 64)
    assert verify(job.config(), MARCH).damaged


@pytest.mark.parametrize("name", ["snow", "jira"])
def test_a_ticket_that_comes_back_is_posted_on_no_second_time_and_counted_once(job: Job, name: str) -> None:
    job.replace('keep = "30d"', 'keep = "30d"\nreports = "waived"')
    job.run_at(NOON + 6 * HOUR)
    breached = rows(job.place, f"SELECT min(ticket) FROM outbox WHERE connection = '{name}'")[0][0]  # noqa: S608 - our own names
    posted = markers_on(read(job, name, breached))
    assert posted
    move(job, name, breached, "Resolved")
    job.run_at(NOON + 7 * HOUR)
    other = rows(job.place, f"SELECT id FROM ticket WHERE connection = '{name}' AND is_open")[0][0]  # noqa: S608 - our own names
    job.sandbox.move_to(NOON + 8 * HOUR)
    move(job, name, other, "Awaiting User Info")  # so that the other one is not among what changed last
    job.run()
    ended = f"SELECT count(*) FROM result WHERE connection = '{name}' AND stopped_at IS NOT NULL"  # noqa: S608 - our own names
    cycles = rows(job.place, ended)
    assert purged(job.run_at(LATER)) >= 3
    assert rows(job.place, f"SELECT * FROM outbox WHERE ticket = '{breached}'") == []  # noqa: S608 - our own names
    assert rows(job.place, ended) == cycles

    move(job, name, breached, "Active")
    job.run_at(LATER + HOUR)
    assert rows(job.place, f"SELECT count(*) FROM ticket WHERE id = '{breached}'") == [(1,)]  # noqa: S608 - our own names
    assert rows(job.place, ended) == cycles
    assert markers_on(read(job, name, breached)) == posted


def read(job: Job, name: str, identity: object) -> NativeTicket:
    """Return a ticket as the tool has it now."""
    with job.connections() as found:
        return next(one for pair in found if pair[0].name == name for one in pair[2] if one.id == identity)


def move(job: Job, name: str, identity: object, status: str) -> None:
    """Let somebody change the status of a ticket."""
    native = read(job, name, identity)
    if name == "jira":
        job.do("transition", native.key, to=status)
        return
    code = {"Active": "2", "Awaiting User Info": "4", "Resolved": "6"}[status]
    job.edit("snow", native, incident_state=code, state=code, close_notes="x", close_code="y")
