"""`slabridge plan`."""

import sys
from typing import TYPE_CHECKING

import typer

from slabridge.cli.each import each, say
from slabridge.cli.options import AsJson, ConfigPath, Only

if TYPE_CHECKING:
    from slabridge.config import Config
    from slabridge.run.tally import Report


def plan(*, context: typer.Context, config: ConfigPath = None, only: Only = None, json: AsJson = False) -> None:
    """Print what `run` would write now, as a diff; nothing is written, neither into the tools nor into the state."""
    from slabridge.app.run import plan as plan_once
    from slabridge.cli.progress import counted
    from slabridge.show.plan import as_json
    from slabridge.show.report import troubles_of
    from slabridge.text.printed import json_line

    def step(configured: "Config") -> int:
        report = plan_once(configured, context.obj(), on_progress)
        whose = {"customer": configured.customer} if configured.customer else {}
        if json:
            for name, action in report.actions:
                sys.stdout.buffer.write(json_line({**whose, **as_json(name, action)}))
            for address, title, body in report.told:
                sys.stdout.buffer.write(json_line({**whose, "message_to": address, "title": title, "text": body}))
        else:
            _print(report, configured)
        say(troubles_of(report), configured)
        return report.exit_code

    with counted() as on_progress:
        code = each(config, only, step)
    raise typer.Exit(code)


def _print(report: "Report", config: "Config") -> None:
    from rich.console import Console

    from slabridge.show.plan import diff, message

    console = Console(highlight=False, soft_wrap=True)
    for name, action in report.actions:
        console.print(diff(name, action))
    for told in report.told:
        console.print(message(*told))
    now = [(name, action.write.id) for name, action in report.actions if action.held_until is None]
    whose = f"{config.customer}: " if config.customer else ""
    console.print(f"{whose}{len(now)} writes on {len(set(now))} tickets")
    if report.told:
        console.print(f"{whose}{len(report.told)} messages")
    if held := len(report.actions) - len(now):
        console.print(f"{whose}{held} comments are held")
    caps = {connection.name: connection.writes_per_run for connection in config.connections}
    for tally in report.tallies:
        if tally.waiting:
            console.print(f"{tally.connection}: {tally.waiting} more wait: writes_per_run is {caps[tally.connection]}")
        if tally.refusal or tally.outage or tally.halted or tally.bug:
            console.print(f"{tally.connection} could not be read to the end: its part of the plan is not complete")
