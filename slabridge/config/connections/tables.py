"""[connections]: the tables, and the connections that they mean."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Field

from connectors.servicenow.settings import History
from sla_engine.instant import DAY, SECOND
from slabridge.config.agreements.agreement import Promise
from slabridge.config.connections.address import check_proxy, check_url
from slabridge.config.connections.auth import read_auth
from slabridge.config.connections.clocks import read_native
from slabridge.config.connections.connection import Connection, Tool
from slabridge.config.connections.native import check_filter, check_names, check_written
from slabridge.config.connections.uses import check_uses
from slabridge.config.connections.writeback import Writeback, read_writeback
from slabridge.config.like import resolve_like
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import (
    RealTime,
    TomlTable,
    check_field,
    one_of,
    own_words,
    read_real_time,
    shape,
    tables,
    text_as,
)

_ONLY = {"servicenow": ("table", "created", "history"), "jira": ("agents",)}
_NAMES = {"servicenow": "ServiceNow", "jira": "Jira"}


def _read_census(text: str) -> int | None:
    if text == "never":
        return None
    try:
        return read_real_time(text)
    except ValueError as error:
        raise ValueError(f'{own_words(error, text)}; or write "never"') from None


class ConnectionTable(TomlTable):
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
    history: Annotated[History | None, one_of(*get_args(History))] = None
    agents: Any = None
    concurrency: int | None = Field(default=None, ge=1, le=32)
    calls_per_hour: int | None = Field(default=None, ge=1)
    ca: str | None = Field(default=None, min_length=1)
    proxy: str | None = None
    census: Annotated[int | None, text_as(_read_census)] = DAY
    writes_per_run: int | None = Field(default=None, ge=1)
    native: Any = None
    fields: dict[str, Annotated[str, Field(min_length=1)]] = Field(examples=['{ status = "state" }'], min_length=1)
    values: dict[str, dict[str, list[str]]] = Field(default={}, examples=['{ status = { new = ["1"] } }'])
    writeback: Any = None


class AgentsTable(TomlTable):
    """Whose comments are an agent's, in Jira."""

    groups: list[Annotated[str, Field(min_length=1)]] = Field(default=[], examples=['["service-desk"]'])
    accounts: list[Annotated[str, Field(min_length=1)]] = Field(default=[], examples=['["5b10ac8d82e05b22cc7d4ef5"]'])


class TimeoutTable(TomlTable):
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
    auth = read_auth(raw, (*path, "auth"), folder, reading) if "auth" in raw else None
    fields = raw["fields"] if isinstance(raw.get("fields"), Mapping) else {}
    read: dict[str, str] = {}
    for canonical, native in fields.items():
        check_field(canonical, (*path, "fields", canonical), reading, own=True)
        if read.setdefault(str(native), canonical) != canonical:
            reading.problem((*path, "fields", canonical), f'is read as "{read[str(native)]}" already; drop one', native)
    timeout = shape(TimeoutTable, raw["timeout"], (*path, "timeout"), reading) if "timeout" in raw else None
    agents = shape(AgentsTable, raw["agents"], (*path, "agents"), reading) if "agents" in raw else None
    if agents is not None and not (agents.groups or agents.accounts or reading.broken((*path, "agents"))):
        reading.problem((*path, "agents"), 'names nobody; write agents = { groups = ["service-desk"] }')
    native = read_native(raw["native"], (*path, "native"), promises, reading) if "native" in raw else {}
    writeback = Writeback()
    if "writeback" in raw:
        writeback = read_writeback(raw["writeback"], (*path, "writeback"), promises, fields, reading)
    if table is None:
        return None
    check_url(table.url, (*path, "url"), reading)
    if table.proxy is not None:
        check_proxy(table.proxy, (*path, "proxy"), reading)
    _check_tool(table.type, raw, path, reading)
    named = [((*path, key), raw.get(key)) for key in ("table", "created")]
    named += [((*path, "writeback", key), getattr(writeback, key)) for key in ("table", "reference")]
    names = [(place, name) for place, name in named if isinstance(name, str) and name]
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
        history=table.history,
        agent_groups=None if agents is None else tuple(agents.groups),
        agent_accounts=None if agents is None else tuple(agents.accounts),
        concurrency=table.concurrency,
        calls_per_hour=table.calls_per_hour,
        ca=None if table.ca is None else folder / table.ca,
        proxy=table.proxy,
        census=table.census,
        writes_per_run=table.writes_per_run,
        native=native,
        config=reading.file,
        writeback=writeback,
    )


def _check_tool(tool: Tool, raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> None:
    """Note a problem for each key that is the other tool's alone."""
    for owner, keys in _ONLY.items():
        for key in keys:
            if key in raw and tool != owner:
                reading.problem((*path, key), f"is for {_NAMES[owner]} alone; drop it", raw[key])
    writeback = raw.get("writeback")
    for key in ("table", "reference"):
        if tool == "jira" and isinstance(writeback, Mapping) and key in writeback:
            reading.problem((*path, "writeback", key), "is for ServiceNow alone; drop it", writeback[key])
    if isinstance(writeback, Mapping) and "table" in writeback and writeback["table"] == raw.get("table", "incident"):
        remedy = "leave out table and reference to write into the ticket itself"
        reading.problem((*path, "writeback", "table"), f"is where the tickets are; {remedy}", writeback["table"])


def _values(table: ConnectionTable, path: KeyPath, reading: Reading) -> dict[str, dict[str, str]]:
    """Return canonical field -> native code or name -> canonical value."""
    inverted: dict[str, dict[str, str]] = {}
    for field, mapped in table.values.items():
        place = (*path, "values", field)
        if field not in table.fields:
            reading.problem(place, f"no field is called that under fields; {instead(field, table.fields)}")
        by_native = inverted.setdefault(field, {})
        reading.mapped[str(path[1]), field] = tuple(mapped)
        for canonical, natives in mapped.items():
            for native in natives:
                other = by_native.setdefault(native, canonical)
                if other != canonical:
                    reading.problem((*place, canonical), f'stands under "{other}" too; it can mean one value', native)
            if not canonical or "" in natives:
                reading.problem((*place, canonical), "a value must not be empty; an unset field needs no mapping")
    return inverted
