"""An instance on loopback whose tables answer by script, alone and within batches; without a script they are empty."""

import base64
import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from tests.connectors.misbehaving import Handler, Server, Step, answer
from tests.connectors.servicenow.instant import NOON

DATE = formatdate(NOON / 1000, usegmt=True)
BATCH = "batch"


@dataclass(frozen=True)
class Asked:
    """One request: to which table, with which parameters; `inside` a batch or not."""

    method: str
    table: str
    url: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    inside: bool = False
    body: Any = None


@dataclass
class Scripted:
    """`scripts` are the answers to come by table (or `batch`), `asked` what was."""

    url: str
    scripts: dict[str, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    asked: list[Asked] = field(default_factory=list)

    def will(self, **scripts: list[Step]) -> None:
        for table, steps in scripts.items():
            self.scripts[table].extend(steps)

    def of(self, table: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.table == table]

    @property
    def calls(self) -> list[Asked]:
        return [asked for asked in self.asked if not asked.inside]


def rows(*found: Mapping[str, Any], count: int | None = None, **headers: str) -> Step:
    """Answer with these rows; `count` is given as the total, -1 not at all."""
    total = {} if count == -1 else {"X_Total_Count": str(len(found) if count is None else count)}
    return answer(200, {"result": list(found)}, **{"Date": DATE, **total, **headers})


NOTHING = rows()


class _Inner:
    """Takes the answer to a request within a batch."""

    def __init__(self) -> None:
        self.status = 0
        self.body = b""
        self.headers: Mapping[str, str] = {}

    def reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.status, self.body, self.headers = status, body, headers


class _Handler(Handler):
    scripted: Scripted

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = _asked(self.command, self.path, dict(self.headers), json.loads(body) if body else None)
        self.scripted.asked.append(asked)
        script = self.scripted.scripts[asked.table]
        if asked.table == BATCH and not script:
            self._batch(asked.body)
        else:
            (script.popleft() if script else NOTHING)(self)

    do_GET = do_POST = do_PUT = do_PATCH = do  # noqa: N815 - names that http.server calls

    def _batch(self, document: Any) -> None:  # noqa: ANN401 - JSON
        served, left = [], []
        for request in document["rest_requests"]:
            body = json.loads(base64.b64decode(request["body"])) if "body" in request else None
            asked = _asked(request["method"], request["url"], {}, body, inside=True)
            self.scripted.asked.append(asked)
            script, inner = self.scripted.scripts[asked.table], _Inner()
            step = script.popleft() if script else NOTHING
            if step is unserviced:
                left.append(request["id"])
                continue
            step(cast("Handler", inner))  # it has all that a step asks of one
            served.append(
                {
                    "id": request["id"],
                    "status_code": inner.status,
                    "body": base64.b64encode(inner.body).decode(),
                    "headers": [{"name": name, "value": value} for name, value in inner.headers.items()],
                }
            )
        answer(200, {"serviced_requests": served, "unserviced_requests": left}, Date=DATE)(self)


def unserviced(_: Handler) -> None:
    """Stand for leaving the request of a batch out: the batch knows it and does not call it."""
    raise AssertionError("only a request within a batch can be left out")


def _asked(method: str, url: str, headers: Mapping[str, str], body: Any, *, inside: bool = False) -> Asked:  # noqa: ANN401 - JSON
    parts = urlsplit(url)
    table = parts.path.partition("/table/")[2].partition("/")[0] or BATCH
    params = {name: values[0] for name, values in parse_qs(parts.query).items()}
    return Asked(method, table, url, params, headers, inside, body)


@contextmanager
def scripted_server() -> Iterator[Scripted]:
    own = type("Own", (_Handler,), {})
    with Server(("127.0.0.1", 0), own) as server:
        assert isinstance(server, ThreadingHTTPServer)
        server.held = threading.Event()
        own.scripted = Scripted(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield own.scripted  # type: ignore[attr-defined]
        finally:
            server.held.set()
            server.shutdown()
            thread.join()
