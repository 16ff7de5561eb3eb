"""`slabridge retry [KEY...]`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import load_config
from slabridge.run.tally import Exit
from slabridge.show.printed import json_line
from slabridge.state import State, quarantine


def retry(
    *,
    keys: Annotated[list[str] | None, typer.Argument(help="Keys or ids of tickets; none: all set aside.")] = None,
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Let the next run try tickets again that were set aside; no tool is called."""
    state = State.of(load_config(prepared(config)).state, create=False)
    try:
        with state.begin() as transaction:
            found = {key: quarantine.ask(transaction, key) for key in keys or ()}
            number = sum(found.values()) if keys else quarantine.ask(transaction)
    finally:
        state.close()
    unknown = [key for key, tickets in found.items() if tickets == 0]
    if json:
        sys.stdout.buffer.write(json_line({"asked": number, "not_set_aside": unknown}))
    else:
        sys.stdout.write(f"the next run tries again: {number} tickets\n")
    for key in unknown:
        sys.stderr.write(f"{key!r} is not set aside; `slabridge status` lists what is\n")
    raise typer.Exit(Exit.USAGE if unknown else Exit.COMPLETE)
