"""The measurement of a fleet ends, also with few customers, and all states are those of one process."""

import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.fleet.redis_server import database


@pytest.mark.check
def test_it_ends_with_its_figures(postgres: str) -> None:
    assert postgres
    with database():  # both are there
        command = [sys.executable, "-m", "bench.fleet", "--customers", "3", "--tickets", "400", "--workers", "1", "2"]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=4 * PATIENCE, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("3 of 3 states as in one process") == 2
