"""How the site speaks HTTP: who calls, what was sent, and errors in Jira's shape."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from slabridge_sandbox.jira.authentication import Refused, authenticated, is_administrator
from slabridge_sandbox.jira.limits import Limited
from slabridge_sandbox.jira.site import Site

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
    signed_in: bool = False
    """Whether it is an administrator's, and not our account's."""

    @property
    def administrator(self) -> bool:
        """Whether it may do what administrators do."""
        return self.signed_in or (self.known and self.site.permissions.holds("ADMINISTER", None))

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
        found = self.site.find_all([self.path["issue"]])
        if not found:
            cloud = "Issue does not exist or you do not have permission to see it."
            raise Problem(404, cloud if self.site.cloud else "Issue Does Not Exist")
        return found[0]


Handler = Callable[[Call], Answer]
Operation = tuple[str, str, Handler]
"""Method, path below /rest/api/<version>, and what answers."""


def route(site: Site, prefix: str, version: int, operations: Sequence[Operation], *, anonymous: bool) -> list[Route]:
    """Return Starlette's routes below a prefix, which ends where the API's paths begin.

    Without `anonymous`, a call without credentials is refused.
    """
    below = prefix.partition("/rest/")[0]

    def bind(method: str, path: str, handler: Handler) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await request.body()
            base = str(request.base_url).rstrip("/") + below
            try:
                known = authenticated(site, request.headers.get("authorization"), base, anonymous=anonymous)
                signed_in = is_administrator(site, request.headers.get("authorization"))
                call = Call(site, base, version, known, request.path_params, request.query_params, body, signed_in)
                headers = site.limits.check(f"{method} {path}", _written(call, method))
                result = handler(call)
            except Refused as refusal:
                return Response(refusal.body, refusal.status, refusal.headers, media_type=refusal.media_type)
            except Limited as limited:
                message = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
                return _send(site.switches.limit_status, message, limited.headers)
            except Problem as problem:
                return _send(problem.status, problem.content)
            return _send(result.status, result.content, headers)

        return answer

    return [Route(prefix + path, bind(method, path, handler), methods=[method]) for method, path, handler in operations]


def _written(call: Call, method: str) -> int | None:
    return call.site.keys.find(call.path["issue"]) if method != "GET" and "issue" in call.path else None


def _send(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    body = b"" if content is None else orjson.dumps(content)
    return Response(body, status, headers, media_type=None if content is None else "application/json;charset=UTF-8")
