"""How a run ends before it is done: its time is over, or systemd or Kubernetes stops it; and judging anew on demand."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sla_engine.instant import HOUR, MINUTE
from slabridge_sandbox.embedded import Sandbox
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, Job, Truth, small


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        sandbox.move_to(NOON + 3 * HOUR)
        yield Job(tmp_path, sandbox)


def program(job: Job, *arguments: str) -> "subprocess.Popen[str]":
    job.config()
    command = [sys.executable, str(CHECKOUT / "sync.py"), *arguments, "--config", str(job.path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program


def until_asked(sandbox: Sandbox, path: str) -> None:
    """Wait until the Jira of a sandbox is asked for something, at most half a minute."""
    end = time.monotonic() + 30
    while not any(path in visit.path for visit in sandbox.log("jira")):
        assert time.monotonic() < end


def test_sigterm_lets_the_call_in_flight_finish_and_ends_the_run_in_order(job: Job) -> None:
    job.sandbox.fault("jira", do="hang", seconds=2.0, path="issue/bulkfetch")
    with program(job, "run") as run:
        until_asked(job.sandbox, "issue/bulkfetch")
        run.send_signal(signal.SIGTERM)
        _, said = run.communicate(timeout=30)
    assert run.returncode == 4, said
    assert "asked to stop" in said
    assert "the state is safe" in said
    asked = [visit.path for visit in job.sandbox.log("jira")]
    assert asked.count("/rest/api/3/issue/bulkfetch") == 1
    job.sandbox.clear_faults()
    assert job.run().exit_code == 0
    Truth().check(job)


def test_a_run_ends_when_its_time_is_over_and_the_next_goes_on(job: Job) -> None:
    job.sandbox.fault("servicenow", do="hang", seconds=20.0)
    began = time.monotonic()
    with program(job, "run", "--max-seconds", "2") as run:
        _, said = run.communicate(timeout=30)
    assert run.returncode == 4, said
    assert time.monotonic() - began < 15
    job.sandbox.clear_faults()
    assert job.run().exit_code == 0
    Truth().check(job)


def test_reevaluate_shows_first_and_does_it_when_told(job: Job) -> None:
    job.run()
    job.replace('P3 = "4h"', 'P3 = "10m"')
    job.run_at(NOON + 3 * HOUR + MINUTE)
    period = ("reevaluate", "--from", "2016-03-01", "--to", "2016-03-02")
    for options, expected in (((), 4), ((), 4), (("--apply",), 4), ((), 0)):
        with program(job, *period, "--json", *options) as run:
            out, said = run.communicate(timeout=30)
        assert run.returncode == 0, said
        changes = [json.loads(line) for line in out.splitlines()]
        assert len(changes) == expected
        assert all((one["before"]["status"], one["after"]["status"]) == ("met", "breached") for one in changes)
    with program(job, "reevaluate", "--from", "2016-03-02", "--to", "2016-03-01") as run:
        _, said = run.communicate(timeout=30)
    assert run.returncode == 2
    assert "is not after --from" in said
