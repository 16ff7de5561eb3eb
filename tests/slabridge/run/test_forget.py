"""Forgetting a person: they stand nowhere afterwards, not after the next pull either, and nothing is written for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sla_engine.instant import DAY, HOUR
from slabridge.app.asked import Asked
from slabridge.app.forget import Forgotten, forget, forget_everybody
from slabridge.app.issue import issue, verify
from slabridge.config import ConfigError
from slabridge.show import logs
from slabridge.state import Busy, State, StateError, lease, personal
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.run.peopled import ACCOUNT, NAME, OTHER, all_of, peopled, put, raw_of, with_people
from tests.slabridge.state.databases import rows

APRIL = NOON + 45 * DAY
BY_ASSIGNEE = Asked("2016-03", by=("assignee",))


@pytest.fixture
def job(tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give the job where one person is everywhere, in each kind of database."""
    monkeypatch.setenv("SLABRIDGE_KEY", "a long random text")
    with Sandbox(peopled(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text = with_people(job.text)
        job.replace('state = "slabridge.db"', f'state = "{place}"')
        job.place = place
        yield job


def forgotten(job: Job, *names: str, apply: bool = True) -> Forgotten:
    return forget(job.config(), names or (NAME,), apply=apply)


def traces(job: Job, found: Forgotten) -> list[str]:
    """Return what of the state names the person: by any of the names that were found, or by a part of the name."""
    everything, raw = all_of(job.place), raw_of(job.place)
    words = [*found.names, "zetterquist", "astrid"]
    lines = [line for line in everything.splitlines() if any(word.casefold() in line.casefold() for word in words)]
    return lines + [word for word in words if word.encode() in raw]


def plant(job: Job) -> None:
    """Let the person stand where no run of this test put them."""
    put(
        job.place,
        "INSERT INTO quarantine (connection, ticket, key, reason, first_at, last_at, asked) "
        "VALUES ('snow', 'gone', 'INC9', :reason, 1, 1, :no)",
        reason=f"the record of {NAME} (<{ACCOUNT}@example.com>) cannot be read",
        no=False,
    )
    put(
        job.place,
        "INSERT INTO notification (receiver, connection, ticket, agreement, objective, cycle, step, key, state, urgent, "
        "noted_at, body) VALUES ('desk', 'snow', '1', 'a', 'o', 1, 's', 'INC9', 'sent', :no, 1, :body)",
        body="Zetterquist, Astrid: INC9 is late",
        no=False,
    )
    put(
        job.place,
        'INSERT INTO replaced (run, connection, ticket, field, key, "before", "after", at, ours) '
        "VALUES (1, 'snow', '1', 'u_sla_holder', 'INC9', :before, 'Mail', 1, :no)",
        before=NAME,
        no=False,
    )
    put(job.place, "UPDATE run SET summary = :summary WHERE id = 1", summary=f'{{"connections": [], "x": "{NAME}"}}')
    put(
        job.place,
        "INSERT INTO credit (period, about, number, service, bill, place, text, amount, currency, points) "
        "VALUES ('2015-01', '', 1, 's', '2015-01', 1, :name, '1', 'SEK', '0')",
        name=NAME,
    )
    put(
        job.place,
        "INSERT INTO outage (period, about, number, service, started_at, ended_at) VALUES ('2015-01', :name, 1, 's', 1, 2)",
        name=NAME,
    )


def delete_much(job: Job) -> None:
    """Let the name stand in pages of the database that are free, as what was deleted does."""
    for n in range(300):
        put(
            job.place,
            "INSERT INTO quarantine (connection, ticket, key, reason, first_at, last_at, asked) "
            "VALUES ('snow', :ticket, 'INC9', :reason, 1, 1, :no)",
            ticket=f"deleted {n}",
            reason=f"{NAME} " * 50,
            no=False,
        )
    put(job.place, "DELETE FROM quarantine WHERE ticket LIKE 'deleted %'")


def touch(job: Job) -> None:
    """Let somebody else change all tickets, so that they are read again."""
    for (id_,) in rows(job.place, "SELECT id FROM ticket WHERE connection = 'snow'"):
        job.call("PATCH", f"incident/{id_}", priority="2")
    with job.connections() as found:
        for connection, _, natives in found:
            for native in natives if connection.name == "jira" else ():
                job.edit("jira", native, priority={"name": "High"})


def test_a_person_who_was_everywhere_is_nowhere_after_forget_and_after_the_next_pull(job: Job) -> None:
    job.text += f'\n[receivers.desk]\nby = "assignee"\neach = {{ "{NAME}" = {{ env = "DESK" }} }}\n'
    job.run_at(NOON)
    job.run_at(NOON + 6 * HOUR)
    job.run_at(APRIL)
    issue(job.config(), BY_ASSIGNEE)
    plant(job)
    delete_much(job)
    shown = forgotten(job, apply=False)
    tables = {line.partition(".")[0] for line in traces(job, shown)}
    assert personal.NAMING.keys() - tables == set()
    assert len(shown.names) >= 4, shown.names  # the name, the account, and the id in each tool

    done = forgotten(job)
    assert (done.names, done.rows, done.left) == (shown.names, shown.rows, "")
    assert traces(job, done) == []
    assert done.person in all_of(job.place)
    assert OTHER in all_of(job.place)
    assert rows(job.place, "SELECT count(*) FROM replaced WHERE key = 'INC9'") == [(0,)]  # nothing to put back

    touch(job)
    report = job.run_at(APRIL + HOUR)
    assert sum(tally.changed for tally in report.tallies) == 6
    assert NAME in _all_read(job)  # the tools still name the person
    assert traces(job, done) == []


def test_an_issued_report_stands_and_says_that_somebody_was_forgotten_in_it(job: Job) -> None:
    job.run_at(NOON)
    job.run_at(APRIL)
    issue(job.config(), BY_ASSIGNEE)
    before = verify(job.config(), BY_ASSIGNEE)
    assert (before.redacted_at, before.damaged, before.differences) == (None, False, [])
    forgotten(job)
    after = verify(job.config(), BY_ASSIGNEE)
    assert after.redacted_at is not None
    assert (after.damaged, after.differences) == (False, [])
    assert after.issued.digest == before.issued.digest
    assert issue(job.config(), BY_ASSIGNEE)[1] == []


def test_a_forgotten_person_makes_no_ticket_differ_and_nothing_is_written_for_it(job: Job) -> None:
    job.replace('on = ["at_risk", "breached"]', 'on = ["at_risk", "breached"]\nquiet = "1h"')
    job.run_at(NOON)
    job.run_at(NOON + 6 * HOUR)
    job.run_at(NOON + 6 * HOUR)  # our own comments are read
    forgotten(job)
    job.writes()
    report = job.run_at(NOON + 6 * HOUR)
    assert [tally.changed for tally in report.tallies] == [0, 0]
    assert job.writes() == {}


def test_what_was_cut_short_is_done_by_the_same_once_more(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON + 6 * HOUR)
    names = forgotten(job, apply=False)
    last = personal.naming_tables()[-1]
    with monkeypatch.context() as cut:
        cut.setattr(personal, "naming_tables", lambda: [last])  # it dies after that one
        forgotten(job)
    assert traces(job, names) != []
    again = forgotten(job)
    assert "ticket" not in again.rows
    assert traces(job, names) == []


def test_a_run_keeps_forget_out(job: Job) -> None:
    job.run_at(NOON)
    state = State.of(job.place)
    with lease.held(state), pytest.raises(Busy):
        forgotten(job)
    state.close()


def test_no_run_goes_on_with_another_key_or_without_one(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(NOON)
    forgotten(job)
    monkeypatch.setenv("SLABRIDGE_KEY", "another long random text")
    with pytest.raises(StateError, match="made with another key"):
        job.run_at(NOON)
    with pytest.raises(StateError, match="made with another key"):
        job.rehearse()
    job.replace('key = { env = "SLABRIDGE_KEY" }\n', "")
    with pytest.raises(StateError, match="put key back"):
        job.run_at(NOON)
    assert "did not end" not in repr(rows(job.place, "SELECT * FROM run WHERE exit_code IS NULL"))
    assert rows(job.place, "SELECT count(*) FROM run") == [(1,)]


def test_whom_the_file_itself_goes_by_cannot_be_forgotten_and_whom_it_names_otherwise_is_shown(job: Job) -> None:
    job.replace('# agents = { groups = ["network-team"] }', f'agents = {{ accounts = ["{ACCOUNT}"] }}')
    job.run_at(NOON)
    places = forgotten(job, apply=False).places
    assert [place.partition(": ")[2] for place in places] == ["connections.jira.agents.accounts[0]"]
    job.text = job.text.replace('kind = "sla"', f'kind = "sla"\nexclude = {{ assignee = "{NAME}" }}', 1)
    with pytest.raises(ConfigError, match=r"exclude\.assignee: names the person"):
        forgotten(job)


def test_forget_wants_a_key_and_a_name(job: Job) -> None:
    with pytest.raises(ConfigError, match="no letter in it"):
        forgotten(job, "4711")
    job.replace('key = { env = "SLABRIDGE_KEY" }\n', "")
    with pytest.raises(ConfigError, match="is missing"):
        forgotten(job)


WITHOUT_PEOPLE = (
    "SELECT connection, ticket, agreement, objective, cycle, status, due_at, elapsed_ms, team, priority FROM result "
    "ORDER BY connection, ticket, agreement, objective, cycle"
)


def test_with_pseudonyms_no_name_is_ever_kept_or_logged_and_all_is_judged_alike(
    job: Job, capfd: pytest.CaptureFixture[str]
) -> None:
    job.replace('holder = "assignee"', 'holder = "team"')
    job.run_at(NOON + 6 * HOUR)
    judged = rows(job.place, WITHOUT_PEOPLE)
    job.lose_state()
    job.replace("[privacy]\n", "[privacy]\npseudonyms = true\n")
    logs.configure("debug", "json")
    job.run_at(NOON + 6 * HOUR)
    assert len(judged) > 6
    assert rows(job.place, WITHOUT_PEOPLE) == judged
    job.run_at(APRIL)
    issue(job.config(), BY_ASSIGNEE)
    assert traces(job, Forgotten((NAME, ACCOUNT), "", {})) == []
    assert OTHER not in all_of(job.place)
    assert "person-" in all_of(job.place)
    assert "etterquist" not in "".join(capfd.readouterr())


def test_names_read_before_there_were_pseudonyms_are_replaced_at_once_and_no_run_mixes_the_two(job: Job) -> None:
    job.replace('holder = "assignee"', 'holder = "team"')
    job.run_at(NOON + 6 * HOUR)
    job.run_at(APRIL)
    issue(job.config(), BY_ASSIGNEE)
    job.replace("[privacy]\n", "[privacy]\npseudonyms = true\n")
    with pytest.raises(StateError, match="forget --everyone --apply"):
        job.run_at(APRIL)
    shown = forget_everybody(job.config(), apply=False)
    done = forget_everybody(job.config(), apply=True)
    assert shown.rows == done.rows
    assert traces(job, Forgotten((NAME, ACCOUNT), "", {})) == []
    assert OTHER not in all_of(job.place)
    report = job.run_at(APRIL + HOUR)
    assert [tally.changed for tally in report.tallies] == [0, 0]
    touch(job)
    job.run_at(APRIL + 2 * HOUR)
    assert traces(job, Forgotten((NAME, ACCOUNT), "", {})) == []
    job.replace("pseudonyms = true\n", "")
    with pytest.raises(StateError, match="cannot come back"):
        job.run_at(APRIL + 2 * HOUR)


def _all_read(job: Job) -> str:
    with job.connections() as found:
        return repr([natives for _, _, natives in found])


def test_a_key_that_could_be_guessed_is_refused(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLABRIDGE_KEY", "short")
    with pytest.raises(ConfigError, match="too short") as caught:
        forgotten(job, apply=False)
    assert "privacy.key" in str(caught.value)
