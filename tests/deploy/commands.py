"""The command lines of slabridge that stand in files of deploy/."""

import typer.main

from slabridge.cli.app import app

_COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def parse(command: str, *arguments: str) -> None:
    """Parse a command line, without running it."""
    _COMMANDS[command].make_context(command, list(arguments))
