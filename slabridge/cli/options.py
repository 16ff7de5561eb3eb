"""Options that several commands have, and what every command begins with."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from slabridge.config import Config

ConfigPath = Annotated[
    Path | None, typer.Option("--config", "-c", help="The configuration file (SLABRIDGE_CONFIG, else config.toml).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def path_of(config: Path | None) -> Path:
    """Return the configuration file's path: given, of the environment, or config.toml."""
    if config is not None:
        return config
    from slabridge.config.process import read_process_settings

    return read_process_settings().config


def loaded(config: Path | None) -> "Config":
    """Configure logs, and return the configuration; keys by an earlier name are logged.

    Raises:
        ConfigError: with all problems.
    """
    from slabridge.config import load_config
    from slabridge.config.process import read_process_settings
    from slabridge.show import logs

    process = read_process_settings()
    logs.configure(process.log_level, process.log_format)
    found = load_config(config or process.config)
    for problem in found.renamed:
        logs.log.warning("renamed key", file=problem.file, key=problem.path, reason=problem.message)
    return found


def midnight(text: str, option: str, zone: ZoneInfo) -> int:
    """Return the instant at which a date begins in a zone, ms UTC.

    Raises:
        BadParameter: the text is no date.
    """
    from sla_engine.instant import instant_of

    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-01-31", param_hint=option) from error
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=zone))


def instant(text: str, option: str) -> int:
    """Return the instant that an option names, ms UTC.

    Raises:
        BadParameter: the text is none, or has no offset.
    """
    from sla_engine.instant import parse_instant

    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
