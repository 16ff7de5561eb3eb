"""The whole file: what is judged by, where tickets are, where the state is, and how the job behaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from connectors.jira.settings import JiraSettings
from connectors.servicenow.settings import ServiceNowSettings
from sla_engine.agreement import Definitions
from sla_engine.instant import DAY, MINUTE
from slabridge.config.agreements.agreement import promises_of
from slabridge.config.agreements.definitions import definitions_of, read_document
from slabridge.config.connections.connection import Connection
from slabridge.config.connections.tables import read_connections
from slabridge.config.problem import ConfigError, Problem
from slabridge.config.reading import Reading
from slabridge.config.shape import RealTime, Table, shape, tables
from slabridge.config.warning import find_warnings

_DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration without problems.

    `state` is a database's URL, or the absolute path of a SQLite file. `tell_within` and `settle` are ms.
    """

    definitions: Definitions
    connections: tuple[Connection, ...]
    state: str
    tell_within: int
    settle: int
    warnings: tuple[Problem, ...] = ()

    def settings(self) -> tuple[ServiceNowSettings | JiraSettings, ...]:
        """Return what the connectors need, with the secrets, read now.

        Raises:
            ConfigError: with every secret that cannot be had.
        """
        found = []
        problems: list[Problem] = []
        for connection in self.connections:
            try:
                found.append(connection.settings())
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)
        return tuple(found)


class JobTable(Table):
    """[job]."""

    tell_within: Annotated[int, RealTime] = DAY
    settle: Annotated[int, RealTime] = MINUTE


class StateTable(Table):
    """The top-level `state`."""

    state: str = Field(default="slabridge.db", min_length=1)


def load_config(path: Path) -> Config:
    """Return a whole configuration file. Secrets are not read yet.

    Raises:
        ConfigError: with all problems.
    """
    return config_of(read_document(path), path)


def config_of(document: Mapping[str, Any], path: Path) -> Config:
    """Return the configuration in a parsed file; other files that it names are relative to its folder.

    Raises:
        ConfigError: with all problems.
    """
    folder = path.absolute().parent
    reading = Reading(str(path))
    definitions = definitions_of(document, reading)
    promises = promises_of(tables(document, "agreements", Reading(reading.file)))
    connections = read_connections(document, folder, promises, reading)
    state = _state(document, folder, reading)
    job = shape(JobTable, document.get("job", {}), ("job",), reading) or JobTable()
    reading.check()
    return Config(
        definitions, connections, state, job.tell_within, job.settle, find_warnings(definitions, connections, reading)
    )


def warnings_of(config: Config) -> tuple[Problem, ...]:
    """Return what works, but hardly as it was meant."""
    return config.warnings


def _state(document: Mapping[str, Any], folder: Path, reading: Reading) -> str:
    given = {key: document[key] for key in ("state",) if key in document}
    state = (shape(StateTable, given, (), reading, secret=True) or StateTable()).state
    if "://" not in state:
        return str(folder / state)
    scheme = state.partition("://")[0]
    if scheme.partition("+")[0] not in _DATABASES:
        reading.problem(
            ("state",), "is no database that can be used; name a file, or write postgresql://user@host/database"
        )
    try:
        password = urlsplit(state).password
    except ValueError as error:
        reading.problem(("state",), f"is no database address: {error}")
        return state
    if password is not None:
        remedy = "leave it out and set PGPASSWORD, or use a ~/.pgpass file"
        reading.problem(("state",), f"holds a password, and no secret stands in this file; {remedy}")
    return state
