"""The part of the file that judges: timezone, attribution, calendars, clocks and agreements."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from connectors.tool import TomlTable
from sla_engine.agreement import Definitions
from sla_engine.condition import LAST_COMMENT, LAST_PUBLIC_COMMENT, OPENED_IN
from slabridge.config.agreements.agreement import promises_of, read_agreements
from slabridge.config.agreements.calendar import read_calendars
from slabridge.config.agreements.chain import read_chain
from slabridge.config.agreements.classes import with_services
from slabridge.config.agreements.objective import Shared
from slabridge.config.agreements.paths import read_paths
from slabridge.config.agreements.rule import read_clocks
from slabridge.config.agreements.zone import read_zone
from slabridge.config.customers import source_of
from slabridge.config.problem import instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import check_field, shape, tables, text_as

DEFINING = ("timezone", "attribution", "calendars", "clocks", "agreements", "classes", "services", "chain", "paths")
REPORTING = ("reports", "facts", "satisfaction")
KNOWN = (
    *(*DEFINING, *REPORTING),
    *("state", "job", "privacy", "web", "foresight", "fleet", "connections", "receivers", "notify"),
)


class GeneralTable(TomlTable):
    """The top-level keys that are no tables."""

    timezone: Annotated[str, text_as(read_zone)] = "UTC"
    """The IANA time zone in which dates like `valid_from` begin. Default: `"UTC"`."""


class AttributionTable(TomlTable):
    """[attribution]."""

    holder: str = "team"
    """The field that says who has the ticket. Used time is charged to whoever held it; a list counts as its values
    joined by `, `. Default: `"team"`.
    """


def load_definitions(document: Mapping[str, Any], file: str = "config.toml") -> Definitions:
    """Return what a parsed file judges by; its other tables are left alone.

    Raises:
        ConfigError: with all problems.
    """
    reading = Reading(file)
    definitions = definitions_of(document, reading)
    reading.check()
    return definitions


def read_definitions(path: Path) -> Definitions:
    """Return what a file judges by; its other tables are left alone.

    Raises:
        ConfigError: with all problems.
    """
    source = source_of(path)
    definitions = definitions_of(source.document, source.reading)
    source.reading.check()
    return definitions


def definitions_of(document: Mapping[str, Any], reading: Reading) -> Definitions:
    """Return the definitions without problems; those with problems are noted."""
    for key in document:
        if key not in KNOWN:
            reading.problem((key,), f"unknown key; {instead(key, KNOWN)}")
    document = with_services(document, reading)
    general = {key: document[key] for key in ("timezone",) if key in document}
    timezone = (shape(GeneralTable, general, (), reading) or GeneralTable()).timezone
    attribution = shape(AttributionTable, document.get("attribution", {}), ("attribution",), reading)
    holder = (attribution or AttributionTable()).holder
    if check_field(holder, ("attribution", "holder"), reading) and "attribution" in document:
        reading.uses.append(FieldUse(("attribution", "holder"), holder))
    calendars = read_calendars(document, reading)
    clocks = read_clocks(document, reading)
    shared = Shared(calendars, _names(document, "calendars"), clocks, _names(document, "clocks"), reading)
    agreements = read_agreements(document, shared)
    chain = read_chain(document, reading)
    _check_own_fields({OPENED_IN: shared.calendar_names, LAST_COMMENT: _WHO, LAST_PUBLIC_COMMENT: _WHO}, reading)
    paths = read_paths(document, promises_of(tables(document, "agreements", Reading(reading.file))), reading)
    return Definitions(calendars, agreements, timezone, holder, chain, paths)


_WHO = ("agent", "customer")


def _check_own_fields(values: Mapping[str, tuple[str, ...]], reading: Reading) -> None:
    """Note a problem for each value that a field of the engine's own never has."""
    for use in reading.uses:
        for value in use.values if use.field in values else ():
            if value not in values[use.field]:
                what = "calendar" if use.field == OPENED_IN else "role (what the system writes is passed over)"
                reading.problem(use.path, f"no such {what}; {instead(value, values[use.field])}", value)


def _names(document: Mapping[str, Any], key: str) -> tuple[str, ...]:
    named = document.get(key, {})
    return tuple(named) if isinstance(named, Mapping) else ()
