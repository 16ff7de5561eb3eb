"""[connections]: the tables, and the connections that they mean."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Field

from sla_engine.instant import SECOND
from slabridge.config.agreement import Promise
from slabridge.config.auth import read_auth
from slabridge.config.connection import Connection, Tool
from slabridge.config.like import resolve_like
from slabridge.config.native import check_filter, check_names, check_url, check_written
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import RealTime, Table, check_field, one_of, shape, tables
from slabridge.config.uses import check_uses
from slabridge.config.writeback import Writeback, read_writeback

_SERVICENOW_ONLY = ("table", "created")


class ConnectionTable(Table):
    """[connections.NAME]."""

    like: str | None = None
    type: Annotated[Tool, one_of(*get_args(Tool))] = Field(examples=['"servicenow"'])
    url: str = Field(examples=['"https://acme.service-now.com"'])
    table: str | None = None
    filter: str = ""
    auth: Any = Field(examples=['{ kind = "basic", user = "slabridge", password = { env = "PASSWORD" } }'])
    created: str | None = None
    page_size: int | None = Field(default=None, ge=1, le=10_000)
    overlap: Annotated[int | None, RealTime] = None
    timeout: Any = None
    fields: dict[str, Annotated[str, Field(min_length=1)]] = Field(examples=['{ status = "state" }'], min_length=1)
    values: dict[str, dict[str, list[str]]] = Field(default={}, examples=['{ status = { new = ["1"] } }'])
    writeback: Any = None


class TimeoutTable(Table):
    """How long to wait, in ms."""

    connect: Annotated[int, RealTime] = Field(examples=['"5s"'])
    read: Annotated[int, RealTime] = Field(examples=['"60s"'])


def read_connections(
    document: Mapping[str, Any], folder: Path, promises: Iterable[Promise], reading: Reading
) -> tuple[Connection, ...]:
    """Return the connections that have no problem, in file order."""
    given = tables(document, "connections", reading)
    completed = resolve_like(given, ("connections",), reading)
    found = [_connection(name, raw, folder, promises, reading) for name, raw in completed.items()]
    if len(completed) == len(given):
        check_uses(completed, reading)
    return tuple(connection for connection in found if connection is not None)


def _connection(
    name: str, raw: Mapping[str, Any], folder: Path, promises: Iterable[Promise], reading: Reading
) -> Connection | None:
    path: KeyPath = ("connections", name)
    table = shape(ConnectionTable, raw, path, reading)
    auth = read_auth(raw["auth"], (*path, "auth"), folder, reading) if "auth" in raw else None
    fields = raw["fields"] if isinstance(raw.get("fields"), Mapping) else {}
    read: dict[str, str] = {}
    for canonical, native in fields.items():
        check_field(canonical, (*path, "fields", canonical), reading, own=True)
        if read.setdefault(str(native), canonical) != canonical:
            reading.problem((*path, "fields", canonical), f'is read as "{read[native]}" already; drop one', native)
    timeout = shape(TimeoutTable, raw["timeout"], (*path, "timeout"), reading) if "timeout" in raw else None
    writeback = Writeback()
    if "writeback" in raw:
        writeback = read_writeback(raw["writeback"], (*path, "writeback"), promises, fields, reading)
    if table is None:
        return None
    check_url(table.url, (*path, "url"), reading)
    for key in _SERVICENOW_ONLY:
        if key in raw and table.type == "jira":
            reading.problem((*path, key), "is for ServiceNow alone; drop it", raw[key])
    names = [((*path, key), raw[key]) for key in _SERVICENOW_ONLY if isinstance(raw.get(key), str)]
    names += [((*path, "fields", canonical), native) for canonical, native in table.fields.items()]
    written = [((*path, "writeback", "fields"), item.field) for item in writeback.fields]
    check_names(table.type, [*names, *written], reading)
    check_written(table.type, written, reading)
    check_filter(table.type, table.filter, (*path, "filter"), reading)
    values = _values(table, path, reading)
    if auth is None or reading.broken(path):
        return None
    return Connection(
        name=name,
        type=table.type,
        url=table.url.rstrip("/"),
        auth=auth,
        fields=table.fields,
        values=values,
        filter=table.filter,
        table=table.table,
        created=table.created,
        page_size=table.page_size,
        overlap=None if table.overlap is None else table.overlap // SECOND,
        timeout=None if timeout is None else (timeout.connect / SECOND, timeout.read / SECOND),
        writeback=writeback,
    )


def _values(table: ConnectionTable, path: KeyPath, reading: Reading) -> dict[str, dict[str, str]]:
    """Return canonical field -> native code or name -> canonical value."""
    inverted: dict[str, dict[str, str]] = {}
    for field, mapped in table.values.items():
        place = (*path, "values", field)
        if field not in table.fields:
            reading.problem(place, f"no field is called that under fields; {instead(field, table.fields)}")
        by_native = inverted.setdefault(field, {})
        for canonical, natives in mapped.items():
            for native in natives:
                other = by_native.setdefault(native, canonical)
                if other != canonical:
                    reading.problem((*place, canonical), f'stands under "{other}" too; it can mean one value', native)
            if not canonical or "" in natives:
                reading.problem((*place, canonical), "a value must not be empty; an unset field needs no mapping")
    return inverted
