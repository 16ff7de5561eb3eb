"""`slabridge run` and `slabridge plan`."""

import gc
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import sync
from connectors.interface import CommentWrite
from sla_engine.instant import HOUR
from slabridge.app.connect import connected, host_of
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.cli.progress import counted
from slabridge.config import Config, load_config
from slabridge.run.halt import Halt
from slabridge.run.plan import Action
from slabridge.run.tally import Exit, Report
from slabridge.show.printed import json_line, line, lines
from slabridge.state import State, runs

MaxSeconds = Annotated[
    float | None, typer.Option("--max-seconds", min=1, help="End in order after so long; the next run goes on.")
]


def run(*, config: ConfigPath = None, max_seconds: MaxSeconds = None, json: AsJson = False) -> None:
    """Pull what changed, evaluate it, and write the results back onto the tickets."""
    halt = Halt(max_seconds)
    # A first load makes millions of values and no cycles: the collector would walk them again and again.
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    loaded = load_config(prepared(config))
    state = State.of(loaded.state)
    try:
        with halt.on_signals(), _connected(loaded, state, halt) as connectors, counted() as notice:
            report = sync.run(loaded, connectors, state, notice, halt)
    finally:
        state.close()
    _print(report, as_json=json)
    raise typer.Exit(report.exit_code)


def plan(*, config: ConfigPath = None, json: AsJson = False) -> None:
    """Print what `run` would write now, as a diff; nothing is written, neither into the tools nor into the state."""
    halt = Halt()
    loaded = load_config(prepared(config))
    state = State.of(loaded.state, create=False, migrate=False)
    try:
        with _connected(loaded, state, halt) as connectors, counted() as notice:
            report = sync.rehearse(loaded, connectors, state, notice, halt)
    finally:
        state.close()
    if json:
        for name, action in report.actions:
            sys.stdout.buffer.write(json_line(_plain(name, action)))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for name, action in report.actions:
            console.print(_diff(name, action))
        console.print(f"{len(report.actions)} writes on {len({(n, a.write.id) for n, a in report.actions})} tickets")
        for tally in report.tallies:
            if tally.refusal or tally.outage:
                console.print(f"{tally.connection} could not be read to the end: its part of the plan is not complete")
    _say_troubles(report)
    raise typer.Exit(report.exit_code)


@contextmanager
def _connected(config: Config, state: State, halt: Halt) -> Iterator[sync.Connectors]:
    """Connect with what this hour's runs have left of the hosts' budgets, and with the end of this one in mind."""
    with state.begin() as transaction:
        calls = runs.calls_within(transaction, HOUR)
    spent: Counter[str] = Counter()
    for connection in config.connections:
        spent[host_of(connection.url)] += calls.get(connection.name, 0)
    with connected(config, spent=spent, left=halt.left, stopping=halt.stopping) as connectors:
        yield connectors


_HEADINGS = {"quarantined": "set aside"}


def table_of(report: Report) -> Table:
    """Return a run's counts as a table."""
    table = Table()
    table.add_column("connection")
    columns = ("pulled", "evaluated", "fields_written", "comments_written", "quarantined", "calls")
    for column in columns:
        table.add_column(_HEADINGS.get(column, column.replace("_", " ")), justify="right")
    for tally in report.tallies:
        table.add_row(tally.connection, *(f"{getattr(tally, column):,}" for column in columns))
    return table


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        document = {"exit_code": report.exit_code, "connections": report.as_json()}
        sys.stdout.buffer.write(json_line(document))
    else:
        Console().print(table_of(report))
    _say_troubles(report)


def _say_troubles(report: Report) -> None:
    """Say on stderr what is left to do; what went wrong stands in the log above."""
    for tally in report.tallies:
        if tally.quarantined:
            sys.stderr.write(f"{tally.connection}: {tally.quarantined} tickets are set aside; see `slabridge status`\n")
        if tally.refused:
            sys.stderr.write(f"{tally.connection}: {tally.refused} writes were refused; the log says why\n")
    if report.exit_code is Exit.DEFERRED:
        sys.stderr.write("What could not be done now is done by the next run; the state is safe.\n")


def _diff(connection: str, action: Action) -> Text:
    """Return an action as lines of a diff; ticket texts are data, so no markup is read in them."""
    text = Text(f"{connection} {line(action.write.key)}\n", style="bold")
    for change in action.changes:
        if change.before is not None:
            text.append(f"  - {change.field}: {line(change.before)}\n", style="red")
        if change.after is not None:
            text.append(f"  + {change.field}: {line(change.after)}", style="green")
        else:
            text.append(f"  + {change.field} is emptied", style="green")
        text.append(f"  ({change.reason})\n", style="dim")
    if isinstance(action.write, CommentWrite):
        kind = "internal comment" if action.write.internal else "public comment"
        body = lines(action.write.body).replace("\n", "\n      ")
        text.append(f"  + {kind}: {body}\n", style="green")
    return text


def _plain(connection: str, action: Action) -> dict[str, object]:
    write = action.write
    if isinstance(write, CommentWrite):
        return {
            "connection": connection,
            "ticket": write.key,
            "id": write.id,
            "comment": write.body,
            "marker": write.marker,
            "internal": write.internal,
        }
    changes = [{"field": c.field, "before": c.before, "after": c.after, "reason": c.reason} for c in action.changes]
    return {"connection": connection, "ticket": write.key, "id": write.id, "fields": changes}
