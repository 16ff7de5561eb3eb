"""`slabridge explain KEY`."""

import sys
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, loaded
from slabridge.exit import Exit


def explain(
    *,
    key: Annotated[str, typer.Argument(help="The ticket's key or id.")],
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Show why a ticket stands as it does: each cycle, where its time went, and who held the ticket."""
    from rich.console import Console

    from slabridge.app.explain import explain as explanations
    from slabridge.show.ledger import ledger_of
    from slabridge.text.printed import json_line, line

    configured = loaded(config)
    found = explanations(configured, key)
    for one in found:
        if json:
            for result in one.results:
                sys.stdout.buffer.write(json_line(result.as_json(segments=True)))
        else:
            Console(highlight=False, soft_wrap=True).print(ledger_of(one.results, configured.definitions))
        for text in one.remarks:
            sys.stderr.write(f"{line(one.ticket.key)}: {line(text)}\n")
    if not found:
        sys.stderr.write(f"no ticket {key!r} in the state; has `slabridge run` pulled it?\n")
        raise typer.Exit(Exit.USAGE)
