"""Where a service's outages come from (docs/reports.md, "Availability")."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from connectors.tool import Inside, TomlTable
from sla_engine.condition import Condition
from slabridge.config.agreements.condition import read_condition
from slabridge.config.connections.address import check_no_secret
from slabridge.config.problem import KeyPath
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import RealTimeOrNone, check_field, kind_of, shape


@dataclass(frozen=True, slots=True)
class TicketSource:
    """Tickets of the service: while a condition holds on one, it is down.

    `begin` and `end` are fields that say so instead; `kind` is the kind of the outage.
    """

    condition: Condition
    begin: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of outages, JSON Lines or CSV (docs/reports.md, "Outages in a file")."""

    path: Path


@dataclass(frozen=True, slots=True)
class ServiceNowSource:
    """The outage tables of a ServiceNow: rows of these configuration items, by name."""

    connection: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrometheusSource:
    """A series of 0 and 1: below 1 for at least `lasting` ms it is down; where it has no samples, unmeasured."""

    url: str
    query: str
    lasting: int


Source = TicketSource | FileSource | ServiceNowSource | PrometheusSource


class SourceTable(TomlTable):
    """One of `outages`."""

    tickets: Annotated[Any, Inside("condition")] = None
    """While this condition holds on a ticket of the service. Default: one of these."""
    begin: str | None = None
    """Beside `tickets`: the field that says when it began."""
    end: str | None = None
    """Beside `tickets`: the field that says when it ended."""
    file: str | None = Field(None, examples=['"outages.csv"'], min_length=1)
    """[A file](reports.md#outages-in-a-file), relative to the configuration file's folder. Default: one of these."""
    servicenow: str | None = Field(None, examples=['"snow"'], min_length=1)
    """The connection whose outages are read. Default: one of these."""
    ci: list[str] = Field(default=[], examples=['["Mail gateway"]'])
    """Beside `servicenow`: names of configuration items."""
    prometheus: str | None = Field(None, examples=['"http://127.0.0.1:9090"'], min_length=1)
    """The address of a Prometheus. Default: one of these."""
    query: str | None = Field(None, examples=["\"probe_success{service='mail'}\""], min_length=1)
    """Beside `prometheus`: the series of 0 and 1."""
    lasting: Annotated[int, RealTimeOrNone] = Field(0, alias="for")
    """Beside `prometheus`: for how long it is below 1 at least. Default: `"0m"`."""


_KINDS = {"tickets": ("begin", "end"), "file": (), "servicenow": ("ci",), "prometheus": ("query", "for")}
_NEEDED = {"servicenow": ("ci",), "prometheus": ("query",)}


def read_sources(raw: object, path: KeyPath, folder: Path, reading: Reading) -> tuple[Source, ...]:
    """Return the sources that have no problem; files are relative to the folder."""
    if not isinstance(raw, list):
        reading.problem(path, 'must be a list, as in [{ file = "outages.csv" }]', raw)
        return ()
    found = (_source(item, (*path, n), folder, reading) for n, item in enumerate(raw))
    return tuple(source for source in found if source is not None)


def _source(raw: object, path: KeyPath, folder: Path, reading: Reading) -> Source | None:
    table = shape(SourceTable, raw, path, reading)
    if table is None or not isinstance(raw, Mapping):
        return None
    kind = kind_of(raw, path, _KINDS, reading, needed=_NEEDED)
    condition = read_condition(raw["tickets"], (*path, "tickets"), reading) if kind == "tickets" else None
    for key in ("begin", "end"):
        if key in raw and check_field(raw[key], (*path, key), reading):
            reading.uses.append(FieldUse((*path, key), raw[key]))
    if table.prometheus is not None:
        check_no_secret(table.prometheus, (*path, "prometheus"), reading)
    if kind is None or reading.broken(path):
        return None
    if condition is not None:
        return TicketSource(condition, table.begin, table.end)
    if table.file is not None:
        return FileSource(folder / table.file)
    if table.servicenow is not None:
        return ServiceNowSource(table.servicenow, tuple(table.ci))
    return PrometheusSource(table.prometheus or "", table.query or "", table.lasting)
