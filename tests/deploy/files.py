"""The files of deploy/, the programs that check them, and what stands in for a name of theirs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

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


def ended(*command: object, **options: object) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, and return what it said."""
    return subprocess.run(  # noqa: S603 - our own files
        [str(word) for word in command],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        **options,  # type: ignore[call-overload]
    )


def documents(path: Path) -> list[dict[str, object]]:
    """Return the documents of a YAML file."""
    return [one for one in yaml.safe_load_all(path.read_text("utf-8")) if one]
