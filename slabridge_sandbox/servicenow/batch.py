"""The Batch API: several requests in one, served one after the other through the same routes."""

import base64
import binascii
import time
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from slabridge_sandbox.buffered import BufferedResponse, buffered
from slabridge_sandbox.servicenow.error import ApiError
from slabridge_sandbox.servicenow.session import Session

_INPUT = 10_000_000
"""The most bytes of one request's body."""


class _Header(BaseModel):
    name: str
    value: str


class _Inner(BaseModel):
    id: Annotated[str, Field(coerce_numbers_to_str=True)]
    method: str
    url: str
    headers: list[_Header] = []
    body: str = ""
    exclude_response_headers: bool = False


class _Batch(BaseModel):
    batch_request_id: Annotated[str, Field(coerce_numbers_to_str=True)]
    rest_requests: list[_Inner]


async def serve_batch(request: Request, session: Session) -> Response:
    """Answer 200 whatever becomes of the requests inside; when the answers are too big, the rest is left unserviced."""
    try:
        batch = _Batch.model_validate_json(await request.body())
    except ValidationError:
        raise ApiError(400, "Exception while reading request", "The payload is not a batch request.") from None
    switches = session.switches
    served: list[dict[str, Any]] = []
    left: list[str] = []
    size = 0
    for place, inner in enumerate(batch.rest_requests, start=1):
        is_skipped = switches.batch_unserviced and place % switches.batch_unserviced == 0
        if is_skipped or size > switches.batch_output:
            left.append(inner.id)
            continue
        started = time.perf_counter()
        answer = await _serve(request, inner)
        if not answer.status:  # the connection of the batch itself is gone
            return Response(status_code=HTTPStatus.NO_CONTENT)
        size += len(answer.body)
        served.append(_serviced(inner, answer, int((time.perf_counter() - started) * 1000)))
    content = {
        "batch_request_id": batch.batch_request_id,
        "serviced_requests": served,
        "unserviced_requests": left,
    }
    return Response(orjson.dumps(content), media_type="application/json")


async def _serve(request: Request, inner: _Inner) -> BufferedResponse:
    """Serve one request as if it came from the sender of the batch."""
    path, _, query = inner.url.partition("?")
    try:
        body = base64.b64decode(inner.body, validate=True)
    except binascii.Error:
        return _refused("The request body is not base64 encoded.")
    if not path.startswith("/"):
        return _refused("The URL must be relative.")
    if path.rstrip("/").endswith("/batch"):
        return _refused("A batch request must not contain batch requests.")
    if len(body) > _INPUT:
        return _refused("The request body is too large.")
    given = {header.name.lower(): header.value for header in inner.headers}
    own = {name: request.headers[name] for name in ("host", "authorization", "x-sn-apikey") if name in request.headers}
    scope = {name: value for name, value in request.scope.items() if name not in {"path_params", "endpoint", "route"}}
    scope |= {
        "method": inner.method.upper(),
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in (given | own).items()],
        "state": {"transport": request.scope["state"]["transport"], "inside": request.state.logged.number},
    }
    is_sent = False

    async def receive() -> Message:
        nonlocal is_sent
        if is_sent:
            return await request.receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return await buffered(request.app, scope, receive)


def _refused(reason: str) -> BufferedResponse:
    body = {"error": {"message": "Invalid batch request", "detail": reason}, "status": "failure"}
    return BufferedResponse.of(400, {}, body)


def _serviced(inner: _Inner, answer: BufferedResponse, took: int) -> dict[str, Any]:
    """Return what the batch says of one request."""
    headers = [{"name": name.decode(), "value": value.decode()} for name, value in answer.headers]
    return {
        "id": inner.id,
        "body": base64.b64encode(answer.body).decode(),
        "status_code": answer.status,
        "status_text": HTTPStatus(answer.status).phrase,
        "headers": [] if inner.exclude_response_headers else headers,
        "execution_time": took,
    }
