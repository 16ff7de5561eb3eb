"""`slabridge status`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, loaded


def status(
    *,
    quarantine: Annotated[bool, typer.Option("--quarantine", help="List all tickets in quarantine, not ten.")] = False,
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Show how far each connection is, what waits, what is in quarantine, and how the last runs went."""
    from slabridge.app.status import status as look
    from slabridge.show.status import as_json, lines_of
    from slabridge.text.printed import json_line, line

    found = look(loaded(config), whole_quarantine=quarantine)
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        sys.stdout.writelines(f"{line(text)}\n" for text in lines_of(found))
