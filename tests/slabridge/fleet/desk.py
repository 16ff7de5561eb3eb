"""A service desk with customers, and the workers that run them: real processes of the program."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Self

import psutil

from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.run.job import number_of

EXAMPLE = CHECKOUT / "docs" / "examples" / "customers" / "common.toml"
NAMES = ("acme", "globex", "initech")
"""Each has one ticket."""
Line = dict[str, Any]
PROGRAM = str(CHECKOUT / "sync.py")


class Worker:
    """A worker, and what it says; each line of its log goes into `log`, with the worker's number as `by`."""

    def __init__(self, number: int, command: list[str], environment: Mapping[str, str], log: Queue[Line]) -> None:
        self.number = number
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        self.said: list[str] = []
        self._log = log
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as lines:
            for line in lines:
                self.said.append(line)
                if line.startswith("{"):
                    self._log.put({**json.loads(line), "by": self.number})
        self._log.put({"event": "the end", "by": self.number})

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return how it ended."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self._listening.join()

    def kill_processes(self) -> None:
        """Kill the processes in which it runs customers, as the system does for want of memory."""
        for one in psutil.Process(self.process.pid).children():
            one.kill()


class Desk:
    """A folder of customers, and programs over it that are ended with the test."""

    def __init__(self, folder: Path, sandbox: Sandbox, broker: str, database: str) -> None:
        self.folder, self.sandbox, self.broker, self.database = folder, sandbox, broker, database
        self.workers: list[Worker] = []
        self._log: Queue[Line] = Queue()
        self._heard: list[Line] = []
        folder.mkdir()
        common = EXAMPLE.read_text("utf-8").replace("https://provider.service-now.com", sandbox.servicenow.url)
        common = common.replace("[connections.desk]\n", '[connections.desk]\nunmapped = "keep"\n')
        self.write("common", f'state = "{database}"\n{common}\n[fleet]\nbroker = {{ env = "FLEET_BROKER" }}\n')
        for n, name in enumerate(NAMES):
            number = number_of("servicenow", n)
            self.write(name, f'[connections.{name}]\nlike = "desk"\nfilter = "number={number}"\n')

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.workers:
            one.close()

    def write(self, name: str, text: str) -> None:
        (self.folder / f"{name}.toml").write_text(text, "utf-8")

    def place(self, name: str) -> str:
        """Return where a customer's state is."""
        return f"{self.database}?schema={name}"

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "SNOW_PASSWORD": self.sandbox.servicenow.secret,
            "FLEET_BROKER": self.broker,
            "SLABRIDGE_LOG_FORMAT": "json",
            "C_FORCE_ROOT": "1",
        }
        return {**os.environ, **ours}

    def command(self, *arguments: str, by: str = "") -> list[str]:
        """Return the program with these arguments, which begins with what `by` does to it."""
        begun = ["-c", f"import runpy, sys\n{by}\nsys.argv = sys.argv[1:]\n{_GO}"] if by else []
        return [sys.executable, *begun, PROGRAM, *arguments, "--config", str(self.folder)]

    def works(self, *options: str, by: str = "") -> Worker:
        """Start a worker."""
        command = self.command("fleet", "work", *options, by=by)
        worker = Worker(len(self.workers), command, self.environment, self._log)
        self.workers.append(worker)
        return worker

    def hears(self, event: str, **values: object) -> Line:
        """Return the first line of any worker with this event and these values, when it comes; none twice."""
        wanted = {"event": event, **values}
        for line in self._heard:
            if wanted.items() <= line.items():
                self._heard.remove(line)
                return line
        while True:
            try:
                line = self._log.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"{wanted} never came: {self._said()}") from None
            if wanted.items() <= line.items():
                return line
            self._heard.append(line)
            assert {"event": "the end", "by": len(self.workers) - 1} != line, self._said()

    def _said(self) -> str:
        return "".join(line for worker in self.workers for line in worker.said)

    def code(self, name: str, by: Worker | None = None) -> int:
        """Return how the next run of a customer ends."""
        whose = {} if by is None else {"by": by.number}
        return int(self.hears("run ended", customer=name, **whose)["exit_code"])

    def program(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the program to its end."""
        command = self.command(*arguments)
        return subprocess.run(  # noqa: S603 - our own program
            command, env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def schedule(self) -> int:
        """Begin a round; return the exit code."""
        return self.program("fleet", "schedule").returncode


_GO = 'runpy.run_path(sys.argv[0], run_name="__main__")'
