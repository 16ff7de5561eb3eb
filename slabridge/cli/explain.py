"""`slabridge explain KEY`."""

import sys
from typing import Annotated

import typer
from rich.console import Console

from sla_engine import Engine
from slabridge.cli.options import AsJson, ConfigPath, prepared
from slabridge.config import load_config
from slabridge.run.tally import Exit
from slabridge.show.ledger import ledger_of
from slabridge.show.printed import json_line, line
from slabridge.state import State, connections, tickets
from slabridge.ticket.kept import keep
from slabridge.ticket.mapping import Mapper


def explain(
    *,
    key: Annotated[str, typer.Argument(help="The ticket's key or id.")],
    config: ConfigPath = None,
    json: AsJson = False,
) -> None:
    """Show why a ticket stands as it does: each cycle, where its time went, and who held the ticket."""
    loaded = load_config(prepared(config))
    state = State.of(loaded.state, create=False, migrate=False)
    try:
        with state.reading() as transaction:
            found = [
                (name, known, connections.standing(transaction, name).as_of)
                for name, known in tickets.find(transaction, key)
            ]
    finally:
        state.close()
    by_name = {connection.name: connection for connection in loaded.connections}
    engine = Engine(loaded.definitions)
    shown = 0
    for name, known, as_of in found:
        if name not in by_name or as_of is None:
            continue
        ticket = Mapper(by_name[name]).ticket(known.native)
        evaluation = engine.evaluate([ticket], as_of, segments=True)
        results = keep(evaluation.results, known.results, engine.clauses)
        shown += 1
        if json:
            for result in results:
                sys.stdout.buffer.write(json_line(result.as_json(segments=True)))
        else:
            Console(highlight=False, soft_wrap=True).print(ledger_of(results, loaded.definitions))
        for _, reason in (*evaluation.invalid, *evaluation.warnings):
            sys.stderr.write(f"{line(ticket.key)}: {line(reason)}\n")
    if not shown:
        sys.stderr.write(f"no ticket {key!r} in the state; has `slabridge run` pulled it?\n")
        raise typer.Exit(Exit.USAGE)
