"""The Table API over HTTP, and the count of the Aggregate API."""

import sqlite3
from collections.abc import Mapping
from urllib.parse import urlencode

import orjson
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.query import Selection, one, select
from slabridge_sandbox.servicenow.rows import RowFormat, Shown, rows
from slabridge_sandbox.servicenow.schema import table_named
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.table import Table
from slabridge_sandbox.servicenow.writing import SilentChange, Writer

DEFAULT_LIMIT = 10_000
_SILENT = TypeAdapter(SilentChange)
_TOO_LONG = "Transaction cancelled: maximum execution time exceeded"
_TOO_LONG_DETAIL = (
    "maximum execution time exceeded Check logs for error trace or enable glide.rest.debug property to verify REST "
    "request processing"
)


class TableApi:
    """Answers requests about the tables of one database."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, tables: Mapping[str, Table]) -> None:
        self._db = db
        self._clock = clock
        self._writer = Writer(db, tables)

    async def collection(self, request: Request, session: Session) -> Response:
        """Answer for a table."""
        table = _table(request, session)
        if request.method == "GET":
            return self._list(request, session, table)
        if request.method != "POST":
            raise ApiError(405, f"Method not supported: {request.method}")
        sys_id = self._writer.insert(session, table, await _body(request), self._clock.now)
        response = self._one(request, session, table, sys_id, 201)
        response.headers["Location"] = f"{_base(request)}/api/now/table/{table.name}/{sys_id}"
        return response

    async def record(self, request: Request, session: Session) -> Response:
        """Answer for a record."""
        table, sys_id = _table(request, session), request.path_params["sys_id"]
        if request.method in {"PATCH", "PUT", "DELETE"}:
            self._see(request, session, table, sys_id)
        match request.method:
            case "PATCH" | "PUT":
                self._writer.update(session, table, sys_id, await _body(request), self._clock.now)
            case "DELETE":
                self._writer.delete(session, table, sys_id, self._clock.now)
                return Response(status_code=204)
            case "POST":
                raise ApiError(405, f"Method not supported: {request.method}")
        return self._one(request, session, table, sys_id)

    async def count(self, request: Request, session: Session) -> Response:
        """Answer of the Aggregate API: how many rows there are."""
        table = _table(request, session)
        selection = select(table, session, request.query_params.get("sysparm_query", ""))
        is_wanted = request.query_params.get("sysparm_count", "").lower() == "true"
        stats = {"count": str(self._total(selection))} if is_wanted else {}
        return _json({"result": {"stats": stats}})

    async def change_silently(self, request: Request) -> Response:
        """Answer POST /sandbox/silent: do what a script does that leaves no stamp."""
        try:
            self._writer.silently(_SILENT.validate_json(await request.body()), self._clock.now)
        except ValidationError as error:
            said = (": ".join([*map(str, each["loc"]), each["msg"]]) for each in error.errors())
            return _json({"error": "; ".join(said)}, 400)
        except ApiError as error:
            return _json({"error": error.message}, 400)
        return Response(status_code=204)

    def _one(self, request: Request, session: Session, table: Table, sys_id: str, status: int = 200) -> Response:
        view = RowFormat.of(request.query_params, _base(request))
        return _json({"result": self._see(request, session, table, sys_id, view)}, status)

    def _see(
        self, request: Request, session: Session, table: Table, sys_id: str, view: RowFormat | None = None
    ) -> dict[str, Shown]:
        """Return a record that the account may see."""
        shown = view or RowFormat.of({"sysparm_fields": "sys_id"}, _base(request))
        found = next(rows(self._db, one(table, session, sys_id), shown), None)
        if found is None or not (found or shown.fields):
            raise ApiError.no_record()
        return found

    def _list(self, request: Request, session: Session, table: Table) -> Response:
        parameters, switches = request.query_params, session.switches
        selection = select(table, session, parameters.get("sysparm_query", "") or _pairs(request))
        view = RowFormat.of(parameters, _base(request))
        limit = _number(parameters.get("sysparm_limit", ""), DEFAULT_LIMIT)
        offset = _number(parameters.get("sysparm_offset", ""), 0)
        found = list(rows(self._db, selection, view, limit=limit, offset=offset))
        if not found and request.state.is_v1:
            raise ApiError.no_record()
        content: dict[str, object] = {"result": found}
        if 0 < switches.quota_rows < len(found):
            if switches.quota_answer == "error":
                raise ApiError(500, _TOO_LONG, _TOO_LONG_DETAIL)
            content["result"] = found[: switches.quota_rows]
            content |= {"error": {"message": _TOO_LONG, "detail": _TOO_LONG_DETAIL}, "status": "failure"}
        response = _json(content)
        if parameters.get("sysparm_no_count", "").lower() != "true":
            total = self._total(selection)
            response.headers["X-Total-Count"] = str(total)
            if parameters.get("sysparm_suppress_pagination_header", "").lower() != "true":
                response.headers["Link"] = _links(request, limit, offset, total)
        return response

    def _total(self, selection: Selection) -> int:
        """Count the selected rows, those too that the account may not see."""
        sql = f"SELECT count(*) FROM {selection.source} WHERE {selection.where}"  # noqa: S608 - names of the schema and placeholders
        return int(self._db.execute(sql, selection.parameters).fetchone()[0])


def _table(request: Request, session: Session) -> Table:
    """Return the table that a path names, if the account may read it."""
    table = table_named(session.tables, request.path_params["table"])
    session.must_read(table)
    return table


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _pairs(request: Request) -> str:
    """Return the parameters that name fields as a query: `?active=true` is short for `sysparm_query=active=true`."""
    return "^".join(
        f"{name}={value}" for name, value in request.query_params.items() if not name.startswith("sysparm_")
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


async def _body(request: Request) -> dict[str, object]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        raise ApiError(400, "Exception while reading request", "The payload is not valid JSON.")
    return body


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _links(request: Request, limit: int, offset: int, total: int) -> str:
    last = (total - 1) // limit * limit if limit and total else 0
    places = {"first": 0, "prev": offset - limit, "next": offset + limit, "last": last}
    if offset <= 0:
        del places["prev"]
    if offset + limit >= total:
        del places["next"]
    query = {name: value for name, value in request.query_params.items() if name != "sysparm_offset"}
    return ",".join(
        f'<{_base(request)}{request.url.path}?{urlencode(query | {"sysparm_offset": max(place, 0)})}>;rel="{name}"'
        for name, place in places.items()
    )
