"""`slabridge provision` (docs/provision.md)."""

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded

if TYPE_CHECKING:
    from slabridge.config import Config, Connection


def provision(  # noqa: PLR0913 - its options
    *,
    connection: Annotated[str | None, typer.Option(help="Which connection, where the file has several.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing: default without --undo.")
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Make it.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was made.")] = False,
    account: Annotated[
        str | None,
        typer.Option(
            "--as", help="Sign in as an administrator: USER:env:VARIABLE or USER:file:PATH; a token without USER."
        ),
    ] = None,
    project: Annotated[
        list[str] | None, typer.Option(help="Jira: a project, by key; else those of the filter.")
    ] = None,
    screen: Annotated[list[str] | None, typer.Option(help="Jira Data Center: a screen, by number.")] = None,
    output: Annotated[Path | None, typer.Option(help="ServiceNow: where the update set goes.")] = None,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Make the fields that results go to: in Jira by its interface, for ServiceNow as an update set to import."""
    from rich.console import Console

    from slabridge.app import provision as case
    from slabridge.show.provision import lines_of, table_of, troubles_of
    from slabridge.text.printed import json_line, line

    if apply and (undo or dry_run):
        raise typer.BadParameter("stands alone", param_hint="--apply")
    configured = loaded(config, only)
    chosen = _chosen(configured, connection)
    place = output or Path(f"slabridge-{re.sub(r'[^A-Za-z0-9_-]', '-', chosen.name)}{'-undo' if undo else ''}.xml")
    task = case.Task(chosen, place, account, tuple(project or ()), tuple(screen or ()))
    if undo:
        outcome = case.look_back(configured, task) if dry_run else case.undo(configured, task)
    else:
        outcome = case.apply(configured, task) if apply else case.look(task)
    done = apply or (undo and not dry_run)
    if json:
        sys.stdout.buffer.write(json_line(outcome.as_json()))
    else:
        console = Console(highlight=False)
        if outcome.plan.things:
            console.print(table_of(outcome, done=done, undo=undo))
        for text in lines_of(outcome, done=done, undo=undo):
            console.print(line(text), markup=False, soft_wrap=True)
    sys.stderr.writelines(f"{line(text)}\n" for text in troubles_of(outcome))
    raise typer.Exit(outcome.exit_code)


def _chosen(config: "Config", name: str | None) -> "Connection":
    names = [one.name for one in config.connections]
    if name is None and len(names) == 1:
        return config.connections[0]
    found = next((one for one in config.connections if one.name == name), None)
    if found is None:
        raise typer.BadParameter(f"name one of the file's connections: {', '.join(names)}", param_hint="--connection")
    return found
