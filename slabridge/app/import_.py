"""Native SLA definitions as a configuration (docs/import.md): from a tool, or from files that somebody exported."""

import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import connectors
from connectors import TOOLS
from connectors.interface import NativeDefinitions
from sla_engine.instant import moment_of
from slabridge.config import Config, Connection, config_of, load_definitions, read_connection
from slabridge.config.customers import source_of
from slabridge.config.like import resolve_like
from slabridge.config.reading import Reading
from slabridge.config.shape import tables
from slabridge.importing.document import Imported
from slabridge.importing.jira import translate as jira
from slabridge.importing.servicenow import translate as servicenow
from slabridge.importing.wanted import NAMED, Horizon, Wanted

_TRANSLATE: Mapping[str, Callable[[NativeDefinitions, Wanted], Imported]] = {
    "servicenow": lambda found, wanted: servicenow.translate(found.tables, found.names, wanted),
    "jira": lambda found, wanted: jira.translate(found.tables, found.names, wanted),
}


class NoImport(Exception):  # noqa: N818 - it says what there is not
    """What is asked for cannot be begun."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants imported.

    `files` are exports; without any the tool of the connection is asked. `years` are the first and last whose dates are
    listed (None: last year and the three after it), `timezone` that of callers.
    """

    tool: str
    files: Sequence[Path] = ()
    config: Path | None = None
    connection: str | None = None
    years: tuple[int, int] | None = None
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """What was imported, and the configuration of it and the connection; None where there is nothing to judge by."""

    imported: Imported
    connection: str = ""
    config: Config | None = None


def imported(asked: Asked) -> Import:
    """Read and translate.

    Raises:
        NoImport: a file cannot be read, or no connection is meant.
        ConfigError: the connection has problems, or its secrets cannot be had.
        ConnectorError: the tool cannot be asked.
    """
    document: Mapping[str, Any] = {}
    if asked.config is not None:
        source = source_of(asked.config)
        source.reading.check()
        document = source.document
    name = _name(document, asked)
    if name is None or asked.config is None:
        if asked.config is not None or not asked.files:
            raise NoImport(
                f"name a file with a connection to {TOOLS[asked.tool].name} with --config, or only exports with --from"
            )
        found = _TRANSLATE[asked.tool](_exported(asked), _wanted(asked, None, _now()))
        if found.paths("agreements"):
            load_definitions(tomllib.loads(found.text))
        return Import(found)
    connection, table = read_connection(document, asked.config, name)
    native, now = (_exported(asked), _now()) if asked.files else _live(connection)
    named = "native" in document["connections"][name]
    taken = {key: tables(document, key, Reading("")) for key in NAMED}
    wanted = replace(_wanted(asked, connection, now), named=named, taken=taken)
    found = _TRANSLATE[asked.tool](native, wanted)
    config = _joined(document, asked.config, (name, table), found) if found.paths("agreements") else None
    return Import(found, name, config)


def write(path: Path, text: str) -> None:
    """Write a file that is not there yet.

    Raises:
        NoImport: it is, or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NoImport(f"{path}: is there already, and nothing is written over; name another file") from None
    except OSError as error:
        raise NoImport(f"{path}: {error.strerror}; name a file that can be written") from None


def _name(document: Mapping[str, Any], asked: Asked) -> str | None:
    """Return which connection is meant: named, or the only one of the tool."""
    quiet = Reading("")  # what is wrong there is noted where it is read
    given = resolve_like(tables(document, "connections", quiet), ("connections",), quiet)
    of_tool = [name for name, table in given.items() if table.get("type") == asked.tool]
    if asked.connection is not None:
        if asked.connection not in of_tool:
            where = "" if asked.config is None else f" of {asked.config}"
            raise NoImport(f"--connection {asked.connection}: is no connection to {TOOLS[asked.tool].name}{where}")
        return asked.connection
    if len(of_tool) > 1:
        raise NoImport(
            f"{asked.config} has several connections of this type; name one with --connection: {', '.join(of_tool)}"
        )
    return of_tool[0] if of_tool else None


def _exported(asked: Asked) -> NativeDefinitions:
    try:
        return TOOLS[asked.tool].exported([(str(path), path.read_bytes()) for path in asked.files])
    except OSError as error:
        raise NoImport(f"{error.filename}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise NoImport(str(error)) from None


def _live(connection: Connection) -> tuple[NativeDefinitions, int]:
    connector = connectors.open(connection.settings())
    try:
        now = connector.check().now
        return connector.definitions(), now
    finally:
        connector.close()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _wanted(asked: Asked, connection: Connection | None, now: int) -> Wanted:
    today = moment_of(now).date()
    first, last = asked.years or (today.year - 1, today.year + 3)
    return Wanted(connection, Horizon(date(first, 1, 1), date(last, 12, 31), today), asked.timezone)


def _joined(document: Mapping[str, Any], path: Path, of: tuple[str, Mapping[str, Any]], found: Imported) -> Config:
    """Return the configuration that an import and its connection are together.

    Raises:
        ConfigError: the connection's other keys do not fit, as names that the import needs otherwise.
    """
    name, table = of
    fields = {**table["fields"], **found.unmapped}
    native = {objective: list(names) for objective, names in found.native.items()}
    judged = tomllib.loads(found.text)
    kept: dict[str, Any] = {key: document[key] for key in ("timezone", "state") if key in document}
    made: dict[str, Any] = {key: judged[key] for key in ("calendars", "clocks", "agreements") if key in judged}
    joined = {**table, "fields": fields, "native": native}
    return config_of({**kept, **made, "connections": {name: joined}}, path)
