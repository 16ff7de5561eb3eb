"""What stands around both tools: the Date header, the count of requests, and the routes that steer the sandbox."""

from collections import Counter
from email.utils import formatdate

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sla_engine.duration import parse_duration
from sla_engine.instant import format_instant, parse_instant
from slabridge.sandbox.clock import Clock
from slabridge.sandbox.world import World

PREFIX = "/sandbox/"


class Requests:
    """How often a tool was asked what, since the last reset."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, Route)]
        self.counts: Counter[str] = Counter()

    def count(self, scope: Scope) -> None:
        """Count a request under its method and the pattern of its path."""
        path = next((r.path for r in self._routes if r.matches(scope)[0] is not Match.NONE), scope["path"])
        self.counts[f"{scope['method']} {path}"] += 1


class Surroundings:
    """ASGI middleware: lets the world catch up, counts the request, and dates the answer by the sandbox's clock."""

    def __init__(self, app: ASGIApp, clock: Clock, world: World, requests: Requests) -> None:
        self._app = app
        self._clock = clock
        self._world = world
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._world.catch_up()
        if not scope["path"].startswith(PREFIX):
            self._requests.count(scope)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._clock.now // 1000, usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            await send(message)

        await self._app(scope, receive, dated)


def control_routes(clock: Clock, world: World, requests: Requests) -> list[BaseRoute]:
    """Return the routes that steer the sandbox: its clock, and the requests it counted."""

    async def show_clock(_: Request) -> Response:
        return _json({"now": format_instant(clock.now)})

    async def set_clock(request: Request) -> Response:
        try:
            body = orjson.loads(await request.body())
            to = parse_instant(body["now"]) if "now" in body else clock.now + parse_duration(body["advance"]).ms
            applied = world.move_to(to)
        except (ValueError, KeyError, TypeError) as error:
            return _json({"error": f'{error}; send {{"now": "2026-03-03T08:00:00Z"}} or {{"advance": "1h"}}'}, 400)
        return _json({"now": format_instant(clock.now), "applied": applied})

    async def show_requests(_: Request) -> Response:
        return _json({"requests": requests.counts})

    async def reset_requests(_: Request) -> Response:
        requests.counts.clear()
        return Response(status_code=204)

    return [
        Route(f"{PREFIX}clock", show_clock, methods=["GET"]),
        Route(f"{PREFIX}clock", set_clock, methods=["POST"]),
        Route(f"{PREFIX}requests", show_requests, methods=["GET"]),
        Route(f"{PREFIX}requests", reset_requests, methods=["DELETE"]),
    ]


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
