"""Traffic: every request that a tool got, in order."""

import base64
import binascii
from collections import Counter
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope


@dataclass(slots=True)
class Visit:
    """One request and its answer.

    `status` is 0 if there was no answer, `size` the bytes of its body, `fault` what a rule did to it, `account` who
    asked. A request that came inside a batch has the number of that one as `inside`; it is no HTTP call of its own.
    """

    number: int
    method: str
    path: str
    query: str
    status: int = 0
    size: int = 0
    fault: str = ""
    account: str = ""
    inside: int = 0


class Traffic:
    """What a tool was asked since the last reset."""

    def __init__(self, routes: list[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, Route)]
        self._number = 0
        self.visits: list[Visit] = []
        self.counts: Counter[str] = Counter()
        """How often it was asked over HTTP, by method and the pattern of the path."""

    def begin(self, scope: Scope) -> Visit:
        """Note a request; its answer is yet to come."""
        self._number += 1
        inside = scope["state"].get("inside", 0)
        if not inside:
            path = next((r.path for r in self._routes if r.matches(scope)[0] is not Match.NONE), scope["path"])
            self.counts[f"{scope['method']} {path}"] += 1
        visit = Visit(self._number, scope["method"], scope["path"], scope["query_string"].decode(), inside=inside)
        visit.account = _user(Headers(scope=scope).get("authorization", ""))
        self.visits.append(visit)
        return visit


def _user(authorization: str) -> str:
    """Return the user of basic authentication; other kinds say nothing that may be shown."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        return base64.b64decode(encoded).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
