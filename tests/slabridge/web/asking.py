"""Asking pages without a socket: what stands before them included."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from slabridge.config import Config
from slabridge.web.door import Auth
from slabridge.web.server import Sites, app_of


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return json.loads(self.body)


class Pages:
    """The pages of configurations, by customer ("" is the one that is of none)."""

    def __init__(self, *configs: Config, auth: Auth = "none") -> None:
        self.sites = Sites(auth)
        self.sites.take({config.customer: config for config in configs})
        self.app = app_of(self.sites)

    def ask(
        self,
        path: str,
        headers: Mapping[str, str | bytes] | None = None,
        *,
        method: str = "GET",
        peer: str = "127.0.0.1",
    ) -> Answer:
        """Return what is answered; `path` may have a query."""
        return asyncio.run(self.answered(self.app, path, headers, method=method, peer=peer))

    async def answered(
        self,
        app: ASGIApp,
        path: str,
        headers: Mapping[str, str | bytes] | None = None,
        *,
        method: str = "GET",
        peer: str = "127.0.0.1",
    ) -> Answer:
        place, _, query = path.partition("?")
        given = {"Host": "localhost:8470", **(headers or {})}
        raw = [(name.lower().encode(), _bytes(value)) for name, value in given.items()]
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(place),
            "raw_path": place.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": raw,
            "client": (peer, 40_000),
            "server": ("127.0.0.1", 8470),
        }
        sent: list[Message] = []

        async def receive() -> Message:
            if sent and not sent[-1].get("more_body", True):
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))

    def close(self) -> None:
        self.sites.close()


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1")
