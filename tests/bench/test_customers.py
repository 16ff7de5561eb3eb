"""The measurement of many customers ends, also with few."""

import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT


@pytest.mark.check
def test_it_ends_with_its_figures() -> None:
    command = [sys.executable, "-m", "bench.customers", "--customers", "3", "--tickets", "1000", "--rounds", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=4 * PATIENCE, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    for figure in ("3 customers, first load: ", "wall: ", "processor: ", ": ratio ", "memory: "):
        assert figure in done.stdout
