"""What can happen to a run, at its k-th call, commit or request."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from sqlalchemy import Connection as Transaction

from connectors.http.session import Http
from slabridge.state import State
from slabridge_sandbox.options import Endpoints
from tests.faults import trouble
from tests.faults.proxy import Trouble
from tests.patience import PATIENCE

_PAGE = "<html><head><title>Out of order</title></head><body>Back soon.</body></html>"
_PAST = "Thu, 01 Jan 2015 00:00:00 GMT"


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble. `at` is what is counted: calls, or commits, of the run; or the requests of one tool.

    `rule` is what the sandbox does to such a request, `trouble` what a proxy before the tool answers it with, `jump` how
    many seconds the machine's clock leaps; without any of them the run is killed, before or after. `given` is what the
    connections are configured with meanwhile.
    """

    name: str
    at: str
    after: bool = False
    rule: Mapping[str, Any] = field(default_factory=dict)
    trouble: Trouble | None = None
    jump: int = 0
    given: Mapping[str, Any] = field(default_factory=dict)


_SOON = {"total": 1.0}
_YEARS = 10 * 365 * 86_400
_BUDGET = {"calls_per_hour": 100_000}

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
    Fault("no answer in time", "request", rule={"do": "hang", "seconds": 5.0}, given={"timeout": (PATIENCE, 1.0)}),
    Fault("down from then on", "request", rule={"do": "reset_before", "times": None}),
    Fault("an answer that drips", "request", trouble=trouble.dripped, given=_SOON),
    Fault("a head that drips", "request", trouble=trouble.dripped_head, given=_SOON),
    Fault("100 Continue for ever", "request", trouble=trouble.put_off, given=_SOON),
    Fault("200 {} not applied", "request", trouble=trouble.instead(b"{}", applied=False)),
    Fault("200 {} applied", "request", trouble=trouble.instead(b"{}", applied=True)),
    Fault("200 null not applied", "request", trouble=trouble.instead(b"null", applied=False)),
    Fault("200 null applied", "request", trouble=trouble.instead(b"null", applied=True)),
    Fault("200 HTML not applied", "request", trouble=trouble.instead(_PAGE.encode(), applied=False, kind="text/html")),
    Fault("200 HTML applied", "request", trouble=trouble.instead(_PAGE.encode(), applied=True, kind="text/html")),
    Fault("HTML said to be JSON", "request", trouble=trouble.changed(trouble.page)),
    Fault("sent to another page", "request", trouble=trouble.elsewhere),
    Fault("JSON too deep", "request", trouble=trouble.changed(trouble.nested)),
    Fault("rows that are numbers", "request", trouble=trouble.changed(trouble.rows(lambda _: 1))),
    Fault("rows that are lists", "request", trouble=trouble.changed(trouble.rows(lambda row: [row]))),
    Fault("rows of pairs", "request", trouble=trouble.changed(trouble.rows(trouble.paired))),
    Fault(
        "an odd id",
        "request",
        trouble=trouble.changed(trouble.first(rb'(?<="sys_id":")[0-9a-f]{32}|(?<="id":")\d+(?=")', b"../x")),
    ),
    Fault("a year of nobody", "request", trouble=trouble.changed(trouble.first(rb"2016-", b"0012-"))),
    Fault("a year far off", "request", trouble=trouble.changed(trouble.first(rb"2016-", b"9999-"))),
    Fault("a Date of year 9999", "request", trouble=trouble.changed(bytes, Date="Tue, 31 Dec 9999 23:59:59 -1400")),
    Fault("no gzip although it says so", "request", trouble=trouble.changed(bytes, Content_Encoding="gzip")),
    Fault(
        "an answer too long", "request", trouble=trouble.changed(trouble.padded), given={"max_answer": trouble.TOO_LONG}
    ),
    Fault("the machine's clock leaps ahead", "call", jump=_YEARS, given=_BUDGET),
    Fault("the machine's clock leaps back", "call", jump=-_YEARS, given=_BUDGET),
)
"""All of them. "down from then on" is an outage: it lasts until the run is over."""


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
        if due and self._fault is not None and self._fault.jump:
            _leap(self._fault.jump)
        elif due and self._fault is not None and not self._fault.after:
            _die()
        yield
        if due and self._fault is not None and self._fault.after:
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


def _leap(seconds: int) -> None:
    """Let this process's clock say another time from now on."""
    now, now_ns = time.time, time.time_ns
    time.time = lambda: now() + seconds
    time.time_ns = lambda: now_ns() + seconds * 1_000_000_000


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


Count = Callable[[Endpoints], dict[str, int]]


def requests_of(endpoints: Endpoints) -> dict[str, int]:
    """Return how many requests each tool has answered."""
    return {
        tool: sum(requests.get(f"{endpoint.url}/sandbox/requests", timeout=PATIENCE).json()["requests"].values())
        for tool, endpoint in endpoints.items()
    }
