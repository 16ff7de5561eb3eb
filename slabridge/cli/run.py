"""`slabridge run`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, loaded


def run(
    *,
    context: typer.Context,
    config: ConfigPath = None,
    max_seconds: Annotated[
        float | None, typer.Option("--max-seconds", min=1, help="End in order after so long; the next run goes on.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Write what a changed configuration does to many tickets.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Pull what changed, evaluate it, and write the results back onto the tickets."""
    from rich.console import Console

    from slabridge.app.run import run as run_once
    from slabridge.cli.progress import counted
    from slabridge.run.halt import Halt
    from slabridge.show.report import table_of, troubles_of
    from slabridge.text.printed import json_line

    halt = Halt(max_seconds)
    configured = loaded(config)
    with counted() as on_progress:
        report = run_once(configured, context.obj(), on_progress, halt, accept=accept)
    if json:
        document = {"exit_code": report.exit_code, "connections": report.as_json()}
        sys.stdout.buffer.write(json_line(document))
    else:
        Console().print(table_of(report))
    sys.stderr.writelines(f"{text}\n" for text in troubles_of(report))
    raise typer.Exit(report.exit_code)
