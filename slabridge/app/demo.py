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
from sla_engine.chain.outcome import TicketRef
from sla_engine.instant import DAY
from slabridge.app.connect import connected
from slabridge.app.explain import Explainer
from slabridge.app.job import Job
from slabridge.config import Config, load_config
from slabridge.run.tally import Report
from slabridge.state import ConnectionState, State, links, tickets
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import Endpoint, SandboxOptions

_LINKS = 50
"""Links that are looked at for a ticket to show."""


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
    """What the demo did, and a ticket of each tool: one that waits and whom it waits for, else the most commented ones.

    `waited` is the cycle of the ticket that waits, with its chain, as at `as_of`. `seconds` is how long it took.
    """

    config: Config
    runs: Sequence[DemoRun]
    tickets: Sequence[Seen]
    seconds: float
    waited: Result | None = None
    as_of: int = 0


def demo(  # noqa: PLR0913 - the last two are called back
    options: SandboxOptions,
    days: int,
    step: int,
    job: Job,
    *,
    on_start: Callable[[Sandbox], None],
    on_run: Callable[[int, int], None],
    then: Callable[[Demo], None],
) -> None:
    """Run the job every `step` ms of so many days.

    `on_start` is called with the sandbox, `on_run` after each run with the instant and how many runs there are in all,
    `then` with what came of it while sandbox and state are still there.

    Raises:
        SandboxError: the sandbox does not start.
    """
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="slabridge-demo-") as folder, Sandbox(options) as sandbox:
        on_start(sandbox)
        service = files("slabridge.app").joinpath("demo.toml").read_text("utf-8")
        config = configured(Path(folder), sandbox, example() + service)
        state = State.of(config.state)
        stops = range(sandbox.now, sandbox.now + days * DAY + 1, step)
        runs: list[DemoRun] = []
        with connected(config) as connectors:
            for instant in stops:
                updates = sandbox.move_to(instant)
                runs.append(DemoRun(instant, updates, job.run(config, connectors, state)))
                on_run(instant, len(stops))
        waited, as_of = _waited(config, state)
        pair = dict(ticket[:2] for ticket in _ends(waited)) if waited is not None else {}
        seen = [
            one
            for name, endpoint in (("snow", sandbox.servicenow), ("jira", sandbox.jira))
            for one in _seen(name, endpoint, config, state, pair.get(name))
        ]
        state.close()
        then(Demo(config, runs, seen, time.perf_counter() - began, waited, as_of))


def _waited(config: Config, state: State) -> tuple[Result | None, int]:
    """Return the cycle that most of another ticket's overrun broke, and its instant; None where there is none."""
    with state.reading() as sql:
        ids = {ticket[1]: None for pair in links.some(sql, _LINKS) for ticket in pair}
    explainer = Explainer.of(config)
    found = [(result, one.as_of) for id_ in ids for one in explainer.every(state, id_) for result in one.results]
    late = [one for one in found if _overrun(one[0])]
    return max(late, key=lambda one: _overrun(one[0])) if late else (None, 0)


def _overrun(result: Result) -> int:
    breach = None if result.chain is None else result.chain.breach
    others = () if breach is None else (by.worked for by in breach.overruns if by.by.ticket.id != result.id)
    return max(others, default=0)


def _ends(result: Result) -> list[TicketRef]:
    """Return the cycle's ticket, and the one that overran."""
    breach = None if result.chain is None else result.chain.breach
    late = [] if breach is None else sorted(breach.overruns, key=lambda one: -one.worked)
    return [TicketRef(result.source, result.id, result.ticket), *(one.by.ticket for one in late[:1])]


def example() -> str:
    """Return the example configuration, from the installed package or from the checkout."""
    packaged = files("slabridge") / "config.example.toml"
    return (packaged if packaged.is_file() else Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")


def configured(folder: Path, sandbox: Sandbox, text: str) -> Config:
    """Return a configuration like the example, with the sandbox's addresses and without a limit of writes."""
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


def _seen(name: str, endpoint: Endpoint, config: Config, state: State, wanted: str | None) -> list[Seen]:
    """Return a ticket, or the one that got most comments: as the tool has it, and as slabridge explains it.

    None where no ticket got one: all may live in the other tool.
    """
    try:
        with ConnectionState(state, name).begin() as transaction:
            identity = wanted or tickets.most_commented(transaction)
    except LookupError:
        return []
    why = Explainer.of(config).one(state, name, identity)
    if why is None:
        return []
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
