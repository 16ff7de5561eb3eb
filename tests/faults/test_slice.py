"""A part of the sweep, another one each day: P1, P2 and P3 of the promises, on both databases."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest

from tests.faults.scenario import SCENARIOS, Scenario
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.state.databases import ENGINES, postgresql

DAY = int(os.environ.get("SLABRIDGE_FAULTS_SEED") or time.time() // 86_400)
"""Which part: by the day. A failure names it, and this variable repeats it."""
CASES = 2
"""Of each scenario, which is tried on one of the databases: on the other the next day."""


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize("database", ENGINES)
def test_whatever_happens_to_a_run_the_next_one_ends_as_if_nothing_had(database: str) -> None:
    assert_equal(database, SCENARIOS[(DAY + ENGINES.index(database)) % 2 :: 2], CASES)


@pytest.mark.check
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux")
@pytest.mark.parametrize("database", ENGINES)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_more_of_each_scenario_on_each_database(scenario: Scenario, database: str) -> None:
    assert_equal(database, [scenario], 2 * CASES)


def assert_equal(database: str, scenarios: Sequence[Scenario], cases: int) -> None:
    """Sweep in a process of its own, as pytest's has threads, which no fork takes along."""
    if database == "postgresql":
        with postgresql():
            pass  # there is a server, or the test is skipped
    names = [part for scenario in scenarios for part in ("--scenario", scenario.name)]
    options = [*names, "--database", database, "--cases", str(cases), "--seed", str(DAY)]
    command = [sys.executable, "-m", "tests.faults.sweep", "--workers", "1", *options]
    patience = PATIENCE * cases * len(scenarios)
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=patience, check=False)  # noqa: S603 - our own module
    assert done.returncode == 0, f"SLABRIDGE_FAULTS_SEED={DAY}\n{done.stdout}\n{done.stderr}"
