"""`slabridge run` and `slabridge plan`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

import sync
from connectors.interface import CommentWrite
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import load_config
from slabridge.connect import connected
from slabridge.plan import Action
from slabridge.report import Exit, Report, Tally
from slabridge.state import State


def run(*, config: ConfigPath = None, json: AsJson = False) -> None:
    """Pull what changed, evaluate it, and write the results back onto the tickets."""
    loaded = load_config(prepared(config))
    with connected(loaded) as connectors, _progress() as notice:
        state = State.of(loaded.state)
        try:
            report = sync.run(loaded, connectors, state, notice)
        finally:
            state.close()
    _print(report, as_json=json)
    raise typer.Exit(report.exit_code)


def plan(*, config: ConfigPath = None, json: AsJson = False) -> None:
    """Print what `run` would write now, as a diff; nothing is written, neither into the tools nor into the state."""
    loaded = load_config(prepared(config))
    with connected(loaded) as connectors, _progress() as notice:
        state = State.of(loaded.state, create=False)
        try:
            report = sync.rehearse(loaded, connectors, state, notice)
        finally:
            state.close()
    if json:
        for name, action in report.actions:
            sys.stdout.buffer.write(orjson.dumps(_plain(name, action)) + b"\n")
    else:
        console = Console(highlight=False, soft_wrap=True)
        for name, action in report.actions:
            console.print(_diff(name, action))
        console.print(f"{len(report.actions)} writes on {len({(n, a.write.id) for n, a in report.actions})} tickets")
    _say_troubles(report)
    raise typer.Exit(report.exit_code)


@contextmanager
def _progress() -> Iterator[sync.Notice]:
    """Show what is going on where stderr is a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bars:
        task = bars.add_task("connecting", total=None)

        def notice(tally: Tally) -> None:
            text = f"{tally.connection}: {tally.pulled} pulled, {tally.evaluated} evaluated, "
            bars.update(task, description=text + f"{tally.fields_written + tally.comments_written} written")

        yield notice


def table_of(report: Report) -> Table:
    """Return a run's counts as a table."""
    table = Table()
    table.add_column("connection")
    columns = ("pulled", "evaluated", "fields_written", "comments_written", "set_aside", "calls")
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    for tally in report.tallies:
        table.add_row(tally.connection, *(f"{getattr(tally, column):,}" for column in columns))
    return table


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        document = {"exit_code": report.exit_code, "connections": report.as_json()}
        sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    else:
        Console().print(table_of(report))
    _say_troubles(report)


def _say_troubles(report: Report) -> None:
    """Say on stderr what is left to do; what went wrong stands in the log above."""
    for tally in report.tallies:
        if tally.set_aside:
            sys.stderr.write(f"{tally.connection}: {tally.set_aside} tickets were set aside; the log says why\n")
        if tally.refused:
            sys.stderr.write(f"{tally.connection}: {tally.refused} writes were refused; the log says why\n")
    if report.exit_code is Exit.DEFERRED:
        sys.stderr.write("What could not be done now is done by the next run; the state is safe.\n")


def _diff(connection: str, action: Action) -> Text:
    """Return an action as lines of a diff; ticket texts are data, so no markup is read in them."""
    text = Text(f"{connection} {action.write.key}\n", style="bold")
    for change in action.changes:
        if change.before is not None:
            text.append(f"  - {change.field}: {change.before}\n", style="red")
        if change.after is not None:
            text.append(f"  + {change.field}: {change.after}", style="green")
        else:
            text.append(f"  + {change.field} is emptied", style="green")
        text.append(f"  ({change.reason})\n", style="dim")
    if isinstance(action.write, CommentWrite):
        kind = "internal comment" if action.write.internal else "public comment"
        body = action.write.body.replace("\n", "\n      ")
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
