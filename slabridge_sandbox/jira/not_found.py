"""What Data Center answers to a path of its API that it does not have."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route


def not_found(prefix: str) -> BaseRoute:
    """Return a route that answers 404 to everything below a path."""

    async def answer(request: Request) -> Response:
        return JSONResponse({"message": f"null for uri: {request.url}", "status-code": 404}, 404)

    return Route(prefix + "/{rest:path}", answer, methods=["GET", "POST", "PUT", "DELETE"])
