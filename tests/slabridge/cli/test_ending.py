"""How a run ends before it is done: its time is over, or systemd or Kubernetes stops it; and judging anew on demand."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sla_engine.instant import HOUR, MINUTE
from tests.connectors.misbehaving import Misbehaving, drip, misbehaving_server
from tests.hanging import hanging
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.run.truth import Truth

TELLING = """
import os, runpy, sys
from slabridge.run.halt import Halt
stop = Halt.stop
def told(self):
    stop(self)
    os.write(1, b"told to stop\\n")
Halt.stop = told
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""The program, which says when it has taken the signal."""


@contextmanager
def program(job: Job, *arguments: str, by: tuple[str, ...] = ()) -> Iterator["subprocess.Popen[str]"]:
    job.config()
    command = [sys.executable, *by, str(CHECKOUT / "sync.py"), *arguments, "--config", str(job.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:  # noqa: S603 - our own program
        try:
            yield run
        finally:
            run.kill()  # nothing where it has ended


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_sigterm_lets_the_call_in_flight_finish_and_ends_the_run_in_order(
    job: Job, monkeypatch: pytest.MonkeyPatch, asked_by: signal.Signals
) -> None:
    job.sandbox.fault("jira", do="hang", path="issue/bulkfetch")
    with hanging(monkeypatch) as call, program(job, "run", by=("-c", TELLING)) as run:
        call.came()
        run.send_signal(asked_by)
        assert run.stdout
        assert run.stdout.readline() == "told to stop\n"
        call.answer()
        _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 4, said
    assert "asked to stop" in said
    assert "the state is safe" in said
    asked = [visit.path for visit in job.sandbox.log("jira")]
    assert asked.count("/rest/api/3/issue/bulkfetch") == 1
    job.sandbox.clear_faults()
    assert job.run().exit_code == 0
    Truth().check(job)


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
def test_who_asks_twice_does_not_wait_and_the_next_run_goes_on(
    job: Job, monkeypatch: pytest.MonkeyPatch, asked_by: signal.Signals
) -> None:
    job.sandbox.fault("jira", do="hang", path="issue/bulkfetch")
    with hanging(monkeypatch) as call, program(job, "run", by=("-c", TELLING)) as run:
        call.came()
        run.send_signal(asked_by)
        assert run.stdout
        assert run.stdout.readline() == "told to stop\n"
        run.send_signal(asked_by)
        _, said = run.communicate(timeout=PATIENCE)  # it ends, though nobody answers
    assert run.returncode == 4, said
    assert "interrupted; what was committed is safe" in said
    assert "Traceback" not in said
    job.sandbox.clear_faults()
    assert job.run().exit_code == 0
    Truth().check(job)


def test_a_run_ends_when_its_time_is_over_and_the_next_goes_on(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.replace("[connections.snow]\n", '[connections.snow]\ntimeout = { connect = "1h", read = "1h" }\n')
    job.sandbox.fault("servicenow", do="hang")
    with hanging(monkeypatch), program(job, "run", "--max-seconds", "2") as run:
        _, said = run.communicate(timeout=PATIENCE)  # it ends, though nobody answers
    assert run.returncode == 4, said
    job.sandbox.clear_faults()
    assert job.run().exit_code == 0
    Truth().check(job)


DRIP = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n[", b" ")


@contextmanager
def dripping(job: Job, timeout: str) -> Iterator[Misbehaving]:
    """Let the ServiceNow send its answers byte by byte, and never come to an end."""
    job.replace("[connections.snow]\n", f"[connections.snow]\ntimeout = {{ {timeout} }}\n")
    with misbehaving_server() as server:
        job.replace(job.sandbox.servicenow.url, server.url)
        server.will(DRIP)
        yield server


def test_an_answer_that_drips_ends_that_connections_part_and_the_other_runs(job: Job) -> None:
    with dripping(job, 'connect = "1h", read = "1h", total = "1s"'), program(job, "run", "--json") as run:
        out, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 4, said
    assert "did not end its answer within 1 seconds" in said
    snow, jira = json.loads(out)["connections"]
    assert "timeout.total" in snow["outage"]
    assert jira["evaluated"] > 0


def test_the_time_of_a_run_ends_an_answer_that_drips(job: Job) -> None:
    with dripping(job, 'connect = "1h", read = "1h", total = "1h"'), program(job, "run", "--max-seconds", "2") as run:
        _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 4, said
    assert "the state is safe" in said


def test_sigterm_ends_an_answer_that_drips(job: Job) -> None:
    wide = 'connect = "1h", read = "1s", total = "1h"'
    with dripping(job, wide) as server, program(job, "run") as run:
        server.was_asked()
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=PATIENCE)
    assert run.returncode == 4, said
    assert "asked to stop" in said
    assert "the state is safe" in said


def test_reevaluate_shows_first_and_does_it_when_told(
    job: Job, call: Call, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    job.run()
    job.replace('P3 = "4h"', 'P3 = "10m"')
    job.run_at(NOON + 3 * HOUR + MINUTE)
    capfdbinary.readouterr()  # what these runs logged
    reevaluate = ("reevaluate", "--config", job.path, "--json")
    period = ("--from", "2016-03-01", "--to", "2016-03-02")
    for options, expected in (((), 4), ((), 4), (("--apply",), 4), ((), 0)):
        code, out, said = call(*reevaluate, *period, *options)
        assert code == 0, said
        changes = [json.loads(line) for line in out.splitlines()]
        assert len(changes) == expected
        assert all((one["before"]["status"], one["after"]["status"]) == ("met", "breached") for one in changes)
    code, _, said = call(*reevaluate, "--from", "2016-03-02", "--to", "2016-03-01")
    assert code == 2
    assert "is not after --from" in said
