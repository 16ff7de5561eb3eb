"""A server on loopback that answers by script, one step per request, and keeps what it was sent."""

import json
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from connectors.http.session import Http
from tests.patience import PATIENCE

Step = Callable[["Handler"], None]


def answer(status: int = 200, body: object = None, **headers: str) -> Step:
    """Answer with JSON; an underscore in a header's name stands for a hyphen."""
    return raw(status, b"{}" if body is None else json.dumps(body).encode(), **headers)


def raw(status: int, body: bytes, **headers: str) -> Step:
    def step(handler: "Handler") -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        handler.reply(status, body, {"Content-Type": "application/json", **named})

    step.__name__ = " ".join([str(status), body[:12].decode(errors="replace"), *headers.values()])  # names the test
    return step


def reset(handler: "Handler") -> None:
    """Break the connection off after the request was read."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def cut(handler: "Handler") -> None:
    """Promise more bytes than come."""
    handler.reply(200, b'{"result": [', {"Content-Type": "application/json", "Content-Length": "400"})
    handler.close_connection = True


def slow(handler: "Handler") -> None:
    """Keep silent for longer than the client waits (`patient`)."""
    handler.server.held.wait(PATIENCE)  # type: ignore[attr-defined]
    handler.close_connection = True


def drip(before: bytes, again: bytes) -> Step:
    """Send these bytes, then the others again and again, with a little time in between, until the client hangs up."""

    def step(handler: "Handler") -> None:
        handler.close_connection = True
        with suppress(OSError):
            handler.connection.sendall(before)
            while not handler.server.held.wait(0.01):  # type: ignore[attr-defined]
                handler.connection.sendall(again)

    step.__name__ = f"drip {before[-20:]!r} {again!r}"
    return step


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Misbehaving:
    """`script` holds the steps to come, `seen` the requests that came."""

    url: str
    script: deque[Step] = field(default_factory=deque)
    seen: list[Request] = field(default_factory=list)
    began: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def will(self, *steps: Step) -> None:
        self.script.extend(steps)

    def was_asked(self) -> None:
        """Return when a request came that nobody was told of yet."""
        assert self.began.acquire(timeout=PATIENCE), "nobody asked"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    misbehaving: Misbehaving

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.misbehaving.seen.append(Request(self.command, self.path, dict(self.headers), body))
        step = self.misbehaving.script.popleft()
        self.misbehaving.began.release()
        step(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = do  # noqa: N815 - names that http.server calls

    def reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in {
            "Date": self.date_time_string(time.time()),
            "Content-Length": str(len(body)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    held: threading.Event

    def handle_error(self, *_: object) -> None:
        """Keep quiet: clients that hang up are the point."""


@contextmanager
def misbehaving_server(tls: ssl.SSLContext | None = None) -> Iterator[Misbehaving]:
    own = type("Own", (Handler,), {})
    with Server(("127.0.0.1", 0), own) as server:
        server.held = threading.Event()
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        own.misbehaving = Misbehaving(f"{scheme}://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield own.misbehaving  # type: ignore[attr-defined]
        finally:
            server.held.set()
            server.shutdown()
            thread.join()


@contextmanager
def patient(http: Http, server: Misbehaving) -> Iterator[None]:
    """Let a client wait as long as it takes, but for an answer that is `slow`: for that a moment only."""
    sleep = http._gate.sleep

    def paused(seconds: float) -> None:
        server.was_asked()
        http.timeout = (PATIENCE, PATIENCE)
        sleep(seconds)

    soon = 0.2 if slow in server.script else PATIENCE
    with mock.patch.multiple(http, timeout=(PATIENCE, soon), _gate=replace(http._gate, sleep=paused)):
        yield
