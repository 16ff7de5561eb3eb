"""A configuration as it is parsed: of one file, or of a customer's and what all customers have in common."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slabridge.config.problem import ConfigError, Problem
from slabridge.config.reading import Reading

_TOO_LARGE = "is a number of more than 64 bits, which TOML does not have; put it in quotes"


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
            document = tomllib.load(file)
        too_large = [Problem(str(path), ".".join(key), None, _TOO_LARGE) for key in _large(document)]
        if not too_large:
            return document
        raise ConfigError(too_large)
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


def _large(value: object, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the keys of numbers that neither TOML nor the state has room for."""
    if isinstance(value, int) and value.bit_length() >= 64:
        yield path
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _large(item, *path, key)
    elif isinstance(value, list):
        for item in value:
            yield from _large(item, *path)
