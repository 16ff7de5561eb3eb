"""`slabridge board`: what breaks next (docs/web.md)."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded

Values = list[str] | None


def board(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    status: Annotated[Values, typer.Option(help="breached, at_risk, on_track or paused; may be repeated.")] = None,
    agreement: Annotated[Values, typer.Option(help="An agreement, by its id; may be repeated.")] = None,
    holder: Annotated[Values, typer.Option(help="Who has it; may be repeated.")] = None,
    priority: Annotated[Values, typer.Option(help="A priority; may be repeated.")] = None,
    soon: Annotated[bool, typer.Option("--soon", help="Only what is due within an hour.")] = False,
    sort: Annotated[
        str, typer.Option(help="due, status, agreement, holder, priority or risk; -due: latest first.")
    ] = "due",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many cycles are listed.")] = 20,
    json: AsJson = False,
) -> None:
    """Show the open cycles: what breaks next, what is broken, by agreement and by who has it."""
    from rich.console import Console

    from slabridge.app.board import SORTS, STATUSES, Boards, Wanted
    from slabridge.app.readable import Readable
    from slabridge.config.problem import instead
    from slabridge.show.board import as_json, print_board
    from slabridge.text.printed import json_line
    from slabridge.ticket.viewer import Viewer

    if sort.removeprefix("-") not in SORTS:
        raise typer.BadParameter(f"{sort!r} is none of {', '.join(SORTS)}", param_hint="--sort")
    for value in status or ():
        if value not in STATUSES:
            raise typer.BadParameter(f"{value!r} is none of {', '.join(STATUSES)}", param_hint="--status")
    given = {"status": status, "agreement": agreement, "holder": holder, "priority": priority}
    where = {name: tuple(values) for name, values in given.items() if values}
    configured = loaded(config, only)
    if sort.removeprefix("-") == "risk" and not configured.foresight.in_runs:
        raise typer.BadParameter("no run says how likely cycles are to break; write [foresight]", param_hint="--sort")
    readable = Readable(configured)
    try:
        wanted = Wanted(where, sort.removeprefix("-"), sort.startswith("-"), soon)
        found = Boards(readable).board(Viewer(), wanted, limit=limit)
    finally:
        readable.close()
    for name, values in where.items():
        held = [facet.value for facet in found.facets[name]]
        for value in values:
            if name != "status" and value not in held:
                sys.stderr.write(f"warning: no open cycle has {name} {value!r}; {instead(value, held)}\n")
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        print_board(Console(highlight=False), found)
