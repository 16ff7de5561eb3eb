"""What a run replaced is put back where nobody has changed it since (docs/revert.md)."""

import json

import pytest
import sqlalchemy as sa

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.app.revert import NoSuchRun
from slabridge.exit import Exit
from slabridge.run.actions import Reason
from slabridge.run.counting import WRITES, successes
from slabridge.show.report import troubles_of
from slabridge.state import State, schema
from tests.slabridge.run.job import NOON, TOOLS, Job, markers_on
from tests.slabridge.run.reverting import (
    HOLDER,
    WRONG,
    a_bad_day,
    last_written,
    number,
    rows,
    standing,
    take_back,
    with_a_persons_word,
)
from tests.slabridge.run.test_small import read

NOBODYS = """
[agreements.suppliers]
kind = "uc"
calendar = "office"
scope = { team = "Nobody" }
objectives.fix = { clock = "resolution", targets = "1h" }
"""


@pytest.fixture
def job(job: Job, place: str) -> Job:
    return with_a_persons_word(job, place)


def test_what_a_run_replaced_stands_there_again_and_a_run_by_the_mended_file_writes_nothing(job: Job) -> None:
    job.run()
    knew = last_written(job)
    bad, before = a_bad_day(job)
    job.replace(*reversed(WRONG))
    found = take_back(job, bad)
    assert found.report.exit_code is Exit.COMPLETE
    assert standing(job) == before
    assert last_written(job) == knew
    assert [change.reason for _, action in found.report.actions for change in action.changes] == [
        Reason.PUT_BACK
    ] * sum(one.fields_written for one in found.report.tallies)
    counted = {
        (labels, value)
        for name, labels, value in rows(job, "name", "labels", "value", table="counter")
        if name == WRITES
    }
    for one in found.report.tallies:
        labels = {"connection": one.connection, "kind": "field", "reason": "put back"}
        assert one.fields_written in [value for known, value in counted if dict(json.loads(str(known))) == labels]
    job.writes()
    for later in (2, 3):
        assert job.run_at(NOON + later * MINUTE).exit_code is Exit.COMPLETE
        assert job.writes() == {}


def test_a_persons_value_is_theirs_again_and_no_run_empties_it(job: Job) -> None:
    before = standing(job)
    job.run()
    tickets = {name: job.ticket(name, "Open") for name in TOOLS}
    assert all(tickets[name].written[HOLDER[name]] == "Open" for name in TOOLS)
    take_back(job, number(job))
    assert standing(job) == before
    assert {value for one in last_written(job) for value in one.values()} == set()
    assert {name: read(job, name, tickets[name].id).written[HOLDER[name]] for name in TOOLS} == dict.fromkeys(
        TOOLS, "ask Kim"
    )
    assert read(job, "jira", tickets["jira"].id).ours == frozenset()
    job.replace('value = "sla.holder"', 'value = "uc.holder"')
    job.text += NOBODYS
    assert job.run_at(NOON + MINUTE).exit_code is Exit.COMPLETE
    for name in TOOLS:
        written = read(job, name, tickets[name].id).written
        assert written[HOLDER[name]] == "ask Kim"
        assert written != before[name, tickets[name].id]


def test_what_somebody_or_a_later_run_has_changed_is_left_alone_and_named(job: Job) -> None:
    bad, before = a_bad_day(job)
    open_, done = ({name: job.ticket(name, team) for name in TOOLS} for team in ("Open", "Done"))
    due = {"snow": "u_sla_due", "jira": "SLA due"}
    job.edit("snow", open_["snow"], u_sla_due="2016-03-01 20:00:00")
    job.edit("jira", open_["jira"], **{"SLA due": "2016-03-01T20:00:00.000+0000"})
    now = standing(job)
    found = take_back(job, bad)
    assert found.report.exit_code is Exit.COMPLETE
    for name in TOOLS:
        [left] = [one for which, one in found.left if which == name]
        assert (left.key, left.field) == (open_[name].key, due[name])
        assert "somebody has changed it since, to '2016-03-01" in left.reason
        kept = now[name, open_[name].id][due[name]]
        expected = before[name, open_[name].id] | {due[name]: kept}
        assert standing(job)[name, open_[name].id] == expected
        assert standing(job)[name, done[name].id] == before[name, done[name].id]


def test_what_somebody_changed_after_it_was_put_back_is_theirs_too(job: Job) -> None:
    bad, _ = a_bad_day(job)
    take_back(job, bad)
    ticket = job.ticket("snow", "Open")
    job.edit("snow", ticket, u_sla_due="2016-03-01 20:00:00")
    now = standing(job)
    [(name, left)] = take_back(job, bad).left
    assert (name, left.field) == ("snow", "u_sla_due")
    assert left.reason == "somebody has changed it since, to '2016-03-01 20:00:00'"
    assert standing(job) == now


def test_of_several_runs_the_latest_goes_first_and_then_the_one_before_it(job: Job) -> None:
    bad, before = a_bad_day(job)
    job.replace('within = "2h"', 'within = "150m"')
    job.run_at(NOON + 2 * MINUTE)
    worse, now = number(job), standing(job)
    found = take_back(job, bad)
    assert {left.reason for _, left in found.left} == {f"run {worse} has written it since; take that one back first"}
    assert standing(job) == now
    take_back(job, worse)
    found = take_back(job, bad)
    assert found.left == []
    assert standing(job) == before


def test_a_revert_can_be_taken_back_as_any_run_and_that_again(job: Job) -> None:
    job.run()
    bad, before = a_bad_day(job)
    wrong, knew = standing(job), last_written(job)
    take_back(job, bad)
    first = number(job)
    take_back(job, first)
    assert standing(job) == wrong
    assert last_written(job) == knew
    second = number(job)
    assert {left.reason for _, left in take_back(job, bad).left} == {
        f"run {second} has written it since; take that one back first"
    }
    take_back(job, second)
    assert standing(job) == before


def test_a_dry_run_changes_nothing_and_says_just_what_is_then_done(job: Job) -> None:
    bad, _ = a_bad_day(job)
    there, knew, runs = standing(job), rows(job, *schema.ticket.c.keys()), rows(job, "id", table="run")
    job.writes()
    shown = take_back(job, bad, apply=False)
    assert (job.writes(), standing(job)) == ({}, there)
    assert (rows(job, *schema.ticket.c.keys()), rows(job, "id", table="run")) == (knew, runs)
    done = take_back(job, bad)
    assert done.report.actions == shown.report.actions
    assert shown.report.actions
    again = take_back(job, bad)
    assert (again.report.actions, again.left) == ([], [])
    assert again.back == sum(len(action.changes) for _, action in done.report.actions)


def test_what_a_wrong_file_wrote_into_fields_of_people_is_put_back_also_by_the_mended_one(job: Job) -> None:
    right = job.text
    tickets = {name: job.ticket(name, "Open") for name in TOOLS}
    job.edit("snow", tickets["snow"], description="It is\nslow today")
    job.edit("jira", tickets["jira"], labels=["mail", "vip"])
    people = {name: job.foreign(name, tickets[name]) for name in TOOLS}
    for name, native in (("snow", "description"), ("jira", "labels")):
        job.replace(f'field = "{HOLDER[name]}"', f'field = "{native}"')
    job.run()
    first = number(job)
    assert all(job.foreign(name, tickets[name]) != people[name] for name in TOOLS)
    job.text = right
    found = take_back(job, first)
    assert (found.report.exit_code, found.left) == (Exit.COMPLETE, [])
    assert {name: job.foreign(name, tickets[name]) for name in TOOLS} == people
    job.run_at(NOON + MINUTE)
    for name, native in (("snow", "description"), ("jira", "labels")):
        assert job.foreign(name, tickets[name])[native] == people[name][native]


def test_rows_of_our_own_table_stay_and_their_fields_are_empty(job: Job) -> None:
    job.replace(
        "[connections.snow.writeback.comments]",
        '[connections.snow.writeback]\ntable = "u_slabridge_result"\nreference = "u_task"\n'
        "[connections.snow.writeback.comments]",
    )
    assert job.run().exit_code is Exit.COMPLETE
    filled = {key: one for key, one in standing(job).items() if key[0] == "snow" and any(one.values())}
    assert filled
    found = take_back(job, number(job))
    assert found.report.exit_code is Exit.COMPLETE
    assert found.tables == {"snow": "u_slabridge_result"}
    after = standing(job)
    assert {value for key in filled for value in after[key].values()} == {None}
    with job.connections() as connected:
        made = [native for one, _, natives in connected if one.name == "snow" for native in natives if native.ours]
    assert {("snow", native.id) for native in made} == filled.keys()


def test_by_the_file_as_it_was_the_next_run_is_held_back_until_somebody_accepts_it(job: Job) -> None:
    bad, before = a_bad_day(job)
    wrong = standing(job)
    take_back(job, bad)
    job.writes()
    for _ in range(2):
        report = job.run_at(NOON + 2 * MINUTE)
        assert report.exit_code is Exit.USAGE
        assert [one.reverted for one in report.tallies] == [bad, bad]
        assert successes(report.tallies, 0) == {}
        assert any(f"run {bad} was taken back" in text for text in troubles_of(report))
        assert (job.writes(), standing(job)) == ({}, before)
    assert job.run(accept=True).exit_code is Exit.COMPLETE
    assert standing(job) == wrong
    assert job.run_at(NOON + 3 * MINUTE).exit_code is Exit.COMPLETE


def test_what_took_back_a_run_taken_back_holds_nothing_back(job: Job) -> None:
    bad, _ = a_bad_day(job)
    wrong = standing(job)
    take_back(job, bad)
    take_back(job, number(job))
    assert job.run_at(NOON + 2 * MINUTE).exit_code is Exit.COMPLETE
    assert standing(job) == wrong


def test_comments_stay_and_are_named(job: Job) -> None:
    job.run()
    job.run_at(NOON + 3 * HOUR)
    posted = {name: markers_on(job.ticket(name, "Open")) for name in TOOLS}
    found = take_back(job, number(job))
    assert {
        name: sorted(m for which, one in found.comments if which == name for m in one.markers) for name in TOOLS
    } == (posted)
    assert all(posted.values())
    assert {name: markers_on(job.ticket(name, "Open")) for name in TOOLS} == posted


def test_what_runs_replaced_is_kept_as_long_as_they_are(job: Job) -> None:
    job.run()
    assert rows(job, "run", table="replaced")
    state = State.of(job.place)
    with state.begin() as sql:
        sql.execute(sa.update(schema.run).values(started_at=schema.run.c.started_at - 91 * DAY))
    state.close()
    job.run_at(NOON + MINUTE)
    assert rows(job, "run", table="replaced") == []
    with pytest.raises(NoSuchRun, match="knows no run 1:"):
        take_back(job, 1)
