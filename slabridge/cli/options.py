"""Options that several commands have, and what every command begins with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from slabridge.config import Config

ConfigPath = Annotated[
    Path | None, typer.Option("--config", "-c", help="The configuration file (SLABRIDGE_CONFIG, else config.toml).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def prepared(config: Path | None) -> Path:
    """Configure logs, and return the configuration file's path: given, of the environment, or config.toml."""
    from slabridge.config.process import read_process_settings
    from slabridge.show import logs

    process = read_process_settings()
    logs.configure(process.log_level, process.log_format)
    return config or process.config


def loaded(config: Path | None) -> "Config":
    """Configure logs, and return the configuration; keys by an earlier name are logged.

    Raises:
        ConfigError: with all problems.
    """
    from slabridge.config import load_config
    from slabridge.show import logs

    found = load_config(prepared(config))
    for problem in found.renamed:
        logs.log.warning("renamed key", file=problem.file, key=problem.path, reason=problem.message)
    return found
