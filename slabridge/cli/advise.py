"""`slabridge advise`: changes of agreements that the last quarter speaks for (docs/advise.md)."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, instant, loaded, path_of
from slabridge.exit import Exit


def advise(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    period: Annotated[
        str | None, typer.Option(help="As for `report`; else the last whole quarter before the last run.")
    ] = None,
    tickets: Annotated[Path | None, typer.Option(help="Tickets of a file instead of the state's.")] = None,
    as_of: Annotated[str | None, typer.Option(help="With --tickets: the instant to judge at.")] = None,
    json: AsJson = False,
) -> None:
    """Propose at most five changes of agreements, each with what it would have done to the last quarter."""
    from slabridge.show.advice import as_json, lines_of
    from slabridge.text.language import Language
    from slabridge.text.printed import json_line, line

    if (tickets is None) != (as_of is None):
        raise typer.BadParameter("--tickets and --as-of go together", param_hint="--tickets")
    if tickets is not None and as_of is not None:
        from slabridge.app.advise import of_file
        from slabridge.config.services.reporting import read_reporting

        path = path_of(config, only)
        found = of_file(path, tickets, instant(as_of, "--as-of"), period)
        language = read_reporting(path).rules.language
    else:
        from slabridge.app.advise import of_state

        configured = loaded(config, only)
        found, language = of_state(configured, period), configured.language
    for number, text in found.invalid:
        sys.stderr.write(f"{tickets}:{number}: invalid: {line(text)}\n")
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        sys.stdout.writelines(f"{text}\n" for text in lines_of(found, Language(language)))
    raise typer.Exit(Exit.PARTIAL if found.invalid else Exit.COMPLETE)
