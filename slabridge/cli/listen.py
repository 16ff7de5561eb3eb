"""Answering over HTTP while a daemon runs: `/metrics`, `/healthz`, `/readyz` (docs/daemon.md).

Whoever is slow, or many, is cut off, and never stands in the daemon's way.
"""

import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import typer

from slabridge.cli.each import report_bug

_TIME = 10.0
"""Seconds that a request may take in all, its answer included."""
_AT_ONCE = 32

Page = Callable[[str], tuple[int, str, bytes]]
"""Gives status, type and body, to who accepts these types."""


def address_of(text: str) -> tuple[str, int]:
    """Return host and port, as in 127.0.0.1:9464 or [::1]:9464.

    Raises:
        BadParameter: it is none.
    """
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise typer.BadParameter(f"{text!r} is no address; write 127.0.0.1:9464", param_hint="--listen")
    return host, int(port)


@contextmanager
def listening(address: tuple[str, int], pages: dict[str, Page]) -> Iterator[int]:
    """Answer at these paths while the block lasts; give the port.

    Raises:
        BadParameter: nobody can listen there.
    """
    try:
        server = _Server(address, pages)
    except OSError as error:
        where = f"{address[0]}:{address[1]}"
        raise typer.BadParameter(f"{where} cannot be listened at: {error.strerror}", param_hint="--listen") from error
    thread = threading.Thread(target=server.serve_forever, name="listen", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(socketserver.ThreadingTCPServer):
    """Answers so many requests at once, each in a thread; more are turned away."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], pages: dict[str, Page]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.pages = pages
        self._places = threading.Semaphore(_AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # the machine has no thread left
            self._places.release()
            raise

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, *_: object) -> None:
        """Say nothing where whoever asked has gone, or was cut off; else it is a bug."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            report_bug("", error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "slabridge"
    sys_version = ""

    def handle(self) -> None:
        """Answer one request, or cut it off."""
        cut = threading.Timer(_TIME, self._cut)
        cut.daemon = True
        cut.start()
        try:
            super().handle()
        finally:
            cut.cancel()

    def do_GET(self) -> None:
        page = self.server.pages.get(urlsplit(self.path).path)
        found = (404, "text/plain; charset=utf-8", b"there is /metrics, /healthz and /readyz\n")
        status, kind, body = found if page is None else page(self.headers.get("Accept", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - a name that http.server calls

    def log_message(self, *_: object) -> None:
        """Say nothing of who asks."""

    def _cut(self) -> None:
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has gone already
