"""The files of deploy/, and the programs that check them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.places import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
BIN = Path(sys.executable).parent


def program(name: str) -> str:
    """Return where a program is, beside this Python or in the system; skip where it is not there."""
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"no {name}")
    return found


def ended(*command: object, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, and return what it said."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE)  # noqa: S603 - our own files
