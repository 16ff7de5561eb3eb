"""One run per state, and what a run does that lost its state to another."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from sla_engine.instant import HOUR, MINUTE
from slabridge.state import Busy, State, lease, process, runs, schema

HERE = f"{socket.gethostname()}:"
NEVER = 1 << 50
ROUNDS = 6

RUNNER = """
import sys
from slabridge.state import Busy, State, lease
for place in sys.stdin:
    try:
        state = State.of(place.strip())
        with lease.held(state):
            print("runs", flush=True)
            sys.stdin.readline()
        state.close()
    except Busy as error:
        print(error, flush=True)
        sys.stdin.readline()
    print("done", flush=True)
"""


def put(state: State, owner: str, expires_at: int | None = None, name: str = "run") -> None:
    """Let another hold the lease; given just now where nothing else is said."""
    with state.begin() as transaction:
        until = lease.clock(transaction) + lease._DURATION - 1_000 if expires_at is None else expires_at
        transaction.execute(sa.delete(schema.lease))
        transaction.execute(sa.insert(schema.lease).values(name=name, owner=owner, expires_at=until))


def owners(state: State) -> list[str]:
    with state.reading() as transaction:
        return list(transaction.scalars(sa.select(schema.lease.c.owner)))


def owner_of(number: int) -> str:
    return f"{HERE}{number} {process.identity(number)} 00ff"


@contextmanager
def runners(count: int) -> Iterator[list["subprocess.Popen[str]"]]:
    """Start processes that take the lease of each state that they are told, and hold it until the next line."""
    command = [sys.executable, "-c", RUNNER]
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for runner in started:
            runner.kill()
            runner.communicate()


def tell(runner: "subprocess.Popen[str]", line: str) -> None:
    assert runner.stdin
    runner.stdin.write(line + "\n")
    runner.stdin.flush()


def heard(runner: "subprocess.Popen[str]") -> str:
    assert runner.stdout
    return runner.stdout.readline().strip()


def test_the_lease_is_held_while_the_block_lasts_and_also_given_back_after_an_error(state: State) -> None:
    with lease.held(state):
        assert [owner.partition(" ")[0] for owner in owners(state)] == [f"{HERE}{os.getpid()}"]
    assert owners(state) == []
    with pytest.raises(ZeroDivisionError), lease.held(state):
        raise ZeroDivisionError
    assert owners(state) == []


def test_of_runs_that_start_together_exactly_one_runs(place: str) -> None:
    with runners(3) as started:
        for number in range(ROUNDS):
            for runner in started:
                tell(runner, place)
            answers = sorted(heard(runner) for runner in started)
            assert answers[-1] == "runs"
            assert all("another run is under way" in answer for answer in answers[:-1]), answers
            for runner in started:
                tell(runner, "")
            assert {heard(runner) for runner in started} == {"done"}
            if number % 2:  # the next is taken from one who is dead
                state = State.of(place)
                put(state, "elsewhere:1", expires_at=1)
                state.close()


def test_a_run_that_is_killed_frees_its_lease_at_once(state: State, place: str) -> None:
    with runners(1) as (runner,):
        tell(runner, place)
        assert heard(runner) == "runs"
        with pytest.raises(Busy, match=rf"another run is under way \({HERE}{runner.pid}, heard of \d+ s ago\)"):
            lease.held(state).__enter__()
        runner.kill()
        runner.wait()
        with lease.held(state):
            pass


def test_another_process_that_lives_keeps_us_out_whatever_the_clock_says(state: State) -> None:
    for until in (1, None, NEVER):
        put(state, owner_of(os.getppid()), until)
        with pytest.raises(Busy), lease.held(state):
            pass
        assert owners(state) == [owner_of(os.getppid())]


def test_a_process_that_has_the_number_of_a_dead_one_is_not_taken_for_it(state: State) -> None:
    known = process.identity(os.getppid())
    assert known
    put(state, f"{HERE}{os.getppid()} {known.rpartition('.')[0]}.1 00ff")
    with lease.held(state):
        pass


def test_a_process_that_ended_and_waits_for_its_parent_is_dead(state: State) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        put(state, owner_of(child.pid))
        assert child.stdin
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # has ended, and is not reaped
        with lease.held(state):
            pass


def test_a_run_of_this_process_keeps_another_one_out(state: State, place: str) -> None:
    second = State.of(place)
    with lease.held(state), pytest.raises(Busy), lease.held(second):
        pass
    second.close()


def test_what_a_run_of_this_process_left_behind_is_free(state: State) -> None:
    put(state, owner_of(os.getpid()))
    with lease.held(state):
        pass


@pytest.mark.parametrize("owner", ["elsewhere:1 0f.7.1 00ff", f"{HERE}1 0f.7.1 00ff", f"{HERE}1"], ids=str)
def test_of_an_owner_elsewhere_or_in_another_container_only_time_tells(state: State, owner: str) -> None:
    put(state, owner)
    with pytest.raises(Busy, match=owner.partition(" ")[0]), lease.held(state):
        pass
    put(state, owner, expires_at=1)
    with lease.held(state):
        pass


def test_a_lease_that_a_clock_gave_for_too_long_counts_no_more(state: State) -> None:
    with state.begin() as transaction:
        now = transaction.scalar(sa.select(lease.clock(transaction)))
    assert now
    put(state, "elsewhere:1", now + lease._DURATION + 60_000)
    with lease.held(state):
        pass


def test_a_daemon_leaves_one_elsewhere_alone_that_has_a_longer_interval(state: State) -> None:
    with state.begin() as transaction:
        now = transaction.scalar(sa.select(lease.clock(transaction)))
    assert now
    put(state, "elsewhere:1 0f.7.1 00ff", now + lease._DURATION + HOUR, name="daemon")
    with lease.daemon() as owner, pytest.raises(Busy), state.begin() as transaction:
        lease.stand(transaction, owner, 5 * MINUTE)


def test_the_clock_of_a_server_counts_not_that_of_this_machine(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    state = State.of(postgres)
    put(state, "elsewhere:1")
    monkeypatch.setattr("slabridge.state.lease.time.time_ns", lambda: NEVER * 1_000_000)
    with pytest.raises(Busy), lease.held(state):
        pass
    state.close()


def test_renewing_prolongs_it(state: State) -> None:
    with lease.held(state):
        with state.begin() as transaction:
            transaction.execute(sa.update(schema.lease).values(expires_at=5))
        with state.begin() as transaction:
            lease.renew(transaction)
        with state.reading() as transaction:
            holder = lease.holder(transaction)
        assert holder
        assert holder.now <= holder.expires_at <= holder.now + lease._DURATION
        assert holder.counts


def test_a_run_whose_lease_was_taken_over_commits_nothing_more(state: State) -> None:
    held = lease.held(state)
    held.__enter__()
    put(state, "elsewhere:7 0f.7.1 00ff")
    with (
        pytest.raises(lease.Lost, match=r"another run took over the state .*elsewhere:7"),
        state.begin() as transaction,
    ):
        _work(transaction)
    with state.begin() as transaction:
        assert transaction.scalar(sa.select(sa.func.count()).select_from(schema.run)) == 0
    held.__exit__(None, None, None)
    assert owners(state) == ["elsewhere:7 0f.7.1 00ff"]  # the other's is not given back


def _work(transaction: sa.Connection) -> None:
    runs.begin(transaction)
    lease.renew(transaction)


def test_where_the_system_does_not_tell_processes_apart_only_time_does(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(state, owner_of(os.getppid()))
    monkeypatch.setattr("slabridge.state.process._PROC", Path("/nowhere"))
    with pytest.raises(Busy), lease.held(state):
        pass
    put(state, owner_of(os.getppid()), expires_at=1)
    with lease.held(state):
        assert len(owners(state)) == 1
