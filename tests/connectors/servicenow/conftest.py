import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import SecretStr

from connectors.http.credentials import BasicAuth
from connectors.http.session import Http
from connectors.interface import Cursor, NativeTicket
from connectors.servicenow.connector import ServiceNow
from connectors.servicenow.rate import RULES
from connectors.servicenow.settings import ServiceNowSettings
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.connectors.servicenow.instant import NOON
from tests.connectors.servicenow.scripted import Scripted, scripted_server
from tests.patience import PATIENCE

__all__ = ["NOON"]

COLUMNS = (
    *("number", "incident_state", "priority", "assignment_group", "assigned_to", "caller_id"),
    *("opened_at", "sys_updated_at", "sys_updated_by"),
)


def story(number: str, *states: tuple[str, str, str, str]) -> list[list[str]]:
    """Return the rows of one incident: (time on 2 March, state, group, person who is assigned)."""
    opened = f"2026-03-02 {states[0][0]}"
    return [
        [number, state, "3 - Moderate", group, person, "Carla Caller", opened, f"2026-03-02 {at}", "Ed Editor"]
        for at, state, group, person in states
    ]


LOG = [
    *story(
        "INC0000001",
        ("08:00:00", "New", "Service Desk", ""),
        ("08:05:00", "Active", "Service Desk", "Ada Agent"),
        ("08:30:00", "Active", "Network", ""),
        ("09:00:00", "Awaiting User Info", "Network", "Bo Agent"),
        ("10:00:00", "Resolved", "Network", "Bo Agent"),
    ),
    *story("INC0000002", ("08:00:00", "New", "Service Desk", ""), ("10:00:00", "Active", "Network", "")),
    *story("INC0000003", ("08:00:00", "New", "Network", ""), ("10:00:00", "Active", "Network", "Bo Agent")),
    *story("INC0000004", ("08:00:00", "New", "Database", "")),
    *story("INC0000005", ("10:00:00", "New", "Database", "")),
]


class Recording(Http):
    """Does not sleep, and keeps what was asked."""

    def __init__(self, settings: ServiceNowSettings) -> None:
        super().__init__(settings.name, settings.auth, rules=RULES, timeout=(PATIENCE, PATIENCE), sleep=lambda _: None)
        self.asked: list[tuple[str, str]] = []

    def request(  # type: ignore[override]
        self,
        method: str,
        url: str,
        **kwargs: Any,  # noqa: ANN401 - those of requests
    ) -> requests.Response:
        query = (kwargs.get("params") or {}).get("sysparm_query", "")
        table = url.rpartition("/table/")[2].partition("/")[0] if "/table/" in url else "batch"
        self.asked.append((f"{method} {table}", query))
        return super().request(method, url, **kwargs)


Connect = Callable[..., ServiceNow]


@dataclass
class People:
    """What people do, by the Table API: each signs in as who they are."""

    url: str
    secret: str
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, *, by: str = "ed.editor", body: object = None, **params: str) -> Any:  # noqa: ANN401 - JSON
        response = self.session.request(
            method,
            f"{self.url}/api/now/table/{path}",
            json=body,
            params=params,
            auth=(by, self.secret),
            timeout=PATIENCE,
        )
        response.raise_for_status()
        return response.json()["result"]

    def find(self, table: str, **fields: str) -> str:
        query = "^".join(f"{name}={value}" for name, value in fields.items())
        return str(self.ask("GET", table, sysparm_query=query)[0]["sys_id"])

    def edit(self, number: str, *, by: str = "ed.editor", **fields: str) -> None:
        self.ask("PATCH", f"incident/{self.find('incident', number=number)}", by=by, body=fields)

    def notes(self, number: str) -> list[tuple[str, str]]:
        found = self.ask("GET", "sys_journal_field", sysparm_query=f"element_id={self.find('incident', number=number)}")
        return [(row["element"], row["value"]) for row in found]


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    log = tmp_path_factory.mktemp("log") / "log.csv"
    with log.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *LOG])
    return log


@pytest.fixture(scope="session")
def still_box(log: Path) -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(log=log, share=0.0, start=NOON), in_process=True) as box:
        yield box


@pytest.fixture
def box(log: Path) -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(log=log, share=0.0, start=NOON), in_process=True) as box:
        yield box


@pytest.fixture
def people(box: Sandbox) -> Iterator[People]:
    people = People(box.servicenow.url, box.servicenow.secret)
    with people.session:
        yield people


@pytest.fixture
def tool() -> Iterator[Scripted]:
    with scripted_server() as tool:
        yield tool


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Return a way to connect: to `url`, with these settings."""
    with ExitStack() as stack:

        def connect(url: str, **settings: Any) -> ServiceNow:  # noqa: ANN401 - any of its settings
            made = ServiceNowSettings(
                **{
                    "name": "snow",
                    "url": url,
                    "auth": BasicAuth("slabridge", SecretStr("sandbox")),
                    "fields": ("state", "assignment_group", "assigned_to"),
                    "written": ("u_sla_due", "u_sla_status"),
                    "created": "opened_at",
                    **settings,
                }
            )
            connector = ServiceNow(made, Recording(made))
            stack.callback(connector.close)
            return connector

        yield connect


@pytest.fixture
def still(still_box: Sandbox, connect: Connect) -> Connect:
    """Return a way to connect to a sandbox in which nobody changes anything."""
    return lambda **settings: connect(still_box.servicenow.url, **settings)


@pytest.fixture
def snow(box: Sandbox, connect: Connect) -> Connect:
    """Return a way to connect to the sandbox with these settings."""
    return lambda **settings: connect(box.servicenow.url, **settings)


def tickets(connector: ServiceNow, cursor: Cursor | None = None) -> list[NativeTicket]:
    """Read to the end."""
    return [ticket for page in connector.changed(cursor) for ticket in page.tickets]


def asked(connector: ServiceNow) -> list[tuple[str, str]]:
    """Return what a connector asked: ("GET incident", the encoded query)."""
    assert isinstance(connector.http, Recording)
    return connector.http.asked
