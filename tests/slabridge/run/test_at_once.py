"""In a first load tickets on which nothing is to be written are judged before they are kept, and let go with that."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.errors import Unavailable
from connectors.interface import NativeTicket, Page
from connectors.servicenow.connector import ServiceNow
from sla_engine import Engine
from sla_engine.instant import HOUR
from slabridge.exit import Exit
from slabridge.run import reading
from slabridge.run.at_once import LetGo, let_go
from slabridge.run.context import Context
from slabridge.run.terms import Terms
from slabridge.state import State, schema
from slabridge_sandbox.embedded import Sandbox
from tests.faults.scenario import day
from tests.slabridge.run.job import NOON, Job, alone, tally
from tests.slabridge.run.truth import Truth

LATE = NOON + 3 * HOUR
ALIKE = ("ticket", "result", "seen_value", "quarantine", "connection", "link", "former_key")
"""Tables whose rows do not depend on when a ticket was judged within a run."""


@contextmanager
def job_in(folder: Path) -> Iterator[Job]:
    """Give the job against the tickets of a day, which stand alone."""
    folder.mkdir(exist_ok=True)
    with Sandbox(day(folder), in_process=True) as sandbox:
        job = Job(folder, sandbox)
        job.text = alone(job.text)
        yield job


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with job_in(tmp_path) as job:
        yield job


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Give the ids of those that are let go at once, as they are."""
    ids: set[str] = set()

    def noted(context: Context, terms: Terms, new: Sequence[NativeTicket]) -> LetGo:
        found = let_go(context, terms, new)
        ids.update(one.id for one in found.evaluated)
        return found

    monkeypatch.setattr(reading, "let_go", noted)
    return ids


def rows_of(job: Job, *tables: str) -> dict[str, list[tuple[object, ...]]]:
    state = State.of(job.place)
    with state.begin() as transaction:
        found = {
            name: sorted(map(tuple, transaction.execute(sa.select(schema.metadata.tables[name]))), key=repr)
            for name in tables
        }
    state.close()
    return found


def test_it_leaves_the_state_that_judging_all_afterwards_leaves(
    tmp_path: Path, gone: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with job_in(tmp_path / "at once") as job:
        job.run_at(LATE)
        found, writes = rows_of(job, *ALIKE), job.writes()
    assert gone
    assert len(gone) < len(found["ticket"])
    monkeypatch.setattr(reading, "let_go", lambda *_: LetGo())
    with job_in(tmp_path / "afterwards") as job:
        job.run_at(LATE)
        assert (rows_of(job, *ALIKE), job.writes()) == (found, writes)


def test_a_rehearsal_plans_what_the_run_then_does(job: Job, gone: set[str]) -> None:
    job.sandbox.move_to(LATE)
    planned = [(name, action.write) for name, action in job.rehearse().actions if action.held_until is None]
    report = job.run()
    assert gone
    assert len(planned) == sum(one.sent for one in report.tallies)
    Truth().check(job)


def test_nothing_is_let_go_at_once_where_other_tickets_decide(tmp_path: Path, gone: set[str]) -> None:
    with Sandbox(day(tmp_path), in_process=True) as sandbox:
        Job(tmp_path, sandbox).run_at(LATE)
    assert not gone


def _selected(job: Job, statement: str) -> list[sa.Row[tuple[object, ...]]]:
    state = State.of(job.place)
    with state.begin() as transaction:
        found = list(transaction.exec_driver_sql(statement).all())
    state.close()
    return found


@pytest.fixture
def cut_off(job: Job, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Give a job whose first load broke off when all that the ServiceNow has was kept."""
    changed = ServiceNow.changed

    def failing(self: ServiceNow, cursor: object) -> Iterator[Page]:
        yield from changed(self, cursor)  # type: ignore[arg-type]
        raise Unavailable("down")

    job.sandbox.move_to(LATE)
    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "changed", failing)
        assert tally(job.run(), "snow").outage
    return job


def test_what_was_let_go_before_a_load_broke_off_is_judged_by_the_file_that_it_goes_on_with(cut_off: Job) -> None:
    cut_off.replace('within = "4h", calendar', 'within = "2h", calendar')
    config = cut_off.config()
    todays = {clause.definition for clause in Engine(config.definitions, config.dimensions).clauses}
    assert not definitions(cut_off) <= todays
    assert cut_off.run().exit_code is Exit.COMPLETE
    assert definitions(cut_off) <= todays
    assert not _selected(
        cut_off, "SELECT * FROM configuration_effect WHERE connection = 'snow'"
    )  # none was judged before
    Truth().check(cut_off)


def definitions(job: Job) -> set[str]:
    """Return what cycles of the ServiceNow were judged by."""
    return {str(row[0]) for row in _selected(job, "SELECT DISTINCT definition FROM result WHERE connection = 'snow'")}


def test_a_load_that_goes_on_by_the_same_file_keeps_what_it_let_go(cut_off: Job) -> None:
    old = _selected(cut_off, "SELECT id, judged_in FROM ticket WHERE connection = 'snow' AND NOT pending")
    assert old
    assert cut_off.run().exit_code is Exit.COMPLETE
    assert set(old) <= set(_selected(cut_off, "SELECT id, judged_in FROM ticket WHERE connection = 'snow'"))
    Truth().check(cut_off)
