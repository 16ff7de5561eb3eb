"""What can happen to a run, at its k-th call or commit."""

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import Connection as Transaction

from connectors.http.session import Http
from slabridge.state import State
from slabridge_sandbox.options import Endpoints
from tests.patience import PATIENCE

_PAGE = "<html><head><title>Out of order</title></head><body>Back soon.</body></html>"
_PAST = "Thu, 01 Jan 2015 00:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. `at` is what is counted: calls, or commits, of the run; or the requests of one tool.

    `rule` is what the sandbox does to such a request; without one the run is killed, before or after.
    """

    name: str
    at: str
    after: bool = False
    rule: Mapping[str, Any] = field(default_factory=dict)


FAULTS = (
    Fault("killed before a call", "call"),
    Fault("killed after a call", "call", after=True),
    Fault("killed before a commit", "commit"),
    Fault("killed after a commit", "commit", after=True),
    Fault("reset before it is applied", "request", rule={"do": "reset_before"}),
    Fault("reset after it is applied", "request", rule={"do": "reset_after"}),
    Fault(
        "429, Retry-After in seconds", "request", rule={"do": "status", "status": 429, "headers": {"Retry-After": "2"}}
    ),
    Fault(
        "429, Retry-After a date", "request", rule={"do": "status", "status": 429, "headers": {"Retry-After": _PAST}}
    ),
    Fault("429, Retry-After zero", "request", rule={"do": "status", "status": 429, "headers": {"Retry-After": "0"}}),
    Fault("500 with HTML", "request", rule={"do": "status", "status": 500, "body": _PAGE}),
    Fault("503 with HTML", "request", rule={"do": "status", "status": 503, "body": _PAGE}),
    Fault("500 although applied", "request", rule={"do": "applied_status", "status": 500, "body": _PAGE}),
    Fault("cut JSON", "request", rule={"do": "cut"}),
    Fault("200 with an error inside", "request", rule={"do": "error_inside"}),
    Fault("no answer in time", "request", rule={"do": "hang", "seconds": 5.0}),
    Fault("down from then on", "request", rule={"do": "reset_before", "times": None}),
)
"""All of them. The last is an outage: it lasts until the run is over."""


class Steps:
    """Counts the calls and commits of this process, and kills it at the one that is named."""

    def __init__(self, fault: Fault | None = None, index: int = 0) -> None:
        self.counts = {"call": 0, "commit": 0}
        self._fault = fault
        self._index = index

    @contextmanager
    def around(self, kind: str) -> Iterator[None]:
        """Let one call or commit happen, or not."""
        due = self._fault is not None and self._fault.at == kind and self.counts[kind] == self._index
        self.counts[kind] += 1
        if due and self._fault is not None and not self._fault.after:
            _die()
        yield
        if due:
            _die()


def watch(steps: Steps) -> None:
    """Let all calls and commits of this process count; waits between attempts take no time."""
    attempt, begin = Http._attempt, State.begin

    def counted(self: Http, *arguments: Any) -> requests.Response:  # noqa: ANN401 - as it is
        with steps.around("call"):
            return attempt(self, *arguments)

    @contextmanager
    def committed(self: State) -> Iterator[Transaction]:
        with steps.around("commit"), begin(self) as transaction:
            yield transaction

    Http._attempt = counted  # type: ignore[method-assign, assignment]
    State.begin = committed  # type: ignore[method-assign]


def arm(fault: Fault, tool: str, index: int, endpoints: Endpoints) -> None:
    """Let the sandbox do what the fault says to the tool's request number `index` from now on."""
    if fault.rule:
        rule = {**fault.rule, "skip": index}
        requests.post(f"{endpoints[tool].url}/sandbox/faults", json=rule, timeout=PATIENCE).raise_for_status()


def disarm(endpoints: Endpoints) -> None:
    """End all trouble."""
    for endpoint in endpoints.values():
        requests.delete(f"{endpoint.url}/sandbox/faults", timeout=PATIENCE).raise_for_status()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


Count = Callable[[Endpoints], dict[str, int]]


def requests_of(endpoints: Endpoints) -> dict[str, int]:
    """Return how many requests each tool has answered."""
    return {
        tool: sum(requests.get(f"{endpoint.url}/sandbox/requests", timeout=PATIENCE).json()["requests"].values())
        for tool, endpoint in endpoints.items()
    }
