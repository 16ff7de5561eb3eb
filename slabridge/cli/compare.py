"""`slabridge compare` (docs/compare.md)."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded
from slabridge.exit import Exit


def compare(  # noqa: PLR0913 - one parameter per option
    *,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys or ids of tickets.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All tickets with an open cycle.")] = False,
    connection: Annotated[str | None, typer.Option(help="Only this connection.")] = None,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Show the tool's own SLA clocks beside ours, the difference, and its reason where that can be shown."""
    from rich.console import Console

    from slabridge.app.compare import Comparing
    from slabridge.cli.progress import progress
    from slabridge.show.comparisons import line_of, table_of
    from slabridge.text.printed import json_line, line

    if bool(keys) == every:
        raise typer.BadParameter("name tickets, or write --all", param_hint="KEY...")
    configured = loaded(config, only)
    names = [each.name for each in configured.connections]
    if connection is not None and connection not in names:
        raise typer.BadParameter(f"{connection!r} is none of {', '.join(names)}", param_hint="--connection")
    with progress() as show:
        comparing = Comparing(configured, lambda text: _say(line(text)), show)
        for found in comparing.batches(keys or (), [connection] if connection else names):
            if json:
                for comparison in found:
                    sys.stdout.buffer.write(json_line(comparison.as_json()))
            elif found:
                Console(highlight=False).print(table_of(found, configured.definitions.timezone))
    if comparing.exit_code is Exit.USAGE:
        raise typer.Exit(Exit.USAGE)
    if json:
        sys.stdout.buffer.write(json_line({"summary": comparing.summary.as_json()}))
    else:
        sys.stdout.write(f"{line_of(comparing.summary)}\n")
    raise typer.Exit(comparing.exit_code)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
