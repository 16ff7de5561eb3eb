"""A proxy between a run and one tool: it passes everything on, and answers one request with trouble."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import requests

from tests.connectors.misbehaving import Handler, Server
from tests.patience import PATIENCE

_OF_ONE_HOP = {"connection", "content-encoding", "content-length", "transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the tool answered, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Exchange(Handler):
    """One request on its way to the tool, and the answer on its way back."""

    tool: str
    trouble: "Trouble"
    index: int
    numbers: Iterator[int]

    def do(self) -> None:
        """Pass it on; the one whose turn it is meets trouble."""
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if next(self.numbers) == self.index:
            self.trouble(self)
        else:
            self.answer(self.ask())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 - names that http.server calls

    def ask(self) -> Answer:
        """Let the tool do what is asked."""
        headers = {name: value for name, value in self.headers.items() if name.lower() not in {"host", *_OF_ONE_HOP}}
        came = requests.request(
            self.command,
            self.tool + self.path,
            headers=headers,
            data=self.sent,
            allow_redirects=False,
            timeout=PATIENCE,
        )
        kept = {name.title(): value for name, value in came.headers.items() if name.lower() not in _OF_ONE_HOP}
        return Answer(came.status_code, kept, came.content)

    def answer(self, answer: Answer) -> None:
        """Answer the run."""
        nothing = answer.status == requests.codes.no_content
        self.reply(answer.status, answer.body, {**answer.headers, **({"Content-Length": "0"} if nothing else {})})


Trouble = Callable[[Exchange], None]
"""Answers a request in another way than the tool would, whether it was passed on or not."""


@contextmanager
def proxy(tool: str, trouble: Trouble, index: int) -> Iterator[str]:
    """Give the address of a proxy to the tool at this address; its request number `index` meets trouble."""
    numbers = count()
    own = type("Own", (Exchange,), {"tool": tool, "trouble": staticmethod(trouble), "index": index, "numbers": numbers})
    with Server(("127.0.0.1", 0), own) as server:
        server.held = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.held.set()
            server.shutdown()
            thread.join()
