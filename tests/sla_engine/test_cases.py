"""Public reports of wrong SLA figures, kept beside the checkout, come out right."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import SHARED, absent

CASES = SHARED / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason=absent(CASES))


def test_every_public_report_of_a_wrong_figure_comes_out_right() -> None:
    program = Path(sys.executable).with_name("slabridge")
    done = subprocess.run(  # noqa: S603 - our own program and the checker beside the checkout
        [sys.executable, CASES / "check.py", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "expectations hold" in done.stdout
