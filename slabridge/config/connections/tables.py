"""[connections]: the tables, and the connections that they mean."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, create_model

from connectors import TOOLS
from connectors.tool import Inside, TomlTable, Tool
from sla_engine.instant import DAY, MINUTE, SECOND
from slabridge.config.agreements.agreement import Promise
from slabridge.config.connections.address import check_proxy, check_url
from slabridge.config.connections.auth import read_auth
from slabridge.config.connections.clocks import read_native
from slabridge.config.connections.connection import WRITES_PER_RUN, Connection, FirstRun
from slabridge.config.connections.links import LinkRule, read_links
from slabridge.config.connections.native import check
from slabridge.config.connections.uses import check_uses
from slabridge.config.connections.writeback import Writeback, read_writeback
from slabridge.config.like import resolve_like
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import (
    RealTime,
    Size,
    check_field,
    one_of,
    own_words,
    read_real_time,
    shape,
    tables,
    text_as,
)


def _read_writes(value: object) -> int | None:
    if value == "unlimited":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError('must be at least 1; or write "unlimited"')
    return value


def _read_guard(text: str) -> int | None:
    if text == "off":
        return None
    found = re.fullmatch(r"([1-9][0-9]?|100)%", text)
    if found is None:
        raise ValueError('is no share; write a whole percent from 1% to 100%, as in "20%"; or write "off"')
    return int(found[1])


def _read_census(text: str) -> int | None:
    if text == "never":
        return None
    try:
        return read_real_time(text)
    except ValueError as error:
        raise ValueError(f'{own_words(error, text)}; or write "never"') from None


class ConnectionTable(TomlTable):
    """[connections.NAME]: the keys that every tool has."""

    like: str | None = None
    """The connection from which whole keys come that are not given here. `fields` is one key, and so are `values` and
    `writeback`.
    """
    type: Annotated[str, one_of(*TOOLS)] = Field(examples=['"servicenow"'])
    """`"servicenow"` or `"jira"`."""
    url: str = Field(examples=['"https://acme.service-now.com"'])
    """The address, with https unless it is on this machine, and without credentials; a Jira's with its path
    (`https://jira.acme.com/jira`), or that of Atlassian's gateway (`https://api.atlassian.com/ex/jira/CLOUD-ID`).
    """
    filter: str = ""
    """Which tickets are taken up: an encoded query (ServiceNow, without `ORDERBY`) or JQL (without `ORDER BY`).
    Default: all.
    """
    auth: Annotated[
        Any,
        Inside(
            "BasicTable", "BearerTable", "ApiKeyTable", "OAuthPasswordTable", "OAuthClientTable", "OAuthRefreshTable"
        ),
    ] = Field(examples=['{ kind = "basic", user = "slabridge", password = { env = "PASSWORD" } }'])
    """Who slabridge is there, and [where its secret is](#secrets)."""
    page_size: int | None = Field(default=None, ge=1, le=10_000)
    """Tickets asked for at once, 1 to 10000. Default: 500."""
    overlap: Annotated[int | None, RealTime] = None
    """How far back each run reads again, because changes become visible late. Default: `"2m"`; Jira `"10m"`."""
    timeout: Annotated[Any, Inside("TimeoutTable")] = None
    """How long to wait for a connection (`connect`), between two bytes of an answer (`read`), and for a whole answer
    (`total`). Default: `5s`, `60s`, `5m`.
    """
    max_answer: Annotated[int | None, Size] = None
    """How large an answer may be, unpacked: KB, MB or GB. A larger one is not received to its end. Default:
    `"64MB"`.
    """
    concurrency: int | None = Field(default=None, ge=1, le=32)
    """Calls under way at once, 1 to 32. It counts for the host: of several connections to one host, the smallest
    number. Default: 2.
    """
    calls_per_hour: int | None = Field(default=None, ge=1)
    """Calls that may be made in an hour, those of earlier runs included; then the run ends there and the next goes on.
    It counts for the host, too. Default: no limit.
    """
    ca: str | None = Field(default=None, min_length=1)
    """A file of certificates (PEM), relative to the configuration file's folder, that are trusted instead of the usual
    ones. Certificates are always verified. Default: the usual ones.
    """
    proxy: str | None = None
    """A proxy's address, as `"http://proxy.acme.com:3128"`, without credentials. A proxy that needs some is named in
    the environment alone: `HTTPS_PROXY`. Default: the environment's.
    """
    census: Annotated[int | None, text_as(_read_census)] = DAY
    """How often all tickets with an open cycle are read by id, to find what no search shows: deleted, hidden, changed
    silently; or `"never"`. Default: `"24h"`.
    """
    writes_per_run: Annotated[int | None, PlainValidator(_read_writes, json_schema_input_type=int | str)] = (
        WRITES_PER_RUN
    )
    """Writes (the fields of one ticket, or one comment) that one run may send, comments first; the rest is left to the
    next. `"unlimited"`: no limit. Default: 2000.
    """
    first_run: FirstRun = "quiet"
    """`"quiet"`: a first run posts no comment on what happened before it; `"post"`: it does, within `post_within`.
    Default: `"quiet"`.
    """
    guard: Annotated[int | None, text_as(_read_guard)] = 20
    """How many of the open tickets that carry values of ours a changed file may change or empty, as a percent; of more
    (and of more than 20) nothing is written until somebody [accepts it](operations.md#a-changed-file). `"off"`: no
    limit. Default: `"20%"`.
    """
    native: Annotated[Any, Inside("{[text]}")] = None
    """For `compare`: objectives, as `"agreement.objective"` in quotes = names of the tool's own SLAs that promise the
    same.
    """
    fields: dict[str, Annotated[str, Field(min_length=1)]] = Field(examples=['{ status = "state" }'], min_length=1)
    """What fields are called here = what they are called there, each once."""
    values: dict[str, dict[str, list[str]]] = Field(default={}, examples=['{ status = { new = ["1"] } }'])
    """Per field, values here = lists of codes or names there. Default: names as they are."""
    unmapped: Annotated[str, one_of("refuse", "keep")] = "refuse"
    """Tickets with a value that decides and that its field's `values` does not name: `"refuse"`, they are not judged
    and keep what stands; `"keep"`, they are judged with the value as it is. Default: `"refuse"`.
    """
    writeback: Annotated[Any, Inside("WritebackTable")] = None
    """What is [written](#write-back). Default: nothing."""
    links: Annotated[Any, Inside("[LinkTable]")] = None
    """Where its tickets [name others](#links)."""


_BASES: tuple[Any, ...] = (ConnectionTable, *(tool.keys for tool in TOOLS.values()))
AnyConnection: type[ConnectionTable] = create_model("AnyConnection", __base__=_BASES)
"""A connection with the keys of all tools: which of them a tool has is checked apart, with better words."""


class TimeoutTable(TomlTable):
    """How long to wait, in ms."""

    connect: Annotated[int, RealTime] = Field(examples=['"5s"'])
    """How long to wait for a connection."""
    read: Annotated[int, RealTime] = Field(examples=['"60s"'])
    """How long to wait between two bytes of an answer."""
    total: Annotated[int, RealTime] = 5 * MINUTE
    """How long to wait for a whole answer. Default: `"5m"`."""


def read_connections(
    document: Mapping[str, Any], folder: Path, promises: Iterable[Promise], reading: Reading
) -> tuple[Connection, ...]:
    """Return the connections that have no problem, in file order."""
    given = tables(document, "connections", reading)
    completed = resolve_like(given, ("connections",), reading)
    found = [_connection(name, raw, folder, (promises, given), reading) for name, raw in completed.items()]
    if len(completed) == len(given):
        check_uses(completed, reading)
    return tuple(connection for connection in found if connection is not None)


def _connection(
    name: str,
    raw: Mapping[str, Any],
    folder: Path,
    known: tuple[Iterable[Promise], Mapping[str, object]],
    reading: Reading,
) -> Connection | None:
    """Return a connection, None where it has problems; `known` are the promises and the connections of the file."""
    promises, connections = known
    path: KeyPath = ("connections", name)
    tool = TOOLS.get(str(raw.get("type")))
    table = shape(AnyConnection, raw, path, reading)
    auth = read_auth(raw, (*path, "auth"), folder, reading) if "auth" in raw else None
    fields = raw["fields"] if isinstance(raw.get("fields"), Mapping) else {}
    read: dict[str, str] = {}
    for canonical, native in fields.items():
        check_field(canonical, (*path, "fields", canonical), reading, own=True)
        if read.setdefault(str(native), canonical) != canonical:
            reading.problem((*path, "fields", canonical), f'is read as "{read[str(native)]}" already; drop one', native)
    timeout = shape(TimeoutTable, raw["timeout"], (*path, "timeout"), reading) if "timeout" in raw else None
    inner = {
        key: shape(model, raw[key], (*path, key), reading)
        for key, model in {key: model for each in TOOLS.values() for key, model in each.inner.items()}.items()
        if key in raw
    }
    native = read_native(raw["native"], (*path, "native"), promises, reading) if "native" in raw else {}
    writeback = Writeback()
    if "writeback" in raw:
        writeback = read_writeback(raw["writeback"], (*path, "writeback"), promises, (fields, tool), reading)
    links = read_links(raw["links"], (*path, "links"), connections, tool, reading) if "links" in raw else ()
    _check_written(writeback, links, path, reading)
    if table is None or tool is None:
        return None
    check_url(table.url, (*path, "url"), reading)
    if table.proxy is not None:
        check_proxy(table.proxy, (*path, "proxy"), reading)
    _check_tool(tool, raw, path, reading)
    named = [((*path, key), raw.get(key)) for key in ("table", "created")]
    named += [((*path, "writeback", key), getattr(writeback, key)) for key in ("table", "reference")]
    natives = [(place, name) for place, name in named if isinstance(name, str) and name]
    natives += [((*path, "fields", canonical), native) for canonical, native in table.fields.items()]
    own_links = {tool.issue_links, tool.remote_links}
    named_links = [((*path, "links", n, "field"), link.field) for n, link in enumerate(links)]
    natives += [(place, name) for place, name in named_links if name not in own_links]
    written = [((*path, "writeback", "fields"), item.field) for item in writeback.fields]
    check(tool.check_name, [*natives, *written], reading)
    check(tool.check_written, written, reading)
    check(tool.check_filter, [((*path, "filter"), table.filter)], reading)
    for field in getattr(table, "was", None) or ():
        if field not in table.fields.values():
            reading.problem((*path, "was", field), f"is not read; {instead(field, table.fields.values())}")
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
        own=tool.own_settings({key: inner.get(key, getattr(table, key)) for key in tool.keys.model_fields}),
        page_size=table.page_size,
        overlap=None if table.overlap is None else table.overlap // SECOND,
        timeout=None if timeout is None else (timeout.connect / SECOND, timeout.read / SECOND),
        total=None if timeout is None else timeout.total / SECOND,
        max_answer=table.max_answer,
        concurrency=table.concurrency,
        calls_per_hour=table.calls_per_hour,
        ca=None if table.ca is None else folder / table.ca,
        proxy=table.proxy,
        census=table.census,
        writes_per_run=table.writes_per_run,
        first_run=table.first_run,
        guard=table.guard,
        native=native,
        unmapped=table.unmapped,
        ca_at=reading.places.of((*path, "ca")),
        writeback=writeback,
        links=links,
    )


def _check_written(writeback: Writeback, links: Iterable[LinkRule], path: KeyPath, reading: Reading) -> None:
    """Note a problem for a field in which we write and find links: what we wrote would be one."""
    linking = {link.field for link in links}
    for n, item in enumerate(writeback.fields):
        if item.field in linking and not writeback.table:
            place = (*path, "writeback", "fields", n, "field")
            reading.problem(place, "is where links are found; results go to fields that nothing else uses", item.field)


def _check_tool(tool: Tool, raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> None:
    """Note a problem for each key that is another tool's alone."""
    for owner in TOOLS.values():
        for key in owner.keys.model_fields:
            if key in raw and key not in tool.keys.model_fields:
                reading.problem((*path, key), f"is for {owner.name} alone; drop it", raw[key])
    writeback = raw.get("writeback")
    with_table = " and ".join(owner.name for owner in TOOLS.values() if owner.result_table)
    for key in ("table", "reference"):
        if not tool.result_table and isinstance(writeback, Mapping) and key in writeback:
            reading.problem((*path, "writeback", key), f"is for {with_table} alone; drop it", writeback[key])
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
