"""The log of the requests that a tool got, in order."""

import base64
import binascii
from collections import Counter
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
"""A request as ASGI has it."""


@dataclass(slots=True)
class LoggedRequest:
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


class RequestLog:
    """What a tool was asked since the last reset; `pattern` gives the path of the route that a request goes to."""

    def __init__(self, pattern: Callable[[Scope], str]) -> None:
        self._pattern = pattern
        self._number = 0
        self.requests: list[LoggedRequest] = []
        self.counts: Counter[str] = Counter()
        """How often it was asked over HTTP, by method and the pattern of the path."""

    def begin(self, scope: Scope) -> LoggedRequest:
        """Note a request; its answer is yet to come."""
        self._number += 1
        inside = scope["state"].get("inside", 0)
        if not inside:
            self.counts[f"{scope['method']} {self._pattern(scope)}"] += 1
        logged = LoggedRequest(self._number, scope["method"], scope["path"], scope["query_string"].decode())
        logged.inside = inside
        logged.account = _user(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
        self.requests.append(logged)
        return logged


def _user(authorization: str) -> str:
    """Return the user of basic authentication; other kinds say nothing that may be shown."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        return base64.b64decode(encoded).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
