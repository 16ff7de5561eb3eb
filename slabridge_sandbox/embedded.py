"""The sandbox as a context manager, for the demo and for tests."""

import asyncio
import json
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import asdict
from typing import Any, Self

import requests

from slabridge_sandbox.instant import format_instant, parse_instant
from slabridge_sandbox.options import Endpoint, Endpoints, SandboxOptions
from slabridge_sandbox.request_log import LoggedRequest

_TIMEOUT = 600.0


class SandboxError(RuntimeError):
    """The sandbox did not start; the message says why."""


class Sandbox:
    """Runs a sandbox while the block lasts: in a process of its own, or (`in_process`) in a thread of this one."""

    def __init__(self, options: SandboxOptions | None = None, *, in_process: bool = False) -> None:
        self._options = options or SandboxOptions()
        self._runner: _Thread | _Process = (_Thread if in_process else _Process)(self._options)
        self._endpoints: Endpoints = {}
        self._session = requests.Session()

    def __enter__(self) -> Self:
        self._endpoints = self._runner.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._runner.stop()

    @property
    def servicenow(self) -> Endpoint:
        """Return where the ServiceNow is."""
        return self._endpoints["servicenow"]

    @property
    def jira(self) -> Endpoint:
        """Return where the Jira is."""
        return self._endpoints["jira"]

    @property
    def now(self) -> int:
        """Return the sandbox's time, ms UTC."""
        return parse_instant(self._ask("GET", self.servicenow, "clock")["now"])

    def move_to(self, instant: int) -> int:
        """Set the sandbox's clock, let people do until then what they did, and return how many updates that were."""
        answer = self._ask("POST", self.servicenow, "clock", {"now": format_instant(instant)})
        return int(answer["applied"])

    def change_silently(self, table: str, sys_id: str, fields: dict[str, str], *, workflow: bool = True) -> None:
        """Change a ServiceNow record without a stamp; without `workflow`, without audit rows, too."""
        change = {"table": table, "sys_id": sys_id, "fields": fields, "workflow": workflow}
        self._ask("POST", self.servicenow, "silent", change)

    def requests(self, *, reset: bool = False) -> dict[str, int]:
        """Return how many requests both tools got since the last reset, by method and path."""
        counts: dict[str, int] = {}
        for endpoint in self._endpoints.values():
            counts |= self._ask("GET", endpoint, "requests")["requests"]
            if reset:
                self._ask("DELETE", endpoint, "requests")
        return counts

    def log(self, tool: str, *, reset: bool = False) -> list[LoggedRequest]:
        """Return the requests that a tool (servicenow or jira) got since the last reset, in order."""
        logged = [LoggedRequest(**each) for each in self._ask("GET", self._endpoints[tool], "log")["log"]]
        if reset:
            self._ask("DELETE", self._endpoints[tool], "log")
        return logged

    def fault(self, tool: str, **rule: object) -> None:
        """Let requests to a tool fail as a rule says (see slabridge_sandbox/fault.py)."""
        self._ask("POST", self._endpoints[tool], "faults", rule)

    def clear_faults(self) -> None:
        """Let requests to both tools succeed again."""
        for endpoint in self._endpoints.values():
            self._ask("DELETE", endpoint, "faults")

    def switch(self, tool: str, **values: object) -> None:
        """Set switches of a tool."""
        self._ask("POST", self._endpoints[tool], "switches", values)

    def _ask(self, method: str, endpoint: Endpoint, path: str, body: object = None) -> dict[str, Any]:
        response = self._session.request(method, f"{endpoint.url}/sandbox/{path}", json=body, timeout=_TIMEOUT)
        if response.status_code == 400:
            raise ValueError(response.json()["error"])
        response.raise_for_status()
        return dict(response.json()) if response.content else {}


class _Thread:
    """Serves in a thread."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._started: Future[Endpoints] = Future()
        self._thread = threading.Thread(target=self._serve, name="sandbox", daemon=True)

    def start(self) -> Endpoints:
        self._thread.start()
        return self._started.result()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:  # whatever it is belongs to the thread that waits
            if self._started.done():
                raise
            self._started.set_exception(error)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # The server needs the extra `sandbox`; nothing else here does.
        from slabridge_sandbox.server import run  # noqa: PLC0415 - an extra

        await run(self._options, self._started.set_result, self._stop)


class _Process:
    """Serves in a process that ends when its standard input does, and so with this one at the latest."""

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options

    def start(self) -> Endpoints:
        command = [sys.executable, "-m", "slabridge_sandbox"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: PT018, S101 - both are pipes
        self._process.stdin.write(json.dumps(asdict(self._options), default=str) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "it ended before it served"}')
        if "error" in answer:
            self.stop()
            raise SandboxError(f"the sandbox did not start: {answer['error']}")
        return {name: Endpoint(**endpoint) for name, endpoint in answer.items()}

    def stop(self) -> None:
        with self._process:
            pass
