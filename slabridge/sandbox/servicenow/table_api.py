"""The Table API over HTTP."""

import base64
import binascii
import sqlite3
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from slabridge.sandbox.clock import Clock
from slabridge.sandbox.servicenow.error import ApiError
from slabridge.sandbox.servicenow.query import select
from slabridge.sandbox.servicenow.record import User
from slabridge.sandbox.servicenow.schema import TABLES, Table
from slabridge.sandbox.servicenow.view import View, rows
from slabridge.sandbox.servicenow.writing import Writer

DEFAULT_LIMIT = 10_000
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class TableApi:
    """Answers requests about the tables of one database."""

    def __init__(self, db: sqlite3.Connection, clock: Clock, secret: str) -> None:
        self._db = db
        self._clock = clock
        self._secret = secret
        self._writer = Writer(db)

    def routes(self) -> list[BaseRoute]:
        """Return the routes, with and without a version in the path."""
        prefixes = [("/api/now", False), ("/api/now/v1", True), ("/api/now/v2", False)]
        return [
            *(
                Route(f"{prefix}/table/{path}", self._guarded(endpoint, is_v1), methods=_METHODS)
                for prefix, is_v1 in prefixes
                for path, endpoint in (("{table}", self._collection), ("{table}/{sys_id}", self._record))
            ),
            Route("/api/{rest:path}", self._guarded(self._unknown, False), methods=_METHODS),
        ]

    def _guarded(
        self, endpoint: Callable[[Request, User], Awaitable[Response]], is_v1: bool
    ) -> Callable[[Request], Awaitable[Response]]:
        """Ask who it is, and give errors their shape."""

        async def answer(request: Request) -> Response:
            try:
                request.state.is_v1 = is_v1
                return await endpoint(request, self._authenticate(request))
            except ApiError as error:
                return error.response()

        return answer

    def _authenticate(self, request: Request) -> User:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise ApiError.unauthorized() from None
        found = self._db.execute("SELECT sys_id, user_name FROM sys_user WHERE user_name = ?", (name,)).fetchone()
        if scheme.lower() != "basic" or secret != self._secret or found is None:
            raise ApiError.unauthorized()
        return User(*found)

    async def _unknown(self, request: Request, user: User) -> Response:  # noqa: ARG002 - an endpoint's signature
        raise ApiError(400, "Requested URI does not represent any resource")

    async def _collection(self, request: Request, user: User) -> Response:
        table = _table(request)
        if request.method == "GET":
            return self._list(request, table)
        if request.method != "POST":
            raise ApiError(405, f"Method not supported: {request.method}")
        sys_id = self._writer.insert(table, await _body(request), self._clock.now, user)
        response = self._one(request, table, sys_id, 201)
        response.headers["Location"] = f"{_base(request)}/api/now/table/{table.name}/{sys_id}"
        return response

    async def _record(self, request: Request, user: User) -> Response:
        table, sys_id = _table(request), request.path_params["sys_id"]
        match request.method:
            case "PATCH" | "PUT":
                self._writer.update(table, sys_id, await _body(request), self._clock.now, user)
            case "DELETE":
                self._writer.delete(table, sys_id, self._clock.now, user)
                return Response(status_code=204)
            case "POST":
                raise ApiError(405, f"Method not supported: {request.method}")
        return self._one(request, table, sys_id)

    def _one(self, request: Request, table: Table, sys_id: str, status: int = 200) -> Response:
        selection = select(table, "")
        selection.where, selection.parameters = "t.sys_id = ?", [sys_id]
        found = list(rows(self._db, selection, View.of(request.query_params, _base(request))))
        if not found:
            raise ApiError.no_record()
        return _json({"result": found[0]}, status)

    def _list(self, request: Request, table: Table) -> Response:
        parameters = request.query_params
        selection = select(table, parameters.get("sysparm_query", "") or _pairs(request))
        view = View.of(parameters, _base(request))
        limit = _number(parameters.get("sysparm_limit", ""), DEFAULT_LIMIT)
        offset = _number(parameters.get("sysparm_offset", ""), 0)
        found = list(rows(self._db, selection, view, limit=limit, offset=offset))
        if not found and request.state.is_v1:
            raise ApiError.no_record()
        response = _json({"result": found})
        if parameters.get("sysparm_no_count", "").lower() != "true":
            count = f"SELECT count(*) FROM {selection.source} WHERE {selection.where}"  # noqa: S608 - names of the schema and placeholders
            total = self._db.execute(count, selection.parameters).fetchone()[0]
            response.headers["X-Total-Count"] = str(total)
            if parameters.get("sysparm_suppress_pagination_header", "").lower() != "true":
                response.headers["Link"] = _links(request, limit, offset, total)
        return response


def _table(request: Request) -> Table:
    name = request.path_params["table"]
    if name not in TABLES:
        raise ApiError(400, f"Invalid table {name}")
    return TABLES[name]


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
