"""References to secrets: the configuration says where a secret is, never what it is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from connectors.tool import TomlTable
from slabridge.config.problem import ConfigError, KeyPath, Problem
from slabridge.config.reading import Reading
from slabridge.config.shape import shape, text_as

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in an environment variable or in a file; `config` and `path` say where it is referred to."""

    config: str
    path: str
    variable: str | None = None
    file: Path | None = None

    def read(self) -> SecretStr:
        """Return the secret now; a file's last line break is no part of it.

        Raises:
            ConfigError: it cannot be had; with the key and the variable or file, never a value.
        """
        text, wrong = self._variable() if self.file is None else self._file(self.file)
        if not wrong and not text:
            wrong = "is empty"
        if not wrong and not text.isprintable():
            wrong = "holds more than one line, or control characters"
        if wrong:
            place = f"environment variable {self.variable}" if self.file is None else f"file {self.file}"
            raise ConfigError([Problem(self.config, self.path, None, f"{place} {wrong}")])
        return SecretStr(text)

    def _variable(self) -> tuple[str, str]:
        text = os.environ.get(self.variable or "")
        return (text, "") if text is not None else ("", "is not set")

    def _file(self, file: Path) -> tuple[str, str]:
        try:
            return file.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r"), ""
        except OSError as error:
            return "", f"cannot be read: {error.strerror}"
        except UnicodeDecodeError:
            return "", "is no UTF-8 text"


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("is no name of an environment variable; it has letters, digits and _")
    return name


class SecretTable(TomlTable):
    """`{ env = "NAME" }` or `{ file = "PATH" }`."""

    env: Annotated[str | None, text_as(_variable)] = None
    """An environment variable. Default: this or `file`."""
    file: str | None = Field(None, min_length=1)
    """A file, relative to the configuration file's folder; its last line break is no part of the secret. Default: this
    or `env`.
    """


def read_secret(raw: object, path: KeyPath, folder: Path, reading: Reading) -> Secret | None:
    """Return a reference to a secret; a file's path is relative to `folder`."""
    if not isinstance(raw, Mapping):
        remedy = (
            f'write {path[-1]} = {{ env = "{str(path[1]).upper()}_{str(path[-1]).upper()}" }} or {{ file = "..." }}'
        )
        reading.problem(path, f"no secret stands in this file; {remedy}")
        return None
    table = shape(SecretTable, raw, path, reading, secret=True)
    if table is None:
        return None
    if (table.env is None) == (table.file is None):
        reading.problem(path, 'has exactly one of env and file, as in { env = "NAME" }')
        return None
    file = None if table.file is None else folder / table.file
    return Secret(*reading.places.of(path), table.env, file)
