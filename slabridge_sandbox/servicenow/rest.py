"""The routes of the instance: the REST API, tokens, and what a script does there."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from slabridge_sandbox.servicenow.account import Accounts
from slabridge_sandbox.servicenow.batch import serve_batch
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.session import Session
from slabridge_sandbox.servicenow.table_api import TableApi

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

Handler = Callable[[Request, Session], Awaitable[Response]]


def rest_routes(accounts: Accounts, tables: TableApi, catch_up: Callable[[str], None]) -> list[BaseRoute]:
    """Return all routes; `catch_up` is called before each request of the API, with the table that it is about or ""."""

    def guarded(handler: Handler, *, is_v1: bool = False) -> Callable[[Request], Awaitable[Response]]:
        """Ask who it is, and give errors their shape."""

        async def answer(request: Request) -> Response:
            try:
                catch_up(request.path_params.get("table", ""))
                request.state.is_v1 = is_v1
                return await handler(request, accounts.session(request))
            except ApiError as error:
                return error.response()

        return answer

    handlers = {
        "table/{table}": tables.collection,
        "table/{table}/{sys_id}": tables.record,
        "stats/{table}": tables.count,
        "batch": serve_batch,
    }
    return [
        *(
            Route(f"{prefix}/{path}", guarded(handler, is_v1=prefix.endswith("v1")), methods=_METHODS)
            for prefix in ("/api/now", "/api/now/v1", "/api/now/v2")
            for path, handler in handlers.items()
        ),
        Route("/api/{rest:path}", guarded(_unknown), methods=_METHODS),
        Route("/oauth_token.do", accounts.tokens.endpoint, methods=_METHODS),
        Route("/sandbox/silent", tables.change_silently, methods=["POST"]),
    ]


async def _unknown(request: Request, session: Session) -> Response:  # noqa: ARG001 - a handler's signature
    raise ApiError(400, "Requested URI does not represent any resource")
