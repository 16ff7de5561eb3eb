"""`slabridge status`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.each import each
from slabridge.cli.options import AsJson, ConfigPath, Only
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.config import Config


def status(
    *,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="List all tickets in quarantine, not ten.")] = False,
    config: ConfigPath = None,
    only: Only = None,
    json: AsJson = False,
) -> None:
    """Show how far each connection is, what waits, what is in quarantine, and how the last runs went."""
    from slabridge.app.status import status as look
    from slabridge.show.status import as_json, lines_of
    from slabridge.text.printed import json_line, line

    def step(configured: "Config") -> int:
        found = look(configured, whole_quarantine=quarantine)
        if json:
            whose = {"customer": configured.customer} if configured.customer else {}
            sys.stdout.buffer.write(json_line({**whose, **as_json(found)}))
        else:
            sys.stdout.write(f"{configured.customer}\n" if configured.customer else "")
            sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
            sys.stdout.write("\n" if configured.customer else "")
        return Exit.COMPLETE

    raise typer.Exit(each(config, only, step))
