"""The same over a Dask scheduler with two workers, on loopback."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slabridge.exit import Exit
from slabridge.spread import HERE, NoWorkers, Spread
from slabridge.spread.workers import engaged
from slabridge.state import State
from slabridge.state.ranges import ranges
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.spread.conftest import Known
from tests.slabridge.spread.jobs import Dying

distributed = pytest.importorskip("distributed", reason="the extra fleet is not installed")


@contextmanager
def dask(*command: str | Path) -> Iterator[None]:
    """Run a part of Dask until the end."""
    quiet = ["--no-dashboard", "--host", "127.0.0.1"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    started = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "dask", *command, *quiet],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        started.terminate()
        started.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a scheduler with two workers."""
    folder = tmp_path_factory.mktemp("dask")
    address = f"tcp://127.0.0.1:{free_port()}"
    with (
        dask("scheduler", "--port", address.rpartition(":")[2]),
        distributed.Client(address, timeout=PATIENCE, set_as_default=False) as client,
    ):
        worker = ("worker", address, "--nthreads", "1", "--nworkers", "2", "--local-directory", folder)
        with pytest.raises(NoWorkers, match="has no worker; start some"), engaged(address, 1)():
            pass
        with dask(*worker):
            client.wait_for_workers(2, timeout=PATIENCE)
            yield address


def test_all_three_come_to_the_same_bytes_over_a_scheduler(known: Known, scheduler: str) -> None:
    assert known.everything(Spread(scheduler, size=3)) == known.everything(HERE)


def test_commands_take_a_scheduler(known: Known, scheduler: str, call: Call) -> None:
    path, other = known.job.path, known.other_path
    again = ("reevaluate", "--config", other, "--from", "2016-02-01", "--to", "2016-03-02", "--json")
    commands = (
        ("whatif", "--old", path, "--config", other, "--json"),
        ("report", "--config", path, "--period", "2016-02", "--format", "json"),
        again,
    )
    for command in commands:
        here, there = call(*command), call(*command, "--scheduler", scheduler)
        assert here == there
        assert len(here[1]) > 500
    assert call(*again, "--apply", "--scheduler", scheduler) == here
    assert call(*again) == (0, "", "")  # it stands so now


def test_what_a_worker_died_at_another_does_until_too_many_died_at_it(
    state: State, scheduler: str, tmp_path: Path
) -> None:
    (tmp_path / "died").mkdir()
    spread = Spread(scheduler, size=2)
    assert [*spread.each(Dying(tmp_path / "died", 1), state, ["one"])] == ranges(state, ["one"], 2)
    with pytest.raises(NoWorkers, match="was there too little memory"):
        [*spread.each(Dying(tmp_path / "died", 99), state, ["one"])]


def test_without_a_scheduler_it_is_said_where_there_is_none(known: Known, call: Call) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    code, out, err = call("whatif", "--old", known.job.path, "--config", known.other_path, "--scheduler", address)
    assert (code, out) == (Exit.DEFERRED, "")
    assert f"the scheduler {address} cannot be reached" in err
