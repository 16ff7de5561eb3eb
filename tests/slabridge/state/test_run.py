"""Whole runs on each kind of database, and what becomes of one that loses its state while it works."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

import sync
from connectors.interface import Receipt, Write
from connectors.servicenow.connector import ServiceNow
from sla_engine.instant import HOUR, MINUTE
from slabridge.app.connect import connected
from slabridge.exit import Exit
from slabridge.run.tally import Report, Tally
from slabridge.state import Busy, State, Unreachable, lease, schema
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, small
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.content import content
from tests.slabridge.state.databases import cut

BREACHED = NOON + 3 * HOUR


def run(job: Job, place: str, instant: int, notice: Callable[[Tally], None] = lambda _: None) -> Report:
    job.sandbox.move_to(instant)
    state = State.of(place)
    try:
        with connected(job.config()) as connectors:
            return sync.run(job.config(), connectors, state, notice)
    finally:
        state.close()


def test_runs_on_each_database_come_to_the_same(tmp_path: Path, job: Job, postgres: str) -> None:
    contents: list[dict[str, list[object]]] = []
    for place in (str(job.state_file), postgres):
        folder = tmp_path / str(len(contents))
        folder.mkdir()
        with Sandbox(small(folder), in_process=True) as sandbox:
            one = Job(folder, sandbox)
            codes = [run(one, place, instant).exit_code for instant in (NOON, BREACHED, BREACHED + MINUTE)]
            assert codes == [Exit.COMPLETE] * 3
            Truth().check(one)
        contents.append(content(place))
    assert contents[0]["outbox"]
    assert contents[0] == contents[1]


@pytest.mark.parametrize("at", [1, 3, 6])
def test_a_run_whose_server_restarts_ends_clearly_and_the_next_makes_it_good(
    job: Job, postgres: str, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    renew, times = lease.renew, 0

    def late(transaction: sa.Connection) -> None:
        nonlocal times
        times += 1
        if times == at:
            cut(postgres)
        renew(transaction)

    with monkeypatch.context() as patch:
        patch.setattr("slabridge.state.lease.renew", late)
        with pytest.raises(Unreachable, match="cannot be reached"):
            run(job, postgres, BREACHED)
    report = run(job, postgres, BREACHED + 2 * MINUTE)
    assert report.exit_code is Exit.COMPLETE
    Truth().check(job)


def test_a_run_that_lost_its_lease_ends_busy_and_writes_nothing_more(job: Job, place: str) -> None:
    def steal(_: Tally) -> None:
        other = State.of(place)
        with other.begin() as transaction:
            transaction.execute(sa.update(schema.lease).values(owner="elsewhere:1 0f.1.1 00ff"))
        other.close()

    with pytest.raises(lease.Lost, match="another run took over the state"):
        run(job, place, BREACHED, steal)
    assert job.writes() == {}
    with pytest.raises(Busy, match="elsewhere:1"):
        run(job, place, BREACHED)
    state = State.of(place)
    with state.begin() as transaction:
        transaction.execute(sa.delete(schema.lease))
    state.close()
    assert run(job, place, BREACHED).exit_code is Exit.COMPLETE
    Truth().check(job)


def test_a_run_that_loses_its_lease_while_it_writes_keeps_nothing_of_what_follows(
    job: Job, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, sent = ServiceNow.write, list[Write]()

    def slow(self: ServiceNow, writes: Sequence[Write]) -> Iterator[Receipt]:
        for one in writes:
            other = State.of(place)
            with other.begin() as transaction:
                transaction.execute(sa.update(schema.lease).values(owner="elsewhere:1 0f.1.1 00ff"))
            other.close()
            sent.append(one)
            yield from write(self, [one])

    with monkeypatch.context() as patch:
        patch.setattr(ServiceNow, "write", slow)
        with pytest.raises(lease.Lost, match="another run took over the state"):
            run(job, place, BREACHED)
    assert len(sent) == 1
