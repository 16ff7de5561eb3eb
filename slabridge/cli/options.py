"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from slabridge.config import read_process_settings
from slabridge.show import logs

ConfigPath = Annotated[
    Path | None, typer.Option("--config", "-c", help="The configuration file (SLABRIDGE_CONFIG, else config.toml).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def prepared(config: Path | None) -> Path:
    """Configure logs, and return the configuration file's path: given, of the environment, or config.toml."""
    process = read_process_settings()
    logs.configure(process.log_level, process.log_format)
    return config or process.config
