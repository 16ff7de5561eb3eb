"""What stands between the program and the tools: it lets planted credentials through, or says them aloud.

Who comes with a planted credential is forwarded to the sandbox under the sandbox's own account.
"""

import base64
import html
import json
import os
import signal
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, quote_plus, unquote_plus, urlsplit

import requests

from slabridge_sandbox.options import Endpoint
from tests.faults.forked import fork, wait
from tests.patience import PATIENCE

ACCESS = 'Pl4nted-access-&"<%+'
"""An access token that the gate gives."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the gate answers to a call: status, content type, what it makes of the credentials, and headers."""

    status: int = 200
    kind: str = "application/json"
    body: Callable[[str], str] = str
    headers: Callable[[str], Mapping[str, str]] = lambda _: {}
    cut: bool = False
    reset: bool = False
    hang: int = 0
    """the descriptor to write to before it waits for ever"""
    tokens: bool = False
    """whether it does the same to who asks for a token, who else gets one"""


def _message(said: str) -> str:
    return json.dumps({"error": {"message": said, "detail": said}, "errorMessages": [said], "status": "failure"})


def _page(said: str) -> str:
    return f"<html><title>{html.escape(said)}</title><body>{said}</body></html>"


def _plain_page(said: str) -> str:
    return f"<html><title>{said}</title><input type=password></html>"


ALOUD: Mapping[str, Behaviour] = {
    **{f"{status} with a message": Behaviour(status, body=_message) for status in (400, 401, 403, 404, 429, 500, 503)},
    "no token, with a message": Behaviour(
        400, body=lambda said: json.dumps({"error": said, "error_description": said}), tokens=True
    ),
    "no token, with a page": Behaviour(500, "text/html", _page, tokens=True),
    "a page of 500": Behaviour(500, "text/html", _page),
    "a page of 200": Behaviour(200, "text/html", _plain_page),
    "a cut answer": Behaviour(200, body=lambda said: json.dumps({"result": [said] * 50}), cut=True),
    "broken JSON": Behaviour(200, body=lambda said: f'{{"result": "{said}'),
    "an error inside": Behaviour(200, body=lambda said: json.dumps({"result": [], "error": {"message": said}})),
    "data of another shape": Behaviour(200, body=lambda said: json.dumps({"result": said, "values": said, said: said})),
    "a text": Behaviour(200, body=json.dumps),
    "a redirect": Behaviour(
        302, headers=lambda said: {"Location": f"https://u:{quote(said)}@{quote(said)}.example/?{quote(said)}"}
    ),
    "headers": Behaviour(429, headers=lambda said: {"RateLimit-Reason": said, "Retry-After": said, "Date": said}),
    "a reset": Behaviour(reset=True),
}
"""Answers that have the caller's credentials in them, as tools in debug mode and proxies give."""


@contextmanager
def gate(tools: Mapping[str, Endpoint], behaviour: Behaviour | None = None) -> Iterator[str]:
    """Give the address of a gate in a process of its own; without behaviour it forwards."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        pid = fork(lambda: _serve(listening, tools, behaviour))
        try:
            yield "http://{}:{}".format(*listening.getsockname())
        finally:
            os.kill(pid, signal.SIGKILL)
            wait(pid)


def _serve(listening: socket.socket, tools: Mapping[str, Endpoint], behaviour: Behaviour | None) -> None:
    class Handler(_Handler):
        pass

    Handler.tools, Handler.behaviour, Handler.seen = tools, behaviour, Counter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.serve_forever()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out in one piece, without Nagle's delay
    tools: Mapping[str, Endpoint]
    behaviour: Behaviour | None
    seen: Counter[str]

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path
        behaviour = self.behaviour
        if "token" in path and (behaviour is None or not behaviour.tokens):
            self._send(200, "application/json", json.dumps({"access_token": ACCESS, "expires_in": 1799}))
        elif behaviour is None:
            self._forward(body)
        else:
            self._say(behaviour, self._credentials(body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _credentials(self, body: bytes) -> str:
        """Return what was sent to prove who calls, in two of the forms in which it could come back.

        They take turns, because no more than the beginning of an answer is shown.
        """
        names = ("Authorization", "x-sn-apikey", "Proxy-Authorization")
        said = [self.headers[name] for name in names if name in self.headers]
        plain = [*said, *map(_decoded, said)]
        if "token" in self.path:
            said.append(body.decode())
            plain.append(unquote_plus(body.decode()))
        said += plain
        said += [form(one.rpartition(" ")[2]) for one in plain for form in (quote, quote_plus, html.escape, json.dumps)]
        if not said:
            return "nothing"
        self.seen[said[0]] += 1
        first = 2 * (self.seen[said[0]] % len(said))
        return " and ".join((said * 3)[first : first + 2]).replace("\n", " ")

    def _say(self, behaviour: Behaviour, said: str) -> None:
        if behaviour.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        if behaviour.hang:
            os.write(behaviour.hang, b".")
            threading.Event().wait()
        headers = {
            name: value.encode("latin-1", "replace").decode("latin-1")
            for name, value in behaviour.headers(said).items()
        }
        self._send(behaviour.status, behaviour.kind, behaviour.body(said), headers, cut=behaviour.cut)

    def _send(
        self, status: int, kind: str, body: str, headers: Mapping[str, str] | None = None, *, cut: bool = False
    ) -> None:
        content = body.encode()
        self.send_response_only(status, "No")
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = cut

    def _forward(self, body: bytes) -> None:
        tool = self.tools["jira" if self.path.startswith("/rest") else "servicenow"]
        given = {name: value for name, value in self.headers.items() if name.lower() in {"content-type", "accept"}}
        if "Pl4nted" not in _decoded(self.headers.get("Authorization") or self.headers.get("x-sn-apikey") or ""):
            self._send(401, "application/json", _message("User Not Authenticated"))
            return
        answer = requests.request(
            self.command,
            tool.url + self.path,
            data=body,
            headers=given,
            auth=(tool.user, tool.secret),
            timeout=PATIENCE,
        )
        self.send_response_only(answer.status_code)
        for name in {"Content-Type", "Date", "X-Total-Count", "Link"} & answer.headers.keys():
            self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)


def _decoded(header: str) -> str:
    scheme, _, rest = header.partition(" ")
    return base64.b64decode(rest).decode() if scheme == "Basic" else header
