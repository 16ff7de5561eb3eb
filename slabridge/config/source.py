"""A configuration as it is parsed: of one file, or of a customer's and what all customers have in common."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slabridge.config.problem import ConfigError, Problem
from slabridge.config.reading import Reading


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed configuration, and what is noted of it so far; `customer` is "" where its file stands alone."""

    path: Path
    document: Mapping[str, Any]
    reading: Reading
    customer: str = ""

    @property
    def folder(self) -> Path:
        """The folder that other files are relative to."""
        return self.path.absolute().parent


def read_document(path: Path) -> dict[str, Any]:
    """Return a TOML file's content.

    Raises:
        ConfigError: there is no such file, or it is no TOML; with line and column.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        message = "there is no such file; name one with --config or SLABRIDGE_CONFIG"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError as error:
        message = f"is no UTF-8 text (byte {error.start}); save it as UTF-8"
    except tomllib.TOMLDecodeError as error:
        message = f"is no valid TOML: {error}"
    except RecursionError:
        message = "is nested too deeply"
    raise ConfigError([Problem(str(path), "", None, message)])
