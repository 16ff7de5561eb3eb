"""`slabridge faults`: what goes wrong again and again, and what preventing it would have done (docs/faults.md)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, instant, loaded, path_of
from slabridge.exit import Exit

if TYPE_CHECKING:
    from slabridge.app.faults import Faults


def faults(  # noqa: PLR0913 - one parameter per option
    *,
    config: ConfigPath = None,
    only: Only = None,
    by: Annotated[
        str, typer.Option(help="Fields whose values tickets of one fault share, with commas; else those of the file.")
    ] = "",
    period: Annotated[
        str | None, typer.Option(help="As for `report`; else the last whole quarter before the last run.")
    ] = None,
    tickets: Annotated[Path | None, typer.Option(help="Tickets of a file instead of the state's.")] = None,
    as_of: Annotated[str | None, typer.Option(help="With --tickets: the instant to judge at.")] = None,
    json: AsJson = False,
) -> None:
    """Show recurring faults, what they broke and why, and what preventing the ten largest would have done."""
    from rich.console import Console

    from slabridge.show.faults import as_json, print_faults
    from slabridge.text.language import Language
    from slabridge.text.printed import json_line, line

    if (tickets is None) != (as_of is None):
        raise typer.BadParameter("--tickets and --as-of go together", param_hint="--tickets")
    fields = [name.strip() for name in by.split(",") if name.strip()]
    if tickets is not None and as_of is not None:
        found, language = _of_file(path_of(config, only), tickets, as_of, period, fields)
    else:
        from slabridge.app.faults import of_state
        from slabridge.spread import Spread

        configured = loaded(config, only)
        found, language = of_state(configured, period, fields, Spread.over(None)), configured.language
    for place, text in found.invalid:
        sys.stderr.write(f"{tickets}:{place}: {line(text)}\n")
    sys.stderr.writelines(f"{line(str(text))}\n" for text in found.lacking)
    if json:
        sys.stdout.buffer.write(json_line(as_json(found)))
    else:
        print_faults(Console(highlight=False), found, Language(language))
    raise typer.Exit(Exit.PARTIAL if found.lacking or found.invalid else Exit.COMPLETE)


def _of_file(config: Path, tickets: Path, as_of: str, period: str | None, fields: list[str]) -> tuple["Faults", str]:
    from slabridge.app.faults import of_file
    from slabridge.config.services.reporting import read_reporting

    found = of_file(config, tickets, instant(as_of, "--as-of"), period, fields)
    return found, read_reporting(config).rules.language
