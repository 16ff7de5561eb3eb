"""The history says who changed the configuration when, and what came of it."""

import os
import pwd
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import pytest

from sla_engine.instant import HOUR, MINUTE
from slabridge.app.history import history
from slabridge.config import load_config
from slabridge.exit import Exit
from slabridge.run import guard
from slabridge.show.history import as_json, lines_of
from slabridge.state import State, configurations
from tests.slabridge.run.job import NOON, TOOLS, Job
from tests.slabridge.state.released import load

TARGET = ('within = "4h", calendar', 'within = "5h", calendar')
CALENDAR = ('mon-fri = ["08:00-17:00"]', 'mon-fri = ["08:00-16:00"]')
VALUES = (('P1 = ["1"]', 'P1 = ["1", "3"]'), ('P3 = ["3"]', 'P3 = ["33"]'))
START = NOON + 50 * MINUTE


def changes(job: Job) -> list[dict[str, Any]]:
    return [as_json(change) for change in history(job.config()).changes]


def keys(change: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(one.values()) for one in change["changes"]]


def effects(change: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return tickets judged and moved, results and writes, by connection."""
    names = ("judged", "moved", "results", "writes")
    return {one["connection"]: tuple(one[name] for name in names) for one in change["connections"]}


def settled(job: Job) -> None:
    """Let runs write all that there is to write, and read their own comments back."""
    for minute in range(2):
        job.run_at(START + minute * MINUTE)
    job.writes()


def said(job: Job) -> dict[str, Sequence[tuple[object, ...]]]:
    """Return by connection what cycles came to, apart from what ticks; past the program."""
    query = "SELECT ticket, agreement, objective, cycle, status, due_at, target_ms FROM result WHERE connection = ?"
    with closing(sqlite3.connect(job.state_file)) as db:
        return {name: db.execute(query, (name,)).fetchall() for name in TOOLS}


def counted(before: dict[str, Any], after: dict[str, Any], writes: int) -> dict[str, tuple[int, ...]]:
    """Return what an edit came to by connection, counted anew; each tool was written to so many times."""
    found: dict[str, tuple[int, ...]] = {}
    for name in TOOLS:
        moved = {row[:4] for row in set(before[name]) ^ set(after[name])}
        found[name] = (4, len({row[0] for row in moved}), len(moved), writes)
    return found


def test_three_edits_are_three_changes_with_what_each_came_to(job: Job) -> None:
    settled(job)
    wanted = []
    for n, (old, new) in enumerate((TARGET, CALENDAR)):
        before = said(job)
        job.replace(old, new)
        assert job.run_at(START + (2 + n) * MINUTE).exit_code is Exit.COMPLETE
        writes = job.writes()
        assert set(writes.values()) == {1}
        wanted.append(counted(before, said(job), 1))
    before = said(job)
    for old, new in VALUES:
        job.replace(old, new)
    job.run_at(START + 4 * MINUTE)
    snow = sum(job.writes().values())
    last = counted(before, said(job), snow)
    assert last["snow"][1] > 0
    assert last["jira"][1] == 0

    found = changes(job)
    assert [keys(change) for change in found] == [
        [("agreements.standard.objectives.resolution.targets[0].within", '"4h"', '"5h"')],
        [("calendars.office.hours.mon-fri", '["08:00-17:00"]', '["08:00-16:00"]')],
        [
            ("connections.snow.values.priority.P1", '["1"]', '["1", "3"]'),
            ("connections.snow.values.priority.P3", '["3"]', '["33"]'),
        ],
    ]
    assert [effects(change) for change in found] == [*wanted, {"snow": last["snow"], "jira": (0, 0, 0, 0)}]
    assert all(one["is_over"] for change in found for one in change["connections"])
    assert [change["run"] for change in found] == [3, 4, 5]
    job.run_at(NOON + 4 * HOUR)
    assert job.writes()
    assert changes(job) == found  # what happens later comes of something else


def test_it_says_whose_the_file_is_and_since_when(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.run_at(START)
    job.replace(*TARGET)
    job.config()
    os.utime(job.path, (1_700_000_000, 1_700_000_000))
    monkeypatch.setattr(job, "config", lambda: load_config(job.path))
    job.run_at(START + MINUTE)
    ((file,),) = [change["files"] for change in changes(job)]
    owner = pwd.getpwuid(os.getuid()).pw_name
    assert file == {"file": str(job.path), "owner": owner, "changed_at": "2023-11-14T22:13:20Z"}
    (shown,) = [line for line in lines_of(history(job.config())) if "last changed" in line]
    assert shown == f"  {job.path}: of {owner}, last changed 2023-11-14 22:13 UTC"


def test_how_a_file_is_written_how_one_signs_in_and_what_a_plan_tries_are_no_changes(job: Job) -> None:
    settled(job)
    whole = job.text
    job.text = "# Nobody reads this.\n" + whole.replace(
        'timezone = "Europe/Stockholm"    #', "timezone='Europe/Stockholm' #"
    )
    assert job.text != whole
    job.replace("[connections.snow]\n", "[connections.snow]\npage_size = 100\n")
    job.run_at(START + 2 * MINUTE)
    job.replace(*TARGET)
    job.rehearse()
    assert changes(job) == []
    with closing(sqlite3.connect(job.state_file)) as db:
        assert db.execute("SELECT count(*) FROM configuration").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM configuration_effect").fetchone() == (0,)
    state = State.of(job.place)
    with state.reading() as sql:
        (first,) = configurations.listed(sql)
    state.close()
    assert "auth" not in repr(first.seen)
    assert "PASSWORD" not in repr(first.seen)


def test_what_the_guard_held_is_counted_and_what_is_written_once_it_is_accepted_too(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "FEW", 0)
    settled(job)
    job.replace(*TARGET)
    assert job.run_at(START + 2 * MINUTE).exit_code is Exit.USAGE
    assert job.run_at(START + 3 * MINUTE).exit_code is Exit.USAGE
    (held,) = changes(job)
    assert {one["held"] for one in held["connections"]} == {1}
    assert {one["is_over"] for one in held["connections"]} == {False}
    assert effects(held) == dict.fromkeys(TOOLS, (4, 1, 1, 0))

    job.sandbox.move_to(START + 4 * MINUTE)
    assert job.run(accept=True).exit_code is Exit.COMPLETE
    (written,) = changes(job)
    assert effects(written) == dict.fromkeys(TOOLS, (4, 1, 1, 1))
    assert {(one["held"], one["is_over"]) for one in written["connections"]} == {(1, True)}


def test_what_time_and_people_did_to_tickets_meanwhile_is_none_of_its_effects(job: Job) -> None:
    settled(job)
    ticket = job.ticket("snow", "Waiting")
    job.edit("snow", ticket, state="2")
    job.replace('name = "Standard service"', 'name = "Standard"')
    job.run_at(NOON + 4 * HOUR)
    assert job.writes()
    (change,) = changes(job)
    assert keys(change) == [("agreements.standard.name", '"Standard service"', '"Standard"')]
    assert effects(change) == dict.fromkeys(TOOLS, (0, 0, 0, 0))


def test_of_an_earlier_state_it_is_known_from_the_next_run_on(job: Job) -> None:
    load("0007", job.place)
    assert history(job.config()).since is None
    job.run_at(NOON + 4 * HOUR)
    assert history(job.config()).since is not None
    assert changes(job) == []
    job.replace(*TARGET)
    job.run_at(NOON + 4 * HOUR + MINUTE)
    assert [keys(change)[0][2] for change in changes(job)] == ['"5h"']


def test_a_change_whose_writes_failed_for_now_is_not_over_and_counts_them_when_they_are_made(job: Job) -> None:
    settled(job)
    job.replace(*TARGET)
    job.sandbox.fault("jira", do="status", status=503, method="PUT", path="/issue/", times=None, body={})
    job.run_at(START + 2 * MINUTE)
    assert effects(changes(job)[0])["jira"][3] == 0
    job.sandbox.clear_faults()
    job.run_at(START + 3 * MINUTE)
    assert effects(changes(job)[0])["jira"][3] == 1
