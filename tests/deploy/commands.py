"""The command lines of slabridge that stand in files of deploy/."""

import pytest
import typer.main

from slabridge.cli.app import app

_COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


def parse(command: str, *arguments: str) -> None:
    """Parse a command line, without running it; skip where an option of it is not there yet."""
    known = {option for param in _COMMANDS[command].params for option in param.opts}
    missing = sorted({word for word in arguments if word.startswith("--")} - known)
    if missing:
        pytest.skip(f"slabridge {command} has no {', '.join(missing)}")
    _COMMANDS[command].make_context(command, list(arguments))
