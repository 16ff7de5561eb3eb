"""`slabridge reevaluate`."""

import sys
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded, midnight

if TYPE_CHECKING:
    from rich.table import Table

    from slabridge.app.reevaluate import Rejudged


def reevaluate(  # noqa: PLR0913 - one parameter per option
    *,
    start: Annotated[str, typer.Option("--from", help="The first date, as 2026-01-01, on which the cycles ended.")],
    end: Annotated[str, typer.Option("--to", help="The date after the last.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this, only show what would change.")] = False,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Judge cycles that ended in a period by today's definitions; else they keep those that they were judged by."""
    from rich.console import Console

    from slabridge.app.reevaluate import reevaluate as rejudged
    from slabridge.text.printed import json_line

    configured = loaded(config, only)
    zone = ZoneInfo(configured.definitions.timezone)
    period = midnight(start, "--from", zone), midnight(end, "--to", zone)
    if period[0] >= period[1]:
        raise typer.BadParameter("is not after --from", param_hint="--to")
    changes = rejudged(configured, *period, apply=apply)
    if json:
        for change in changes:
            sys.stdout.buffer.write(json_line(change.as_json()))
        return
    console = Console()
    if changes:
        console.print(_table(changes))
    done = "came out otherwise; the next run writes them" if apply else "would come out otherwise; --apply does it"
    console.print(f"{len(changes)} cycles that ended from {start} to before {end} {done if changes else 'change'}")


def _table(changes: "list[Rejudged]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from slabridge.text.printed import line
    from slabridge.text.spoken import shown_percent

    table = Table()
    for name in ("ticket", "cycle", "stands as", "used %", "would be", "used %"):
        table.add_column(name, overflow="fold")
    for change in changes:
        old, new = change.before, change.after
        cycle = f"{old.agreement}.{old.objective} #{old.cycle}"
        after = ("no result", "") if new is None else (new.status, shown_percent(new.percent))
        table.add_row(Text(line(old.ticket)), cycle, old.status, shown_percent(old.percent), *after)
    return table
