"""How the site speaks HTTP: who calls, what was sent, and errors in Jira's shape."""

import binascii
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slabridge.sandbox.jira.site import Site

INVALID_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."


class Problem(Exception):  # noqa: N818 - an answer, not a failure of the sandbox
    """An error answer: messages for the whole request, and one per field."""

    def __init__(self, status: int, *messages: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(status, messages, errors)
        self.status = status
        self.content = {"errorMessages": list(messages), "errors": dict(errors or {})}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and what is sent with it; None sends nothing."""

    content: Any = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One request: where it came in, who sent it, and what with."""

    site: Site
    base: str
    version: int
    known: bool
    """Whether it carries our account's credentials; else it is anonymous."""
    path: Mapping[str, Any]
    query: QueryParams
    body: bytes

    def url(self, path: str) -> str:
        """Return the address of something below /rest/api/<version>/."""
        return f"{self.base}/rest/api/{self.version}/{path}"

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """Return the body as JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise Problem(400, "There was an error parsing JSON. Check that your request body is valid.") from error

    def bean(self, **known: type) -> dict[str, Any]:
        """Return the body as an object with these keys and types only; null stands for a key that is left out.

        Lists hold texts and numbers.
        """
        sent = self.json()
        if not isinstance(sent, dict) or not sent.keys() <= known.keys():
            raise Problem(400, INVALID_PAYLOAD)
        bean = {key: value for key, value in sent.items() if value is not None}
        for key, value in bean.items():
            if type(value) is not known[key] or (
                type(value) is list and not {type(one) for one in value} <= {str, int}
            ):
                raise Problem(400, INVALID_PAYLOAD)
        return bean

    def number(self, name: str, default: int) -> int:
        """Return a number from the query string."""
        text = self.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()):
            raise Problem(400, f"Failed to convert value of parameter '{name}' to a number: '{text}'.")
        return min(int(text), 2**31 - 1)

    def names(self, name: str) -> list[str]:
        """Return a list from the query string: repeated, separated by commas, or both."""
        return [part.strip() for text in self.query.getlist(name) for part in text.split(",") if part.strip()]

    def issue(self) -> int:
        """Return the id of the issue that the path names."""
        found = self.site.find(self.path["issue"])
        if found is None:
            raise Problem(404, "Issue does not exist or you do not have permission to see it.")
        return found


Handler = Callable[[Call], Answer]
Endpoint = tuple[str, str, Handler]
"""Method, path below /rest/api/<version>, and what answers."""


def route(site: Site, prefix: str, version: int, endpoints: Sequence[Endpoint], *, anonymous: bool) -> list[Route]:
    """Return Starlette's routes. Without `anonymous`, a call without credentials is refused."""

    def bind(handler: Handler) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            base = str(request.base_url).rstrip("/")
            known = _signed_in(site, request.headers.get("authorization"))
            if known is None or not (known or anonymous):
                message = "Client must be authenticated to access this resource."
                headers = {"WWW-Authenticate": 'OAuth realm="' + base + '"'}
                if known is None:
                    headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
                return _send(401, {"message": message, "status-code": 401}, headers)
            call = Call(site, base, version, known, request.path_params, request.query_params, body)
            try:
                result = handler(call)
            except Problem as problem:
                return _send(problem.status, problem.content)
            return _send(result.status, result.content)

        return answer

    return [Route(prefix + path, bind(handler), methods=[method]) for method, path, handler in endpoints]


def _signed_in(site: Site, header: str | None) -> bool | None:
    """Tell whether a call is ours (True), anonymous (False), or carries credentials that are wrong (None)."""
    if header is None:
        return False
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        email, _, token = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    expected = site.credentials
    return True if (email.lower(), token) == (expected.email.lower(), expected.token) else None


def _send(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    body = b"" if content is None else orjson.dumps(content)
    return Response(body, status, headers, media_type=None if content is None else "application/json;charset=UTF-8")
