"""Whoever can write the state file has our data, and no code of theirs runs (SECURITY.md, "The state")."""

import ast
import sqlite3
import sys
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from slabridge.app.revert import revert
from slabridge.exit import Exit
from slabridge.run.halt import Halt
from slabridge.state import Damaged, State, configurations, packed
from slabridge.web import process
from slabridge_sandbox.embedded import Sandbox
from tests.hostile.desk import SECRETS
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, Job, small
from tests.slabridge.run.truth import Truth

RUNS_DATA = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "marshal",
    "shelve",
    "runpy",
    "subprocess",
    "ctypes",
    "joblib",
    "yaml",
}
"""Modules by which data becomes code, or starts programs."""
ALLOWED = {
    "slabridge/web/process.py": {"subprocess"},
    "slabridge/spread/packed.py": {"pickle"},  # between us and workers that we, or who runs the scheduler, started
}


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        assert job.run_at(NOON).exit_code is Exit.COMPLETE
        yield job


def tamper(job: Job, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(job.state_file)) as db:
        assert db.execute(statement, values).rowcount > 0
        db.commit()


def test_nothing_that_is_read_becomes_code_and_no_program_but_our_own_is_started() -> None:
    checked = 0
    for package in ("connectors", "sla_engine", "slabridge"):
        for path in (CHECKOUT / package).rglob("*.py"):
            checked += 1
            allowed = ALLOWED.get(str(path.relative_to(CHECKOUT)), set())
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    assert not {alias.name.split(".")[0] for alias in node.names} & RUNS_DATA - allowed, path
                elif isinstance(node, ast.ImportFrom):
                    assert (node.module or "").split(".")[0] not in RUNS_DATA, path
                elif isinstance(node, ast.Call):
                    assert ast.unparse(node.func) not in {"eval", "exec", "compile", "__import__", "os.system"}, path
    assert checked > 200
    assert (sys.executable, "-m", "slabridge.web.making") == process.COMMAND  # what is asked for goes in as data


def test_a_bomb_in_the_place_of_a_ticket_is_not_unpacked_and_the_ticket_is_read_anew(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "LARGEST", 1_000_000)
    bomb = zlib.compress(b'{"id": "' + b"x" * 50_000_000 + b'"}', 9)
    assert len(bomb) < 100_000
    with pytest.raises(zlib.error, match="larger than anything that is kept"):
        packed.unpacked(bomb)
    tamper(job, "UPDATE ticket SET payload = ?, pending = 1", bomb)
    assert job.run().exit_code is Exit.COMPLETE
    Truth().check(job)


def test_a_bomb_in_the_place_of_a_configuration_is_said_to_be_damaged(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "LARGEST", 1_000_000)
    tamper(job, "UPDATE configuration SET document = ?", zlib.compress(b" " * 50_000_000, 9))
    state = State.of(str(job.state_file))
    with state.reading() as sql, pytest.raises(Damaged, match="larger than anything that is kept"):
        configurations.listed(sql)
    state.close()


@pytest.mark.parametrize("size", [0, 1, 10])
def test_what_is_cut_off_is_damaged(size: int) -> None:
    whole = zlib.compress(b"x" * 1000)
    with pytest.raises(zlib.error):
        packed.unpacked(whole[:size])
    assert packed.unpacked(whole) == b"x" * 1000


def test_what_a_tampered_state_would_have_put_back_is_shown_before_anything_is_written(job: Job) -> None:
    before = {name: job.foreign(name, job.ticket(name, "Open")) for name in ("snow", "jira")}
    ours = "field = 'u_sla_status' AND connection = 'snow'"
    tamper(job, f"UPDATE replaced SET field = 'description', before = 'theirs', after = NULL WHERE {ours}")  # noqa: S608 - our own words
    job.writes()
    found = revert(job.config(), 1, lambda _: None, Halt(), apply=False)
    shown = [change for _, action in found.report.actions for change in action.changes if change.field == "description"]
    assert {(change.before, change.after) for change in shown} == {(None, "theirs")}
    assert job.writes() == {}
    assert {name: job.foreign(name, job.ticket(name, "Open")) for name in ("snow", "jira")} == before
