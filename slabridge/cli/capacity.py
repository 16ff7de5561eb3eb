"""`slabridge capacity`: what teams carry, and what breaks first if more comes (docs/capacity.md)."""

import sys
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, InLanguage, Only, loaded, midnight
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config


def capacity(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    since: Annotated[
        str | None, typer.Option(help="The first date that is looked at; else 13 weeks before the last run.")
    ] = None,
    growth: Annotated[int, typer.Option(min=1, max=400, help="By how many percent more tickets come.")] = 20,
    team: Annotated[str | None, typer.Option(help="Print one team's hours of the week, and what it has.")] = None,
    language: InLanguage = None,
    json: AsJson = False,
) -> None:
    """Say when tickets come, what each team has in hand, and which agreement breaks first if more come."""
    from rich.console import Console

    from slabridge.app.capacity import capacity as found_in
    from slabridge.config.problem import instead
    from slabridge.show.capacity import as_json, name_of, print_capacity
    from slabridge.text.language import Language
    from slabridge.text.printed import json_line

    configured = loaded(config, only)
    first = None if since is None else midnight(since, "--since", ZoneInfo(configured.definitions.timezone))
    found = found_in(configured, first, growth)
    if found is None:
        sys.stderr.write(f"{_why_nothing(configured, first)}\n")
        raise typer.Exit(Exit.USAGE)
    told = Language(language or configured.language)
    known = {*(name_of(load, told) for load in found.loads), *(one.team for one in found.arrivals if one.team)}
    if team is not None and team not in known:
        raise typer.BadParameter(f"{team!r} had no ticket; {instead(team, sorted(known))}", param_hint="--team")
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        print_capacity(Console(highlight=False), found, told, team)


def _why_nothing(config: "Config", since: int | None) -> str:
    """Return why nothing is known since an instant, ms UTC."""
    from sla_engine.instant import format_instant
    from slabridge.app.report import reached

    last = reached(config)
    if last is not None and since is not None and since >= last:
        return f"--since is after the last complete run, at {format_instant(last)}; name an earlier date"
    return "no ticket of that time is known; has `slabridge run` been through?"
