"""The command lines of slabridge that stand in files of deploy/."""

import typer.main

from slabridge.cli.app import app

_COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def parse(command: str, *arguments: str) -> None:
    """Parse a command line, without running it."""
    found, given = _COMMANDS[command], list(arguments)
    while hasattr(found, "commands"):
        command, *given = given
        found = found.commands[command]
    found.make_context(command, given)
