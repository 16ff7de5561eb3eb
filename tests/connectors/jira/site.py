"""A Jira on loopback: the sandbox's, in the hands of a test, and one that answers by script."""

import asyncio
import atexit
import json
import re
import socket
import sqlite3
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import NativeTicket, Page
from connectors.jira.connector import Jira
from connectors.jira.rate import RULES
from connectors.jira.settings import JiraSettings
from slabridge_sandbox.clock import Clock
from slabridge_sandbox.jira import Jira as SandboxJira
from slabridge_sandbox.jira.people import ACTS
from slabridge_sandbox.jira.site import Deployment
from slabridge_sandbox.story import Event

NOW = 1_772_524_800_000
"""2026-03-03T08:00:00Z."""
SECOND = 1_000
MINUTE = 60 * SECOND
FIELDS = ("status", "Priority", "Team", "assignee", "labels")
WRITTEN = ("SLA status", "SLA due", "SLA holder")


class Sent(NamedTuple):
    """A request that a site got."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any


@dataclass
class Here:
    """The sandbox's Jira. `calls` counts requests by method and path, without ids."""

    sandbox: SandboxJira
    clock: Clock
    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens once, before the next request to a path is answered."""
    connected: list[Jira] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held while the site works: what we read ahead may be asked for while a test lets people act."""

    def connect(self, **settings: Any) -> Jira:  # noqa: ANN401 - those of JiraSettings
        given: dict[str, Any] = {"fields": FIELDS, "written": WRITTEN, **settings}
        user, secret = astuple(self.sandbox.credentials)
        auth = BasicAuth(user, SecretStr(secret))
        return self._keep(JiraSettings(name="jira", url=self.url, **{"auth": auth, **given}))

    def _keep(self, settings: JiraSettings) -> Jira:
        http = Http(settings.name, settings.auth, rules=RULES, timeout=settings.timeout, sleep=lambda _: None)
        self.connected.append(Jira(settings, http))
        return self.connected[-1]

    def open(self, story: str, *, at: int | None = None, **changes: str) -> str:
        """Let somebody open a ticket, and return its id."""
        begun = {"state": "New", "priority": "3 - Moderate", "assignment_group": "Desk", "caller": "Cara", **changes}
        self._happen(story, at, begun, opens=True)
        return self.id_of(story)

    def change(self, story: str, *, at: int | None = None, **changes: str | None) -> None:
        self._happen(story, at, changes, opens=False)

    def _happen(self, story: str, at: int | None, changes: Mapping[str, str | None], *, opens: bool) -> None:
        at = self.clock.now if at is None else at
        with self.lock:
            self.sandbox.apply([Event(at=at, story=story, seq=1, by="Alice", changes=changes, opens=opens)])

    def id_of(self, story: str) -> str:
        return str(self._one("SELECT id FROM issues WHERE story = ?", story))

    def comment(self, story: str, by: str, *, kind: str = "atlassian", internal: bool = False) -> None:
        """Let somebody comment on a ticket, now."""
        site = self.sandbox.site
        with self.lock, site.transaction():
            author = site.names.account(by, kind)
            properties = json.dumps({"sd.public.comment": {"internal": True}} if internal else {})
            body = json.dumps({"type": "doc", "version": 1, "content": []})
            next_id = self._one("SELECT ifnull(max(id), 9999) + 1 FROM comments WHERE 1 = ?", 1)
            row = (next_id, self.id_of(story), author, author, self.clock.now, self.clock.now, body, None, properties)
            site.db.execute("INSERT INTO comments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def delete(self, story: str) -> None:
        self.act("delete", issue=self.id_of(story))

    def act(self, name: str, **asked: Any) -> Any:  # noqa: ANN401 - JSON
        """Let somebody do what a POST below /sandbox/ would."""
        with self.lock:
            return ACTS[name](self.sandbox.site, asked)

    def _one(self, sql: str, value: str | int) -> Any:  # noqa: ANN401 - a column
        with self.lock:
            return self.sandbox.site.db.execute(sql, (value,)).fetchone()[0]

    def account(self, name: str) -> str:
        return self.sandbox.site.names.account(name)


def tickets(pages: Iterator[Page]) -> dict[str, NativeTicket]:
    return {ticket.id: ticket for page in pages for ticket in page.tickets}


def read(pages: Iterator[Page]) -> tuple[list[str], Any]:
    """Return the ids that pages hold, and the last cursor."""
    found, cursor = [], None
    for page in pages:
        found += [ticket.id for ticket in page.tickets]
        cursor = json.loads(json.dumps(page.cursor))
    return found, cursor


@contextmanager
def sandbox(deployment: Deployment = "Cloud", context: str = "") -> Iterator[Here]:
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as db:
        clock = Clock(NOW)
        here = Here(SandboxJira(db, clock, deployment=deployment, context=context), clock)
        here.sandbox.create()
        app = Starlette(routes=here.sandbox.routes())

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            path = re.sub(r"^.*/rest/api/[23]/", "", scope["path"])
            pattern = "/".join("*" if part[:1].isdigit() else part for part in path.split("/"))
            here.calls[f"{scope['method']} {pattern}"] += 1
            here.before.pop(pattern, lambda: None)()
            body = await _body(receive)
            query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
            here.sent.append(Sent(scope["method"], scope["path"], query, json.loads(body) if body else None))
            answer: list[Message] = []
            with here.lock:  # nothing below waits
                await app(scope, _given(body), _kept(answer))
            date = formatdate(clock.now // 1000, usegmt=True).encode()
            answer[0]["headers"] = [*answer[0]["headers"], (b"date", date)]
            for message in answer:
                await send(message)

        with serving(counted) as url:
            here.url = url + context
            yield here
            for jira in here.connected:
                jira.close()


async def _body(receive: Receive) -> bytes:
    sent = b""
    while (message := await receive())["type"] == "http.request":
        sent += message["body"]
        if not message["more_body"]:
            break
    return sent


def _given(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _kept(messages: list[Message]) -> Send:
    async def send(message: Message) -> None:
        messages.append(message)

    return send


@dataclass
class Scripted:
    """Answers each path, or method and path, with the next of its answers, the last one again and again.

    `asked` holds the bodies sent.
    """

    url: str = ""
    answers: dict[str, list[object]] = field(default_factory=dict)
    asked: defaultdict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    queries: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    methods: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    date: int | None = NOW

    def connect(self, **settings: Any) -> Jira:  # noqa: ANN401 - those of JiraSettings
        given = {"fields": ("status", "components"), **settings}
        auth = BasicAuth("me@example.com", SecretStr("token"))
        http = Http("jira", auth, rules=RULES, sleep=lambda _: None)
        return Jira(JiraSettings(name="jira", url=self.url, auth=auth, **given), http)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = re.sub(r"^/rest/api/[23]/", "", scope["path"])
        sent = await _body(receive)
        self.queries[path].append(scope["query_string"].decode())
        self.methods[path].append(scope["method"])
        self.asked[path].append(json.loads(sent) if sent else None)
        by_method = self.answers.get(f"{scope['method']} {path}")
        queue = by_method or self.answers.get(path, [(404, {"errorMessages": ["not in the script"]})])
        given = queue.pop(0) if len(queue) > 1 else queue[0]
        status, body, *more = given if isinstance(given, tuple) else (200, given)
        kind = b"text/html" if isinstance(body, str) else b"application/json"
        headers = [(b"content-type", kind)]
        headers += [(name.encode(), text.encode()) for one in more for name, text in one.items()]
        if self.date is not None:
            headers.append((b"date", formatdate(self.date // 1000, usegmt=True).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        text = "" if status == 204 else body if isinstance(body, str) else json.dumps(body)
        await send({"type": "http.response.body", "body": text.encode()})


@contextmanager
def scripted(**answers: object) -> Iterator[Scripted]:
    """Serve a script; it knows serverInfo, myself and two fields by itself."""
    usual: dict[str, list[object]] = {
        "serverInfo": [{"deploymentType": "Cloud", "versionNumbers": [1001, 0, 0]}],
        "myself": [{"accountId": "me"}],
        "field": [[
            {"id": "status", "name": "Status", "schema": {"type": "status", "system": "status"}},
            {"id": "components", "name": "Components",
             "schema": {"type": "array", "items": "component", "system": "components"}},
            {"id": "customfield_1", "name": "Due", "schema": {"type": "datetime", "custom": "x:datetime"}},
            {"id": "customfield_2", "name": "Note", "schema": {"type": "string", "custom": "x:textfield"}},
        ]],
        "changelog/bulkfetch": [{"issueChangeLogs": []}],
        "GET issue/1": [{"id": "1", "key": "OPS-1", "fields": {"issuetype": {"id": "10004"}}}],
    }  # fmt: skip
    script = Scripted(answers={**usual, **{path: list(given) for path, given in answers.items()}})  # type: ignore[call-overload]
    with serving(script) as script.url:
        yield script


def issue(id_: str, updated: int = NOW - MINUTE, **fields: object) -> dict[str, Any]:
    """Return a payload."""
    stamps = {"created": stamp(NOW - 10 * MINUTE), "updated": stamp(updated)}
    project = {"key": "OPS", "projectTypeKey": "service_desk"}
    return {"id": id_, "key": f"OPS-{id_}", "fields": {**stamps, "project": project, **fields}}


def row(id_: str, updated: int = NOW - MINUTE) -> dict[str, Any]:
    """Return what a search gives."""
    return {"id": id_, "fields": {"updated": stamp(updated)}}


def stamp(at: int) -> str:
    """Return an instant as Jira writes it."""
    local = datetime.fromtimestamp(at / 1000, timezone(timedelta(hours=8)))
    return local.strftime(f"%Y-%m-%dT%H:%M:%S.{at % 1000:03}%z")


class Stage:
    """A server on loopback, started once, that hands requests to what is on: starting takes longer than a test."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        self._listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen()
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        config = uvicorn.Config(
            self._play, interface="asgi3", lifespan="off", access_log=False, log_level="error", date_header=False
        )
        self._server = uvicorn.Server(config)
        serve = self._server.serve([self._listening])
        self._thread = threading.Thread(target=lambda: asyncio.run(serve), daemon=True)
        self._thread.start()
        atexit.register(self._close)

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def _close(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._listening.close()


@cache
def stage() -> Stage:
    return Stage()


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an app while the block lasts, and give its address."""
    on = stage()
    on.app = app
    try:
        yield on.url
    finally:
        on.app = None
