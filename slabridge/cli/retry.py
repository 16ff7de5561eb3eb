"""`slabridge retry [KEY...]`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded
from slabridge.exit import Exit


def retry(
    *,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys or ids of tickets; none: all in quarantine.")] = None,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Let the next run try quarantined tickets again; no tool is called."""
    from slabridge.app.retry import retry as ask
    from slabridge.text.printed import json_line

    asked = ask(loaded(config, only), keys or ())
    if json:
        sys.stdout.buffer.write(json_line({"asked": asked.tickets, "not_quarantined": asked.unknown}))
    else:
        sys.stdout.write(f"the next run tries again: {asked.tickets} tickets\n")
    for key in asked.unknown:
        sys.stderr.write(f"{key!r} is not in quarantine; `slabridge status` lists what is\n")
    raise typer.Exit(Exit.USAGE if asked.unknown else Exit.COMPLETE)
