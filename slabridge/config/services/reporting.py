"""All of the file that reports go by."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sla_engine.agreement import Definitions
from slabridge.config.agreements.definitions import definitions_of
from slabridge.config.customers import source_of
from slabridge.config.reading import Reading
from slabridge.config.services.facts import Notice, read_facts
from slabridge.config.services.promises import Promised, read_promised
from slabridge.config.services.reports import ReportRules, read_report_rules
from slabridge.config.services.satisfaction import RatingSource, read_satisfaction
from slabridge.config.services.service import Service, read_services
from slabridge.config.shape import tables
from slabridge.config.source import Source


@dataclass(frozen=True, slots=True)
class Reporting:
    """What is judged by, which services there are, and how figures are counted."""

    definitions: Definitions
    services: tuple[Service, ...]
    rules: ReportRules
    promised: Mapping[tuple[str, str], Promised]
    dimensions: frozenset[str] = frozenset()
    notices: tuple[Notice, ...] = ()
    satisfaction: tuple[RatingSource, ...] = ()


def read_reporting(path: Path) -> Reporting:
    """Return what reports go by; other tables of the file are left alone.

    Raises:
        ConfigError: with all problems.
    """
    return _reporting(source_of(path))


def load_reporting(document: Mapping[str, Any], file: str = "config.toml", folder: Path = Path()) -> Reporting:
    """Return the same of a parsed file; files that it names are relative to the folder.

    Raises:
        ConfigError: with all problems.
    """
    return _reporting(Source(folder / file, document, Reading(file)))


def _reporting(source: Source) -> Reporting:
    definitions = definitions_of(source.document, source.reading)
    found = reporting_of(source.document, source.folder, definitions, source.reading)
    source.reading.check()
    return found


def reporting_of(document: Mapping[str, Any], folder: Path, definitions: Definitions, reading: Reading) -> Reporting:
    """Return what reports go by, where it has no problem; those that there are are noted."""
    services = tables(document, "services", Reading(reading.file))
    return Reporting(
        definitions=definitions,
        services=read_services(document, folder, definitions, reading),
        rules=read_report_rules(document, reading),
        promised=read_promised(document, reading),
        notices=read_facts(document, services, reading),
        satisfaction=read_satisfaction(document, reading),
    )
