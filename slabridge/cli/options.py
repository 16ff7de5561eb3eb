"""Options that several commands have, and what every command begins with."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from slabridge.config import Config

ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The configuration file, or folder (SLABRIDGE_CONFIG, else config.toml)."),
]
Only = Annotated[
    str | None, typer.Option("--only", help="One customer of the folder that --config names, by its file's name.")
]
InLanguage = Annotated[
    Literal["en", "sv"] | None,
    typer.Option("--language", help="The language it is shown in; else that of the file."),
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", help="A Dask scheduler, as tls://10.0.0.5:8786; else the cores of this machine."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def given(config: Path | None) -> Path:
    """Return the path of the configuration, a file's or a folder's: given, of the environment, or config.toml."""
    if config is not None:
        return config
    from slabridge.config.process import read_process_settings

    return read_process_settings().config


def path_of(config: Path | None, only: str | None = None) -> Path:
    """Return the path of the one configuration file that is meant.

    Raises:
        BadParameter: it is a folder of customers, and none is named; or one is named, and it is none.
        ConfigError: the folder has no such customer.
    """
    path = given(config)
    if only is not None and not path.is_dir():
        raise typer.BadParameter(f"{path} is no folder of customers", param_hint="--only")
    if path.is_dir():
        if only is None:
            raise typer.BadParameter(f"{path} is a folder of customers; name one with --only", param_hint="--config")
        from slabridge.config.customers import Customers

        return Customers.of(path).path(only)
    return path


def loaded(config: Path | None, only: str | None = None) -> "Config":
    """Configure logs, and return the one configuration that is meant; keys by an earlier name are logged.

    Raises:
        BadParameter: it is none, or one of many.
        ConfigError: with all problems.
    """
    from slabridge.config import load_config

    path = path_of(config, only)
    logged()
    return noted(load_config(path))


def logged(customer: str = "") -> None:
    """Configure logs; each line names the customer whose it is."""
    from slabridge.config.process import read_process_settings
    from slabridge.show import logs

    process = read_process_settings()
    logs.configure(process.log_level, process.log_format, customer)


def noted(config: "Config") -> "Config":
    """Return a configuration, of which keys by an earlier name are logged."""
    from slabridge.show import logs

    for problem in config.renamed:
        logs.log.warning("renamed key", file=problem.file, key=problem.path, reason=problem.message)
    return config


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
