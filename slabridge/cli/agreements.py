"""`slabridge agreements`: what was promised, in words, with worked examples (docs/agreements.md)."""

import sys
from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from slabridge.cli.options import AsJson, ConfigPath, Only, loaded, midnight


def agreements(  # noqa: PLR0913 - one parameter per option
    *,
    agreement: Annotated[str | None, typer.Argument(help="An agreement by its id; else all.")] = None,
    config: ConfigPath = None,
    only: Only = None,
    at: Annotated[str | None, typer.Option(help="The date from which examples begin; else today.")] = None,
    language: Annotated[
        Literal["en", "sv"] | None, typer.Option(help="The language it is told in; else that of the file's reports.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Tell what was promised in words: clocks, times, hours, and worked examples of how they count."""
    from rich.console import Console

    from sla_engine import Engine
    from slabridge.app.agreements import agreements as found_of
    from slabridge.config.problem import instead
    from slabridge.show.agreements import as_json, print_agreements
    from slabridge.text.language import Language
    from slabridge.text.printed import json_line

    configured = loaded(config, only)
    definitions = configured.definitions
    zone = ZoneInfo(definitions.timezone)
    first = midnight(at or datetime.now(UTC).astimezone(zone).date().isoformat(), "--at", zone)
    found = found_of(configured, Engine(definitions), first, agreement)
    if not found:
        known = [one.id for one in definitions.agreements]
        raise typer.BadParameter(f"there is no such agreement; {instead(agreement, known)}", param_hint="AGREEMENT")
    of_file = None if configured.reporting is None else configured.reporting.rules.language
    shown = Language(language or of_file or "en")
    told = as_json(found, definitions, shown)
    if json:
        sys.stdout.buffer.write(json_line(told))
    else:
        print_agreements(Console(highlight=False), told, shown)
