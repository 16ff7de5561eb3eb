"""The demo: the job against the sandbox, while the sandbox's clock moves through busy days."""

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import requests

from sla_engine import Result
from sla_engine.instant import DAY
from slabridge.app.connect import connected
from slabridge.app.explain import explained
from slabridge.app.job import Job
from slabridge.config import Config, load_config
from slabridge.run.tally import Report
from slabridge.state import ConnectionState, State, tickets
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import Endpoint, SandboxOptions


@dataclass(frozen=True, slots=True)
class DemoRun:
    """A run at an instant (ms UTC by the sandbox's clock), and how many updates people made before it."""

    at: int
    updates: int
    report: Report


@dataclass(frozen=True, slots=True)
class Seen:
    """A ticket as its agents see it (the fields that we write, our comments with their times), and why."""

    key: str
    tool: str
    fields: Mapping[str, str]
    comments: Sequence[tuple[str, str]]
    results: Sequence[Result]


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo did, and the ticket of each tool that got most comments; `seconds` is how long it took."""

    config: Config
    runs: Sequence[DemoRun]
    tickets: Sequence[Seen]
    seconds: float


def demo(  # noqa: PLR0913 - the last two are called back
    options: SandboxOptions,
    days: int,
    step: int,
    job: Job,
    *,
    on_start: Callable[[Sandbox], None],
    on_run: Callable[[int, int], None],
) -> Demo:
    """Run the job every `step` ms of so many days.

    `on_start` is called with the sandbox, `on_run` after each run with the instant and how many runs there are in all.

    Raises:
        SandboxError: the sandbox does not start.
    """
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="slabridge-demo-") as folder, Sandbox(options) as sandbox:
        on_start(sandbox)
        config = _configured(Path(folder), sandbox)
        state = State.of(config.state)
        stops = range(sandbox.now, sandbox.now + days * DAY + 1, step)
        runs: list[DemoRun] = []
        with connected(config) as connectors:
            for instant in stops:
                updates = sandbox.move_to(instant)
                runs.append(DemoRun(instant, updates, job.run(config, connectors, state)))
                on_run(instant, len(stops))
        seen = [
            one
            for name, endpoint in (("snow", sandbox.servicenow), ("jira", sandbox.jira))
            for one in _seen(name, endpoint, config, state)
        ]
        state.close()
    return Demo(config, runs, seen, time.perf_counter() - began)


def example() -> str:
    """Return the example configuration, from the installed package or from the checkout."""
    packaged = files("slabridge") / "config.example.toml"
    return (packaged if packaged.is_file() else Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")


def _configured(folder: Path, sandbox: Sandbox) -> Config:
    """Return the example configuration, with the sandbox's addresses and without a limit of writes."""
    text = example()
    for address, endpoint in (
        ("https://acme.service-now.com", sandbox.servicenow),
        ("https://acme.atlassian.net", sandbox.jira),
    ):
        text = text.replace(f'"{address}"', f'"{endpoint.url}"')
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    os.environ |= {"SNOW_PASSWORD": sandbox.servicenow.secret, "JIRA_TOKEN": sandbox.jira.secret}
    config = load_config(path)
    return replace(config, connections=tuple(replace(one, writes_per_run=None) for one in config.connections))


def _seen(name: str, endpoint: Endpoint, config: Config, state: State) -> list[Seen]:
    """Return the ticket of a connection that got most comments: as the tool has it, and as slabridge explains it.

    None where no ticket got one: all may live in the other tool.
    """
    try:
        with ConnectionState(state, name).begin() as transaction:
            identity = tickets.most_commented(transaction)
    except LookupError:
        return []
    why = next(one for one in explained(config, state, identity) if one.ticket.source == name)
    connection = next(connection for connection in config.connections if connection.name == name)
    written = [rule.field for rule in connection.writeback.fields]
    look = _in_servicenow if connection.type == "servicenow" else _in_jira
    fields, comments = look(endpoint, identity, written)
    shown = {field: fields.get(field) or "" for field in written}
    return [Seen(why.ticket.key, connection.type, shown, comments, why.results)]


def _in_servicenow(
    endpoint: Endpoint, identity: str, fields: list[str]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    auth = (endpoint.user, endpoint.secret)
    table = f"{endpoint.url}/api/now/table"
    record = requests.get(
        f"{table}/incident/{identity}",
        params={"sysparm_fields": ",".join(fields)},
        auth=auth,
        timeout=30,
    ).json()["result"]
    journal = requests.get(
        f"{table}/sys_journal_field",
        params={"sysparm_query": f"element_id={identity}^sys_created_by={endpoint.user}^ORDERBYsys_created_on"},
        auth=auth,
        timeout=30,
    ).json()["result"]
    return record, [(f"{note['sys_created_on']} UTC", note["value"]) for note in journal]


def _in_jira(endpoint: Endpoint, identity: str, fields: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
    auth = (endpoint.user, endpoint.secret)
    api = f"{endpoint.url}/rest/api/2"
    names = {field["name"]: field["id"] for field in requests.get(f"{api}/field", auth=auth, timeout=30).json()}
    issue = requests.get(f"{api}/issue/{identity}", auth=auth, timeout=30).json()
    values = {name: issue["fields"].get(names[name]) for name in fields}
    shown = {name: value["value"] if isinstance(value, dict) else value for name, value in values.items()}
    comments = requests.get(f"{api}/issue/{identity}/comment", auth=auth, timeout=30).json()["comments"]
    return shown, [(comment["created"], comment["body"]) for comment in comments]
