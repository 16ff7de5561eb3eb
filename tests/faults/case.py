"""One case: a run that is disturbed, one that is not, and what is left in the end."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

import connectors.jira.connector
import connectors.servicenow.connector  # noqa: F401 - loaded here, once, and not in each forked process
import sync
from connectors.http.session import Http
from connectors.interface import Connector
from sla_engine.instant import format_instant
from slabridge.app.connect import connected
from slabridge.app.demo import example
from slabridge.app.retry import retry
from slabridge.config import Config, Connection, load_config
from slabridge.exit import gravest
from slabridge.run.deliver import Outcome
from slabridge.run.tally import Report
from slabridge.show import logs
from slabridge.state import State
from slabridge_sandbox.options import Endpoints
from slabridge_sandbox.server import Built
from tests.faults.ending import ending, told
from tests.faults.fault import Fault, Steps, arm, disarm, requests_of, watch
from tests.faults.forked import fork, keep, kept, served, wait
from tests.faults.proxy import proxy
from tests.faults.scenario import AFTER, Scenario
from tests.faults.store import Store
from tests.patience import PATIENCE

MESSAGES = "messages"
"""The file of what receivers got."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault at the index-th call, commit or request (of `tool`) of the disturbed run."""

    fault: Fault
    index: int
    tool: str = ""

    def __str__(self) -> str:
        return f"{self.fault.name}, {self.tool or self.fault.at} {self.index}"


@dataclass(frozen=True, slots=True)
class Ended:
    """How both runs ended and what is left; `steps` is what there was to disturb."""

    died: bool
    exit_code: int
    steps: dict[str, int]
    left: dict[str, Any]


def prepare(found: Built, scenario: Scenario, store: Store, folder: Path) -> None:
    """Do the runs before the disturbed one; world and state are then as they are before it."""
    for instant in scenario.runs:

        def work(endpoints: Endpoints, instant: int = instant) -> None:
            move(endpoints, instant)
            if scenario.linked:
                link_pairs(endpoints)
            report = _run(_config(scenario, endpoints, store.place, folder, before=True), folder)
            assert report.exit_code == 0, report

        assert served(found, work) == 0, scenario.name


def ended(found: Built, scenario: Scenario, store: Store, folder: Path, case: Case | None = None) -> Ended:
    """Run a case, or (None) what happens without a fault, on copies of world and state."""
    path = folder / "ended"
    with store.copy() as place:

        def work(endpoints: Endpoints) -> None:
            keep(path, _both(scenario, endpoints, place, folder, case))

        status = wait(fork(lambda: _check(served(found, work))))
        assert status == 0, f"{scenario.name}: {case}: the run after it failed"
    result: Ended = kept(path)
    return result


def _both(scenario: Scenario, endpoints: Endpoints, place: str, folder: Path, case: Case | None) -> Ended:
    (folder / MESSAGES).unlink(missing_ok=True)
    move(endpoints, scenario.at)
    config = _config(scenario, endpoints, place, folder)
    steps_path = folder / "steps"
    before = requests_of(endpoints)
    if case is not None:
        arm(case.fault, case.tool, case.index, endpoints)

    def disturbed(config: Config) -> None:
        steps = Steps(case.fault, case.index) if case is not None else Steps()
        watch(steps)
        _run(config, folder)
        keep(steps_path, steps.counts)

    with _meanwhile(config, endpoints, case) as other:
        status = wait(fork(lambda: disturbed(other)))
    assert status in {0, -signal.SIGKILL}, f"the disturbed run failed: {status}"
    steps = kept(steps_path) if status == 0 else {}
    steps |= {tool: count - before[tool] for tool, count in requests_of(endpoints).items()}
    disarm(endpoints)
    if case is not None and case.fault.trouble is not None:
        retry(config, ())  # what was quarantined for an odd answer stays so until somebody asks
    move(endpoints, scenario.at + AFTER)
    report = _run(config, folder)
    if case is None:
        assert not any(t.fields_written + t.comments_written for t in report.tallies), "time alone changed something"
    with _opened(config) as (state, connectors):
        # A message that a killed run was sending is reported as unclear, and that is as it should be.
        code = gravest(tally.exit_code for tally in report.tallies)
        left = ending(state, connectors) | told(state, folder / MESSAGES, scenario.at) | {"links": links(endpoints)}
        return Ended(status != 0, code, steps, left)


def move(endpoints: Endpoints, instant: int) -> None:
    """Set the sandbox's clock, and let people do until then what they did."""
    body = {"now": format_instant(instant)}
    requests.post(f"{endpoints['servicenow'].url}/sandbox/clock", json=body, timeout=PATIENCE).raise_for_status()


def link_pairs(endpoints: Endpoints) -> None:
    """Let each incident name the issue of its number."""
    snow, jira = endpoints["servicenow"], endpoints["jira"]
    url, auth = f"{snow.url}/api/now/table/incident", (snow.user, snow.secret)
    order = {"sysparm_query": "ORDERBYnumber", "sysparm_fields": "sys_id"}
    incidents = requests.get(url, params=order, auth=auth, timeout=PATIENCE).json()["result"]
    query = {"jql": "project = ITSM ORDER BY key", "fields": "key"}
    search = f"{jira.url}/rest/api/3/search/jql"
    found = requests.get(search, params=query, auth=(jira.user, jira.secret), timeout=PATIENCE).json()["issues"]
    keys = sorted((issue["key"] for issue in found), key=lambda key: int(key.rpartition("-")[2]))
    for incident, key in zip(incidents, keys, strict=False):
        body = {"correlation_id": key}
        requests.patch(f"{url}/{incident['sys_id']}", json=body, auth=auth, timeout=PATIENCE).raise_for_status()


def links(endpoints: Endpoints) -> dict[str, list[Any]]:
    """Return the links of each issue to its page."""
    jira = endpoints["jira"]
    auth, query = (jira.user, jira.secret), {"jql": "project = ITSM", "fields": "key"}
    site = f"{jira.url}/rest/api/3"
    issues = requests.get(f"{site}/search/jql", params=query, auth=auth, timeout=PATIENCE).json()["issues"]
    found = {}
    for key in sorted(issue["key"] for issue in issues):
        held = requests.get(f"{site}/issue/{key}/remotelink", auth=auth, timeout=PATIENCE).json()
        found[key] = [(one["globalId"], one["object"]) for one in held]
    return found


def _run(config: Config, folder: Path) -> Report:
    def send(address: str, _: str, body: str) -> tuple[Outcome, str]:
        with (folder / MESSAGES).open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps([address, body])}\n")
        return Outcome.SENT, ""

    with _opened(config) as (state, connectors):
        return sync.run(config, connectors, state, send=send)


@contextmanager
def _meanwhile(config: Config, endpoints: Endpoints, case: Case | None) -> Iterator[Config]:
    """Give the configuration of the disturbed run: with what its fault wants, and through a proxy that makes trouble."""
    if case is None:
        yield config
        return
    connections = [replace(one, **case.fault.given) for one in config.connections]
    if case.fault.trouble is None:
        yield replace(config, connections=tuple(connections))
        return
    tool = endpoints[case.tool].url
    with proxy(tool, case.fault.trouble, case.index) as url:
        through = tuple(replace(one, url=url) if one.url == tool else one for one in connections)
        yield replace(config, connections=through)


@contextmanager
def _opened(config: Config) -> Iterator[tuple[State, list[tuple[Connection, Connector]]]]:
    state = State.of(config.state)
    try:
        with connected(config) as connectors:
            yield state, connectors
    finally:
        state.close()


def _config(scenario: Scenario, endpoints: Endpoints, place: str, folder: Path, *, before: bool = False) -> Config:
    """Return the example configuration for these addresses."""
    logs.configure("error", "console")
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    Http.__init__.__kwdefaults__ = defaults
    text = scenario.always(example())
    text = text if before else scenario.change(text)
    text = text.replace("https://acme.service-now.com", endpoints["servicenow"].url)
    text = text.replace("https://acme.atlassian.net", endpoints["jira"].url)
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    config = load_config(path)
    chosen = [connection for connection in config.connections if connection.name in scenario.tools]
    return replace(
        config,
        state=place,
        connections=tuple(
            replace(one, timeout=(PATIENCE, PATIENCE), first_run="post", writes_per_run=None) for one in chosen
        ),
    )


def _check(status: int) -> None:
    if status != 0:
        raise RuntimeError(f"the work ended with {status}")
