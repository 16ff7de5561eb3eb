"""`slabridge history`."""

import sys
from typing import TYPE_CHECKING

import typer

from slabridge.cli.each import each
from slabridge.cli.options import AsJson, ConfigPath, Only
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config


def history(*, config: ConfigPath = None, only: Only = None, json: AsJson = False) -> None:
    """Show who changed the configuration when, and how many tickets each change moved."""
    from slabridge.app.history import history as look
    from slabridge.show.history import documents_of, lines_of
    from slabridge.text.printed import json_line, line

    def step(configured: "Config") -> int:
        found = look(configured)
        if json:
            whose = {"customer": configured.customer} if configured.customer else {}
            for document in documents_of(found):
                sys.stdout.buffer.write(json_line({**whose, **document}))
        else:
            sys.stdout.write(f"{configured.customer}\n" if configured.customer else "")
            sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
            sys.stdout.write("\n" if configured.customer else "")
        return Exit.COMPLETE

    raise typer.Exit(each(config, only, step))
