"""`slabridge feasibility`: whether the agreements beneath can keep the promise on top (docs/feasibility.md)."""

import sys
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded, midnight


def feasibility(
    *,
    start: Annotated[
        str | None, typer.Option("--from", help="The first date of the year that is looked at; else today.")
    ] = None,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Say of each path of the file whether it fits under its promise, at whatever instant a ticket begins."""
    from rich.console import Console

    from slabridge.app.feasibility import feasibility as found
    from slabridge.show import feasibility as show
    from slabridge.text.printed import json_line

    configured = loaded(config, only)
    zone = ZoneInfo(configured.definitions.timezone)
    first = start or datetime.now(UTC).astimezone(zone).date().isoformat()
    begin = midnight(first, "--from", zone)
    fits, ways = found(configured, begin, midnight(_a_year_later(first), "--from", zone))
    if json:
        sys.stdout.buffer.write(json_line(show.as_json(fits, ways)))
        return
    console = Console()
    if not fits:
        console.print("The file names no paths; write [[paths]] (docs/feasibility.md).", markup=False)
    show.print_fits(console, fits, configured.definitions)
    if ways:
        show.print_ways(console, ways)


def _a_year_later(text: str) -> str:
    day = date.fromisoformat(text)
    leap = (day.month, day.day) == (2, 29)
    return date(day.year + 1, 3 if leap else day.month, 1 if leap else day.day).isoformat()
