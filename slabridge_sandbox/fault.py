"""Faults: what goes wrong with requests, by rules that a test sets."""

import asyncio
import re
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from slabridge_sandbox.buffered import BufferedResponse, buffered

_HIBERNATING = (
    '<html><head><title>Instance Hibernating page</title></head><body class="instance-hibernating-page">'
    "Your instance is hibernating.</body></html>"
)
_TOO_LONG = {
    "message": "Transaction cancelled: maximum execution time exceeded",
    "detail": "maximum execution time exceeded Check logs for error trace or enable glide.rest.debug property to "
    "verify REST request processing",
}
_NO_LINGER = struct.pack("ii", 1, 0)
"""Closing a socket with this sends a reset at once."""

Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """What happens to which requests.

    A request is meant by its `method` and by regular expressions found in its `path` and its decoded `query`; empty
    ones mean any. The first `skip` of them pass, the next `times` (None: all) are hit. What happens to those:

    - reset_before, reset_after: the connection is reset before, or after, the request is applied;
    - status: it is answered with `status`, `headers` and `body` (a text is HTML, anything else JSON), and not applied;
    - applied_status: the same, but it is applied;
    - html: the page of a sleeping instance, or `body`, with `status` 200; not applied;
    - cut: it is applied, and the answer ends in the middle of its body;
    - error_inside: it is applied, and the answer has half of its `result`, and an `error`;
    - hang: it is applied, and the answer comes after `seconds`; inside a batch with that of the batch.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)

    do: Literal["reset_before", "reset_after", "status", "applied_status", "html", "cut", "error_inside", "hang"]
    method: str = ""
    path: str = ""
    query: str = ""
    skip: Count = 0
    times: Count | None = 1
    status: Annotated[int, Field(ge=200, le=599)] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    seconds: Annotated[float, Field(ge=0)] = 60.0

    def __post_init__(self) -> None:
        for pattern in (self.path, self.query):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from None

    def means(self, request: Request) -> bool:
        """Tell whether the rule is about this request."""
        return (
            self.method in {"", request.method}
            and re.search(self.path, request.url.path) is not None
            and (not self.query or any(re.search(self.query, f"{k}={v}") for k, v in request.query_params.items()))
        )

    @property
    def answer(self) -> BufferedResponse:
        """Return the answer that stands in the rule itself."""
        if self.do == "html":
            return BufferedResponse.of(self.status or 200, dict(self.headers), self.body or _HIBERNATING)
        return BufferedResponse.of(self.status or 500, dict(self.headers), self.body)


_RULE = TypeAdapter(FaultRule)


@dataclass(slots=True)
class _Active:
    rule: FaultRule
    met: int = 0


class Faults:
    """The rules in force. The first one that hits a request decides; those after it do not see that request."""

    def __init__(self) -> None:
        self._rules: list[_Active] = []

    def add(self, body: bytes) -> None:
        """Add a rule from JSON.

        Raises:
            ValueError: it is no rule; the message says why.
        """
        try:
            self._rules.append(_Active(_RULE.validate_json(body)))
        except ValidationError as error:
            said = (": ".join([*map(str, each["loc"]), each["msg"]]) for each in error.errors())
            raise ValueError("; ".join(said)) from None

    def clear(self) -> None:
        """Forget all rules."""
        self._rules.clear()

    def hit(self, request: Request) -> FaultRule | None:
        """Return the rule that hits a request, if one does."""
        for active in self._rules:
            rule = active.rule
            is_over = rule.times is not None and active.met >= rule.skip + rule.times
            if not is_over and rule.means(request):
                active.met += 1
                if active.met > rule.skip:
                    return rule
        return None


class FaultMiddleware:
    """ASGI middleware: does to a request what the rules say."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or fail to."""
        request = Request(scope, receive)
        rule = self._faults.hit(request) if scope["state"]["logged"] else None
        if rule is None:
            await self._app(scope, receive, send)
            return
        scope["state"]["logged"].fault = rule.do
        body = await request.body()

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        is_applied = rule.do not in {"reset_before", "status", "html"}
        answer = await buffered(self._app, scope, replay) if is_applied else rule.answer
        match rule.do:
            case "reset_before" | "reset_after":
                await _reset(scope, receive)
                return
            case "applied_status":
                answer = rule.answer
            case "cut":
                answer.replace(answer.body[: len(answer.body) // 2])
            case "error_inside" if answer.body:
                answer.replace(_with_error(answer.body))
            case "hang" if not scope["state"].get("inside"):  # what is inside a batch comes with its answer
                await _wait(rule.seconds, receive)
        await answer.give(send)


async def _reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection that the request came through, and return when it is gone."""
    transport: asyncio.Transport = scope["state"]["transport"]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _wait(seconds: float, receive: Receive) -> None:
    """Wait, or until the client is gone."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


def _with_error(body: bytes) -> bytes:
    answer = orjson.loads(body)
    content = answer if isinstance(answer, dict) else {}  # a list has no room for an error: then that is all there is
    found = content.get("result")
    if isinstance(found, list):
        content["result"] = found[: len(found) // 2]
    return orjson.dumps(content | {"error": _TOO_LONG, "status": "failure"})
