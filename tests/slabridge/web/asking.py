"""Asking the pages of a job's state, without a socket."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson

from slabridge.config import Config
from slabridge.web.server import Sites, app_of
from tests.patience import PATIENCE

PROXY = '\n[web]\nproxy = ["10.0.0.5"]\n'


@dataclass(frozen=True)
class Answer:
    """What a page answers."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        return orjson.loads(self.body)


class Pages:
    """The pages, as a proxy asks for them in the name of somebody."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        self.app = app_of(sites)

    def get(self, path: str, role: str = "all") -> Answer:
        return asyncio.run(self._get(path, role))

    def made(self, path: str, role: str = "all") -> Answer:
        """Return what a page answers when what it takes is made."""
        self.get(path, role)
        drafts = self.sites.drafts
        for _ in range(2):
            with drafts._changed:
                assert drafts._changed.wait_for(lambda: not drafts._jobs, PATIENCE)
            answer = self.get(path, role)
        return answer

    async def _get(self, path: str, role: str) -> Answer:
        path, _, query = path.partition("?")
        sent: list[dict[str, Any]] = []
        headers = [(b"host", b"sla.acme.com"), (b"x-forwarded-user", b"ann"), (b"x-slabridge-role", role.encode())]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("10.0.0.5", 1234),
            "server": ("sla.acme.com", 443),
        }

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:  # noqa: ANN401 - of ASGI
            sent.append(message)

        await self.app(scope, receive, send)
        begin = sent[0]
        found = {name.decode().lower(): value.decode() for name, value in begin["headers"]}
        return Answer(begin["status"], found, b"".join(one.get("body", b"") for one in sent[1:]))


@contextmanager
def pages_of(config: Config) -> Iterator[Pages]:
    """Give the pages of a configuration."""
    sites = Sites("proxy")
    try:
        sites.take({config.customer: config})
        yield Pages(sites)
    finally:
        sites.close()
