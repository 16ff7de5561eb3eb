"""A part of the sweep, another one each day: P1, P2 and P3 of the promises, on both databases."""

import os
import subprocess
import sys
import time

import pytest

from tests.faults.scenario import SCENARIOS, Scenario
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.state.databases import ENGINES, postgresql

SEED = os.environ.get("SLABRIDGE_FAULTS_SEED") or str(int(time.time()) // 86_400)
"""Which part: by the day. A failure names it, and this variable repeats it."""

CASES = {"sqlite": 4, "postgresql": 2}


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize("database", ENGINES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whatever_happens_to_a_run_the_next_one_ends_as_if_nothing_had(scenario: Scenario, database: str) -> None:
    if database == "postgresql":
        with postgresql():
            pass  # there is a server, or the test is skipped
    options = ["--scenario", scenario.name, "--database", database, "--cases", str(CASES[database]), "--seed", SEED]
    command = [sys.executable, "-m", "tests.faults.sweep", "--workers", "1", *options]
    patience = PATIENCE * CASES[database]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=patience, check=False)  # noqa: S603 - our own module
    assert done.returncode == 0, f"SLABRIDGE_FAULTS_SEED={SEED}\n{done.stdout}\n{done.stderr}"
