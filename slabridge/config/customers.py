"""A folder of customers: `common.toml`, and a small file for each (docs/customers.md)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from slabridge.config.joined import joined
from slabridge.config.problem import ConfigError, Problem, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import check_name
from slabridge.config.source import Source, read_document
from slabridge.config.state import identity_of, state_of

COMMON = "common.toml"


@dataclass(frozen=True, slots=True)
class Customers:
    """The customers of a folder by name, in the order of their names; each is read when it is asked for.

    `common` is what all have in common, parsed once. `states` says which database each customer's state is.
    """

    folder: Path
    common: Mapping[str, Any]
    names: tuple[str, ...]
    states: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the customers of a folder.

        Raises:
            ConfigError: it is none of customers, or what they have in common cannot be parsed.
        """
        if not (folder / COMMON).is_file():
            message = f"there is no {COMMON} in this folder; it holds what all customers have in common"
            raise ConfigError([Problem(str(folder), "", None, message)])
        common = read_document(folder / COMMON)
        files = (path for path in folder.glob("*.toml") if path.name != COMMON and not path.name.startswith("."))
        names = tuple(sorted(path.stem for path in files))
        if not names:
            message = f"there is no customer in this folder; write one's file beside {COMMON}, as acme.toml"
            raise ConfigError([Problem(str(folder), "", None, message)])
        return cls(folder, common, names, _states(folder, common, names))

    def path(self, name: str) -> Path:
        """Return a customer's file.

        Raises:
            ConfigError: there is none.
        """
        if name not in self.names:
            message = f"there is no customer of this name; {instead(name, self.names)}"
            raise ConfigError([Problem(str(self.folder), "", name, message)])
        return self.folder / f"{name}.toml"

    def source(self, name: str) -> Source:
        """Return a customer's configuration, with what it has in common with the others.

        Raises:
            ConfigError: its file cannot be parsed.
        """
        path = self.path(name)
        own, reading = read_document(path), Reading(str(path))
        check_name(name, (), reading)
        document = joined(self.common, own, str(self.folder / COMMON), reading)
        document["state"] = state_of(name, self.common, own, reading)
        others = [other for other, place in self.states.items() if place == self.states.get(name) and other != name]
        if others:
            reading.problem(("state",), f"is that of {' and '.join(others)}, too; each customer has its own")
        return Source(path, document, reading, name)


def source_of(path: Path) -> Source:
    """Return the configuration that a file holds; one beside a `common.toml` is a customer's.

    Raises:
        ConfigError: it cannot be parsed.
    """
    if path.name == COMMON:
        message = "is what customers have in common, and no configuration by itself; name its folder, or one's file"
        raise ConfigError([Problem(str(path), "", None, message)])
    if path.with_name(COMMON).is_file() and path.is_file():
        return Customers.of(path.parent).source(path.stem)
    return Source(path, read_document(path), Reading(str(path)))


def _states(folder: Path, common: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    """Return which database each customer's state is, of those whose files can be parsed."""
    found = {}
    for name in names:
        with suppress(ConfigError):  # shown where that customer is read
            state = state_of(name, common, read_document(folder / f"{name}.toml"), Reading(""))
            if isinstance(state, str):
                found[name] = identity_of(folder, state)
    return found
