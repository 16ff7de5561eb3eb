"""The batch API: many requests in one call.

The outer answer is 200 also where inner requests fail, and leaves out those for which no time (30 seconds) or room (10
MB) was left: each inner answer passes the same fences as one of its own, and what has none is asked for by itself.
"""

import base64
import binascii
import itertools
import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import structlog

from connectors.errors import CutShort, Refused, Unavailable, Unclear
from connectors.http.answer import date_of, loads
from connectors.servicenow.rate import is_cancelled, message

READS = 20
"""Reads in one batch, at most: of 100 records' history each, that stays far below 30 seconds."""
WRITES = 50
"""Writes in one batch, at most: each is a transaction with business rules, one after the other."""
_NOT_THERE = frozenset({400, 403, 404, 405})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InnerRequest:
    """A request within a batch: `url` is relative and may be long, as it stands in the body."""

    method: str
    url: str
    body: object = None


@dataclass(frozen=True, slots=True)
class InnerReply:
    """The answer to one: `body` is its JSON, None where it has none or none that can be read; header names in small."""

    status: int
    body: object
    headers: Mapping[str, str]

    @property
    def result(self) -> object:
        """What it gives, None where it is an error, a partial result among them."""
        body = self.body
        if self.status >= 300 or not isinstance(body, dict) or "error" in body or body.get("status") == "failure":
            return None
        return body.get("result")

    @property
    def said(self) -> str:
        """What it says to people."""
        return message(self.body) or "no reason given"


class BatchAnswer(NamedTuple):
    """The replies to a batch, in the order of its requests, None for those that got none; and the server's clock."""

    replies: list[InnerReply | None]
    date: int | None


class BatchApi:
    """The batch API of one instance; `there` is None until it was asked, `reads` is how many go into one."""

    def __init__(self, name: str, who: str, client: Any, timeout: tuple[float, float]) -> None:  # noqa: ANN401 - pysnow has no types
        self.there: bool | None = None
        self.reads = READS
        self._name = name
        self._who = who
        self._client = client
        self._clean = client.session.clean
        self._timeout = timeout
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def send(self, requests: Sequence[InnerRequest], *, idempotent: bool) -> BatchAnswer | None:
        """Send requests that may depend on each other: they are served in order. None: the instance has no batch API.

        Raises:
            Unclear: the answer was lost, and not all of the requests may be applied twice.
            Unavailable: no usable answer; nothing was applied, unless all may be applied twice.
            Refused: the credentials are wrong.
        """
        if self.there is False:
            return None
        if not requests:
            return BatchAnswer([], None)
        resource = self._client.resource(api_path="/batch", base_path="/api/now/v1", timeout=self._timeout)
        document = {
            "batch_request_id": str(next(self._numbers)),
            "rest_requests": [_request(number, inner) for number, inner in enumerate(requests)],
        }
        try:
            answer = resource.request("POST", data=json.dumps(document), idempotent=idempotent)
        except Refused as refused:
            # Once it has served us, a refusal says nothing of whether it is there, and 403 may come after a write.
            if refused.status not in _NOT_THERE or (self.there and not idempotent):
                raise
            self._give_up(refused)
            return None
        response = answer._response  # noqa: SLF001 - pysnow looks for a `result`, which a batch has not
        body = response.json() if response.content else None
        served = body.get("serviced_requests") if isinstance(body, dict) else None
        if not isinstance(served, list):
            said = message(body)
            broken = f"{self._who}: the batch API breaks its answer off ({self._clean(said) or 'no reason given'})"
            if not idempotent:
                raise Unclear(f"{broken}; the writes may have been applied")
            raise (CutShort if is_cancelled(said) else Unavailable)(broken)
        self.there = True
        replies = {str(reply.get("id")): _reply(reply) for reply in served if isinstance(reply, dict)}
        return BatchAnswer([replies.get(str(number)) for number in range(len(requests))], date_of(response.headers))

    def probe(self, harmless: InnerRequest) -> bool:
        """Say whether the instance has a batch API; if nothing was sent yet, ask by a read, as writes are no trial."""
        if self.there is None:
            self.send([harmless], idempotent=True)
        return bool(self.there)

    def shrink(self) -> None:
        """Put fewer reads into one from now on: there was not time or room for all."""
        with self._lock:
            self.reads = max(1, self.reads // 2)

    def _give_up(self, refused: Refused) -> None:
        with self._lock:
            if self.there is not False:
                log.warning(
                    "no batch API, so there are many more calls; may the account use /api/now/v1/batch?",
                    connection=self._name,
                    reason=str(refused),
                )
            self.there = False


def _request(number: int, inner: InnerRequest) -> dict[str, object]:
    headers = [{"name": "Accept", "value": "application/json"}]
    request: dict[str, object] = {"id": str(number), "method": inner.method, "url": inner.url, "headers": headers}
    if inner.body is not None:
        headers.append({"name": "Content-Type", "value": "application/json"})
        request["body"] = base64.b64encode(json.dumps(inner.body).encode()).decode()
    return request | {"exclude_response_headers": False}


def _reply(served: Mapping[str, Any]) -> InnerReply:
    try:
        body = loads(base64.b64decode(str(served.get("body") or ""), validate=True))
    except (binascii.Error, ValueError):
        body = None
    headers = served.get("headers")
    items = [item for item in headers if isinstance(item, dict)] if isinstance(headers, list) else []
    named = {str(item.get("name", "")).casefold(): str(item.get("value", "")) for item in items}
    status = str(served.get("status_code", ""))
    return InnerReply(int(status) if re.fullmatch("[0-9]{3}", status) else 0, body, named)
