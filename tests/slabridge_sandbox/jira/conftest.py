"""A Jira over real HTTP: one server for the session, a new site behind it for every test."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
import requests
import uvicorn
from starlette.applications import Starlette

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.jira import Jira
from slabridge_sandbox.jira.site import Deployment
from tests.slabridge_sandbox.jira.client import NOW, OPENING, Client


@pytest.fixture(scope="session")
def _app() -> Iterator[tuple[Starlette, str]]:
    app = Starlette()
    with closing(socket.socket(proto=socket.IPPROTO_TCP)) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # who asks before it serves waits
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield app, "http://{}:{}".format(*listening.getsockname())
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def _session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@contextmanager
def _serving(
    app: Starlette, url: str, session: requests.Session, deployment: Deployment = "Cloud", context: str = ""
) -> Iterator[Client]:
    with closing(sqlite3.connect(":memory:", check_same_thread=False)) as db:
        clock = Clock(NOW)
        site = Jira(db, clock, deployment=deployment, context=context)
        site.create()
        app.router.routes = site.routes()
        auth = (site.credentials.email, site.credentials.token)
        yield Client(url + context, auth, site, clock, session, 3 if deployment == "Cloud" else 2)


@pytest.fixture
def jira(_app: tuple[Starlette, str], _session: requests.Session) -> Iterator[Client]:
    """An empty site, at NOW."""
    with _serving(*_app, _session) as client:
        yield client


@pytest.fixture
def three(jira: Client) -> Client:
    """Three issues: ITSM-1 resolved after a handover, ITSM-2 in work, ITSM-3 new and urgent."""
    _tell_three(jira)
    return jira


@pytest.fixture
def server(_app: tuple[Starlette, str], _session: requests.Session) -> Iterator[Client]:
    """The same three issues on a Data Center, below /jira."""
    with _serving(*_app, _session, "Server", "/jira") as client:
        _tell_three(client)
        yield client


def _tell_three(jira: Client) -> None:
    jira.story(
        "INC1",
        (-60, OPENING),
        (-50, {"state": "Active", "assignment_group": "Group 24", "assigned_to": "Resolver 13"}),
        (-20, {"state": "Resolved"}),
    )
    jira.story("INC2", (-40, OPENING), (-30, {"state": "Active", "assigned_to": "Resolver 14"}))
    jira.story("INC3", (-10, {**OPENING, "priority": "1 - Critical", "assignment_group": "Group 7", "category": None}))
