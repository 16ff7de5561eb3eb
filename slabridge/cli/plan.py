"""`slabridge plan`."""

import sys

import typer

from slabridge.cli.options import AsJson, ConfigPath, loaded


def plan(*, context: typer.Context, config: ConfigPath = None, json: AsJson = False) -> None:
    """Print what `run` would write now, as a diff; nothing is written, neither into the tools nor into the state."""
    from rich.console import Console

    from slabridge.app.run import plan as plan_once
    from slabridge.cli.progress import counted
    from slabridge.show.plan import as_json, diff
    from slabridge.show.report import troubles_of
    from slabridge.text.printed import json_line

    configured = loaded(config)
    caps = {connection.name: connection.writes_per_run for connection in configured.connections}
    with counted() as on_progress:
        report = plan_once(configured, context.obj(), on_progress)
    if json:
        for name, action in report.actions:
            sys.stdout.buffer.write(json_line(as_json(name, action)))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for name, action in report.actions:
            console.print(diff(name, action))
        now = [(name, action.write.id) for name, action in report.actions if action.held_until is None]
        console.print(f"{len(now)} writes on {len(set(now))} tickets")
        if held := len(report.actions) - len(now):
            console.print(f"{held} comments are held")
        for tally in report.tallies:
            if tally.waiting:
                console.print(
                    f"{tally.connection}: {tally.waiting} more wait: writes_per_run is {caps[tally.connection]}"
                )
            if tally.refusal or tally.outage or tally.halted or tally.bug:
                console.print(f"{tally.connection} could not be read to the end: its part of the plan is not complete")
    sys.stderr.writelines(f"{text}\n" for text in troubles_of(report))
    raise typer.Exit(report.exit_code)
