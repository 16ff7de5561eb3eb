"""The demo: the job against the sandbox, while the sandbox's clock moves through busy days."""

import os
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import requests
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

import sync
from sla_engine import Engine
from sla_engine.instant import DAY, moment_of
from slabridge.app.connect import connected
from slabridge.config import Config, load_config
from slabridge.run.tally import Exit, Report
from slabridge.show import logs
from slabridge.show.ledger import STYLES, ledger_of
from slabridge.state import State, connections, tickets
from slabridge.ticket.mapping import Mapper
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import Endpoint, SandboxOptions

_COUNTS = ("pulled", "evaluated", "fields_written", "comments_written", "calls")


def show(options: SandboxOptions, days: int, step: int, console: Console | None = None) -> None:
    """Run the demo, a run every `step` ms, and print it."""
    logs.configure("error", "console")
    console = console or Console(highlight=False)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="slabridge-demo-") as folder, Sandbox(options) as sandbox:
        config = _configured(Path(folder), sandbox)
        state = State.of(config.state)
        console.print(
            f"A ServiceNow at {sandbox.servicenow.url} and a Jira at {sandbox.jira.url}, "
            f"as they were on {moment_of(sandbox.now):%A %Y-%m-%d at %H:%M} UTC."
        )
        stops = range(sandbox.now, sandbox.now + days * DAY + 1, step)
        reports: list[tuple[int, int, Report]] = []
        with connected(config) as connectors, Progress(console=console, transient=True) as bar:
            task = bar.add_task("first run", total=len(stops))
            for instant in stops:
                happened = sandbox.move_to(instant)
                reports.append((instant, happened, sync.run(config, connectors, state)))
                bar.update(task, advance=1, description=f"{moment_of(instant):%a %H:%M}")
        console.print(_table(reports))
        for name, endpoint in (("snow", sandbox.servicenow), ("jira", sandbox.jira)):
            console.print(_ticket(name, endpoint, config, state))
        state.close()
    trouble = [text for _, _, report in reports for t in report.tallies for text in (t.refusal, t.outage) if text]
    console.print(f"{len(reports)} runs in {time.perf_counter() - began:.0f} s, sandbox included.")
    if trouble or any(report.exit_code is not Exit.COMPLETE for _, _, report in reports):
        raise RuntimeError("; ".join(trouble) or "a run was not complete")


def example() -> str:
    """Return the example configuration, from the installed package or from the checkout."""
    packaged = files("slabridge") / "config.example.toml"
    return (packaged if packaged.is_file() else Path(__file__).parents[2] / "config.example.toml").read_text("utf-8")


def _configured(folder: Path, sandbox: Sandbox) -> Config:
    """Return the example configuration, with the sandbox's addresses and nothing else changed."""
    text = example()
    for address, endpoint in (
        ("https://acme.service-now.com", sandbox.servicenow),
        ("https://acme.atlassian.net", sandbox.jira),
    ):
        text = text.replace(f'"{address}"', f'"{endpoint.url}"')
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    os.environ |= {"SNOW_PASSWORD": sandbox.servicenow.secret, "JIRA_TOKEN": sandbox.jira.secret}
    return load_config(path)


def _table(reports: list[tuple[int, int, Report]]) -> Table:
    table = Table(title="Each run: what people did before it, and what it did", title_justify="left")
    table.add_column("UTC", no_wrap=True)
    table.add_column("people's updates", justify="right")
    for column in _COUNTS:
        table.add_column({"calls": "HTTP calls"}.get(column, column.replace("_", " ")), justify="right")
    totals = dict.fromkeys(_COUNTS, 0)
    for number, (instant, happened, report) in enumerate(reports):
        counts = {column: sum(getattr(tally, column) for tally in report.tallies) for column in _COUNTS}
        if number:
            totals = {column: totals[column] + counts[column] for column in _COUNTS}
        people = f"{happened:,}" if number else "(first)"
        table.add_row(f"{moment_of(instant):%a %H:%M}", people, *(f"{n:,}" for n in counts.values()))
    table.add_section()
    table.add_row("since then", "", *(f"{n:,}" for n in totals.values()), style="bold")
    return table


def _ticket(name: str, endpoint: Endpoint, config: Config, state: State) -> Panel:
    """Show the ticket of a connection that was told most about: as the tool has it, and as slabridge explains it."""
    with state.begin() as transaction:
        identity, as_of = tickets.most_told(transaction, name), connections.standing(transaction, name).as_of
        known = next(known for owner, known in tickets.find(transaction, identity) if owner == name)
    connection = next(connection for connection in config.connections if connection.name == name)
    written = [rule.field for rule in connection.writeback.fields]
    seen = _in_servicenow if connection.type == "servicenow" else _in_jira
    fields, comments = seen(endpoint, identity, written)
    text = Text()
    for field in written:
        text.append(f"{field:<20} ", style="dim")
        value = fields.get(field) or "-"
        text.append(f"{value}\n", style=STYLES.get(value.lower().replace(" ", "_"), ""))
    for at, body in comments:
        text.append(f"\ncomment of {at}\n", style="dim")
        text.append(body + "\n")
    ticket = Mapper(connection).ticket(known.native)
    results = Engine(config.definitions).evaluate([ticket], as_of or 0, segments=True).results
    text.append("\nwhy (slabridge explain)\n", style="dim")
    text.append_text(ledger_of(results, config.definitions))
    return Panel(text, title=f"{ticket.key} in {connection.type}, as the agent sees it", title_align="left")


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
