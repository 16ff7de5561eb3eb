"""What stands around both tools: the Date header, the log of requests, and the routes that steer the sandbox."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import orjson
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.duration import parse_duration
from slabridge_sandbox.fault import Faults
from slabridge_sandbox.instant import format_instant, parse_instant
from slabridge_sandbox.request_log import RequestLog
from slabridge_sandbox.switch import show, turn
from slabridge_sandbox.world import World

PREFIX = "/sandbox/"


@dataclass(frozen=True, slots=True)
class Control:
    """What steers one tool, and what it is seen by."""

    clock: Clock
    world: World
    switches: Any
    log: RequestLog
    faults: Faults


class ControlMiddleware:
    """ASGI middleware: lets the world catch up, notes the request, and dates the answer by the sandbox's clock."""

    def __init__(self, app: ASGIApp, control: Control) -> None:
        self._app = app
        self._zipping = GZipMiddleware(app, compresslevel=1)
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._control.world.catch_up()
        is_control = scope["path"].startswith(PREFIX)
        logged = scope["state"]["logged"] = None if is_control else self._control.log.begin(scope)

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(self._control.clock.now // 1000, usegmt=True)
                message["headers"] = [*message["headers"], (b"date", date.encode())]
            if logged:
                logged.status = message.get("status", logged.status)
                logged.size += len(message.get("body", b""))
            await send(message)

        app = self._zipping if self._control.switches.gzip else self._app
        await app(scope, receive, dated)


def control_routes(control: Control) -> list[BaseRoute]:
    """Return the routes that steer the sandbox: its clock, its switches and faults, and the requests it noted."""
    clock, log, switches = control.clock, control.log, control.switches

    def show_clock(_: bytes) -> object:
        return {"now": format_instant(clock.now)}

    def set_clock(body: bytes) -> object:
        try:
            sent = orjson.loads(body)
            to = parse_instant(sent["now"]) if "now" in sent else clock.now + parse_duration(sent["advance"])
            applied = control.world.move_to(to)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{error}; send {{"now": "2026-03-03T08:00:00Z"}} or {{"advance": "1h"}}') from None
        return {"now": format_instant(clock.now), "applied": applied}

    def set_switches(body: bytes) -> object:
        turn(switches, body)
        return show(switches)

    endpoints: list[tuple[str, str, Callable[[bytes], object]]] = [
        ("GET", "clock", show_clock),
        ("POST", "clock", set_clock),
        ("GET", "requests", lambda _: {"requests": log.counts}),
        ("DELETE", "requests", lambda _: log.counts.clear()),
        ("GET", "log", lambda _: {"log": log.requests}),
        ("DELETE", "log", lambda _: log.requests.clear()),
        ("POST", "faults", control.faults.add),
        ("DELETE", "faults", lambda _: control.faults.clear()),
        ("GET", "switches", lambda _: show(switches)),
        ("POST", "switches", set_switches),
    ]
    return [_route(*endpoint) for endpoint in endpoints]


def path_pattern(routes: Sequence[BaseRoute]) -> Callable[[Scope], str]:
    """Return what gives the pattern of a request's path, as /api/now/table/{table}; the path itself where none fits."""
    own = [route for route in routes if isinstance(route, Route)]

    def pattern(scope: Scope) -> str:
        return next((route.path for route in own if route.matches(scope)[0] is not Match.NONE), scope["path"])

    return pattern


def _route(method: str, name: str, act: Callable[[bytes], object]) -> BaseRoute:
    """Return a route: what the action returns is sent as JSON, and what it objects to as an error."""

    async def answer(request: Request) -> Response:
        try:
            content = act(await request.body())
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        return Response(status_code=204) if content is None else _json(content)

    return Route(PREFIX + name, answer, methods=[method])


def _json(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
