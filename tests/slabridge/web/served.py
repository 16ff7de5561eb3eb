"""`slabridge serve` as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(config: Path, *arguments: str) -> Iterator[str]:
    """Give the address of the pages of a configuration, without a slash at its end."""
    command = [sys.executable, "-m", "slabridge", "serve", "--config", str(config), "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("http://"), line
            yield line.split()[0].rstrip("/")
        finally:
            process.terminate()
