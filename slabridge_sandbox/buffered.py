"""An answer of the application, kept before it goes out."""

from dataclasses import dataclass, field

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]


@dataclass(slots=True)
class BufferedResponse:
    """A status, headers and a body; status 0 is no answer at all, as after a reset connection."""

    status: int = 0
    headers: Headers = field(default_factory=list)
    body: bytes = b""

    @classmethod
    def of(cls, status: int, headers: dict[str, str], body: object) -> "BufferedResponse":
        """Return an answer: a text is sent as HTML, None as nothing, anything else as JSON."""
        kind = "text/html; charset=utf-8" if isinstance(body, str) else "application/json"
        content = b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body)
        made = cls(status, [], content)
        made.replace(content, **{"Content-Type": kind} | headers)
        return made

    def replace(self, body: bytes, **headers: str) -> None:
        """Give the answer another body, and headers in the place of those of the same name."""
        self.body = body
        given = {name.lower().encode(): value.encode() for name, value in headers.items()}
        given[b"content-length"] = str(len(body)).encode()
        self.headers = [(name, value) for name, value in self.headers if name.lower() not in given]
        self.headers += given.items()

    async def give(self, send: Send) -> None:
        """Send it."""
        if self.status:
            await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
            await send({"type": "http.response.body", "body": self.body})


async def buffered(app: ASGIApp, scope: Scope, receive: Receive) -> BufferedResponse:
    """Let the application answer a request, and keep the answer."""
    answer = BufferedResponse()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status, answer.headers = message["status"], list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, keep)
    return answer
