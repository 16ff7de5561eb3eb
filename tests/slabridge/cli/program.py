"""A daemon as a real process, whose rounds a test can wait for."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.run.job import Job

QUICKLY = """
import os, runpy, sys
from slabridge.app import daemon
from slabridge.run.halt import Halt
daemon.SPACING = 0.01
stop, wait = Halt.stop, daemon.Told.wait
def told(self):
    stop(self)
    os.write(1, b"told to stop\\n")
def waits(self, seconds):
    os.write(1, b"waits\\n")
    return wait(self, seconds)
Halt.stop, daemon.Told.wait = told, waits
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""The program, whose rounds may follow each other at once, and which says when it waits, and is told to stop."""


class Program:
    """A daemon; what it prints is read as it comes."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.url = f"http://127.0.0.1:{port}"

    def says(self, wanted: str) -> str:
        """Return the next line of its output that begins so."""
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith(wanted):
                return line
        raise AssertionError(f"it ended without {wanted!r}")

    def round(self) -> dict[str, object]:
        """Return what the next run did."""
        found: dict[str, object] = json.loads(self.says("{"))
        return found

    def signalled(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ended(self) -> tuple[int, str]:
        """Return how it ended, and what it said."""
        _, said = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, said

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/{path}", timeout=PATIENCE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def daemon(
    config: Path, *arguments: object, every: str = "1h", environment: dict[str, str] | None = None
) -> Iterator[Program]:
    port = free_port()
    command = [sys.executable, "-c", QUICKLY, str(CHECKOUT / "sync.py"), "run", "--config", str(config), "--json"]
    command += ["--every", every, "--listen", f"127.0.0.1:{port}", *map(str, arguments)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SLABRIDGE_LOG_LEVEL": "error", **(environment or {})},
    ) as process:
        try:
            yield Program(process, port)
        finally:
            process.kill()  # nothing where it has ended


def one_file(job: Job) -> Path:
    job.config()
    return job.path
