"""What one process noted in the state holds for the next, in whatever order each goes through its sets."""

import json
import os
import subprocess
import sys

import pytest

from slabridge.exit import Exit
from tests.slabridge.run.job import Job
from tests.slabridge.run.telling import telling


def ran(job: Job, seed: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program in a process that hashes by a seed."""
    command = [sys.executable, "-m", "slabridge", *arguments, "--config", str(job.path)]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)  # noqa: S603 - our own


@pytest.mark.usefixtures("hook")
def test_another_process_judges_nothing_anew_and_holds_what_was_taken_back(job: Job) -> None:
    telling(job)
    job.replace('agreements = ["standard"]', 'agreements = ["standard", "teams", "first-line", "integration"]')
    job.replace('objectives = ["resolution"]', "")
    job.config()
    runs = [json.loads(ran(job, seed, "run", "--json").stdout) for seed in range(3)]
    assert [[one["evaluated"] for one in run["connections"]] for run in runs] == [[4, 4], [0, 0], [0, 0]]
    assert ran(job, 0, "revert", "--run", "1", "--apply").returncode == 0
    assert ran(job, 3, "run").returncode == Exit.USAGE
