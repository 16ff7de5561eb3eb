"""The route that gives out access tokens."""

from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from slabridge_sandbox.jira.oauth import Denied
from slabridge_sandbox.jira.site import Site


def route(site: Site) -> BaseRoute:
    """Return the route of tokens, which takes a form or JSON."""

    async def answer(request: Request) -> Response:
        body = await request.body()
        try:
            form = "json" not in request.headers.get("content-type", "")
            asked = dict(parse_qsl(body.decode())) if form else orjson.loads(body)
            return JSONResponse(site.grants.grant(asked, site.clock.now, site.switches.oauth_seconds))
        except (orjson.JSONDecodeError, UnicodeDecodeError, AttributeError):
            return JSONResponse({"error": "invalid_request", "error_description": "The body cannot be read"}, 400)
        except Denied as denied:
            return JSONResponse(denied.content, denied.status)

    return Route("/oauth/token", answer, methods=["POST"])
