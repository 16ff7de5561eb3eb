"""The measurement of many tickets ends, also with few."""

import subprocess
import sys

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT


@pytest.mark.check
def test_it_ends_with_its_figures() -> None:
    command = [sys.executable, "bench/scale.py", "--tickets", "1200", "--small", "1000", "--rounds", "1"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=4 * PATIENCE, check=False)  # noqa: S603 - our own program
    assert done.returncode == 0, done.stderr
    for figure in ("first load: 1,200 tickets", "tickets/s", "peak ", "over few: ratio ", "a day later: "):
        assert figure in done.stdout
