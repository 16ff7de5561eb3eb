"""`slabridge reevaluate`."""

import sys
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, Scheduler, loaded, midnight

if TYPE_CHECKING:
    from rich.table import Table

    from slabridge.app.reevaluate import Rejudged

_MOST = 1_000
"""Cycles of a table that people read."""
_IN_MEMORY = 1 << 24
"""Bytes of lines; more of them wait in a file that has no name."""
_Row = tuple[str, str, str, str, str, str]


def reevaluate(  # noqa: PLR0913 - one parameter per option
    *,
    start: Annotated[str, typer.Option("--from", help="The first date, as 2026-01-01, on which the cycles ended.")],
    end: Annotated[str, typer.Option("--to", help="The date after the last.")],
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this, only show what would change.")] = False,
    config: ConfigPath = None,
    only: Only = None,
    scheduler: Scheduler = None,
    json: AsJson = False,
) -> None:
    """Judge cycles that ended in a period by today's definitions; else they keep those that they were judged by."""
    from rich.console import Console

    from slabridge.app.reevaluate import reevaluate as rejudged
    from slabridge.spread import Spread

    configured = loaded(config, only)
    zone = ZoneInfo(configured.definitions.timezone)
    period = midnight(start, "--from", zone), midnight(end, "--to", zone)
    if period[0] >= period[1]:
        raise typer.BadParameter("is not after --from", param_hint="--to")
    spread = Spread.over(scheduler)
    if json:
        with SpooledTemporaryFile(_IN_MEMORY) as lines:  # all is done before anybody who reads can hang up
            lines.writelines(rejudged(configured, period, _line, apply=apply, spread=spread))
            lines.seek(0)
            copyfileobj(lines, sys.stdout.buffer)
        return
    rows, count = list[_Row](), 0
    for count, row in enumerate(rejudged(configured, period, _row, apply=apply, spread=spread), 1):
        if count <= _MOST:
            rows.append(row)
    console = Console()
    if rows:
        console.print(_table(rows))
    if count > _MOST:
        console.print(f"... and {count - _MOST} more; --json prints all")
    done = "came out otherwise; the next run writes them" if apply else "would come out otherwise; --apply does it"
    console.print(f"{count} cycles that ended from {start} to before {end} {done if count else 'change'}")


def _line(change: "Rejudged") -> bytes:
    from slabridge.text.printed import json_line

    return json_line(change.as_json())


def _row(change: "Rejudged") -> _Row:
    from slabridge.text.printed import line
    from slabridge.text.spoken import shown_percent

    old, new = change.before, change.after
    after = ("no result", "") if new is None else (new.status, shown_percent(new.percent))
    cycle = f"{old.agreement}.{old.objective} #{old.cycle}"
    return (line(old.ticket), cycle, old.status, shown_percent(old.percent), *after)


def _table(rows: list[_Row]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("ticket", "cycle", "stands as", "used %", "would be", "used %"):
        table.add_column(name, overflow="fold")
    for ticket, *others in rows:
        table.add_row(Text(ticket), *others)
    return table
