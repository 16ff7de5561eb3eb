"""Those who receive messages, over real connections: a webhook, and a mail server."""

import json
import socket
import struct
import threading
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

from aiosmtpd.controller import Controller

from tests.patience import PATIENCE

Behaviour = Literal["takes", "fails", "takes and hangs up", "takes and resets", "takes and says nothing", "redirects"]


@dataclass
class Webhook:
    """A server that keeps what it is sent; `behaves` says what it does with it."""

    address: str = ""
    behaves: Behaviour = "takes"
    got: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.got]


@contextmanager
def webhook() -> Iterator[Webhook]:
    found = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked += 1
            body = self.rfile.read(int(self.headers["content-length"]))
            if found.behaves.startswith("takes"):
                found.got.append(json.loads(body))
            if found.behaves == "takes and says nothing":
                found.over.wait(PATIENCE)
            if found.behaves in {"takes and hangs up", "takes and resets", "takes and says nothing"}:
                if found.behaves == "takes and resets":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.connection.close()
                self.close_connection = True
                return
            self.send_response({"takes": 200, "fails": 503, "redirects": 307}[found.behaves])
            if found.behaves == "redirects":
                self.send_header("Location", f"http://127.0.0.1:{server.server_address[1]}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.address = f"json://hook:s3cret-of-hook@127.0.0.1:{server.server_address[1]}/"
    try:
        yield found
    finally:
        found.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """A mail server that keeps what it is sent; `answer` is what it says at the end of a message ("": it hangs up)."""

    address: str = ""
    answer: str = "250 OK"
    got: list[Message] = field(default_factory=list)

    async def handle_DATA(self, server: Any, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
        if self.answer in {"", "250 OK"}:
            self.got.append(message_from_bytes(envelope.content, policy=default))
        if not self.answer:
            server.transport.abort()
        return self.answer


class _AnyPort(Controller):
    """A mail server at a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    found = Mailbox()
    controller = _AnyPort(found, hostname="127.0.0.1", port=0)
    controller.start()
    found.address = f"mailto://127.0.0.1:{controller.port}?from=slabridge@acme.com&to=duty@acme.com&mode=insecure"
    try:
        yield found
    finally:
        controller.stop()
