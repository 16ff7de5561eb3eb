"""The job against a sandbox: the example configuration, a state of its own, and what ought to come of it."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

import sync
from connectors.interface import Connector, NativeTicket
from sla_engine.instant import MINUTE, parse_instant
from slabridge.app.connect import connected
from slabridge.app.demo import example
from slabridge.app.messenger import messenger_of
from slabridge.config import Config, Connection, load_config
from slabridge.run.tally import Report, Tally
from slabridge.state import State
from slabridge.ticket.mapping import Mapper
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge.state.databases import empty
from tests.slabridge_sandbox.logs import history, write

TOOLS = {"snow": "servicenow", "jira": "jira"}
PERSON = "updated.by.21"
"""Somebody in the ServiceNow; all there have the same password."""
NOON = parse_instant("2016-03-01T12:00:00Z")


class Job:
    """What a cron job has: a configuration file and a state. `text` is the file, to be changed by a test.

    `place` is where the state is: a file in the folder, or the URL of a database.
    """

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.place = str(self.state_file)
        self.text = example()
        self.replace("https://acme.service-now.com", sandbox.servicenow.url)
        self.replace("https://acme.atlassian.net", sandbox.jira.url)
        for name in TOOLS:
            self.replace(f"[connections.{name}]\n", f'[connections.{name}]\nfirst_run = "post"\n')

    def replace(self, old: str, new: str) -> None:
        assert old in self.text, old
        self.text = self.text.replace(old, new)

    @property
    def path(self) -> Path:
        return self.folder / "config.toml"

    @property
    def state_file(self) -> Path:
        return self.folder / "slabridge.db"

    def config(self) -> Config:
        self.path.write_text(self.text, "utf-8")
        return load_config(self.path)

    def run(self, *, accept: bool = False) -> Report:
        config, state = self.config(), State.of(self.place)
        send = messenger_of(config)
        try:
            with connected(config) as connectors:
                return sync.run(config, connectors, state, accept=accept, send=send)
        finally:
            state.close()

    def rehearse(self) -> Report:
        config, state = self.config(), State.of(self.place, create=False)
        try:
            with connected(config) as connectors:
                return sync.rehearse(config, connectors, state)
        finally:
            state.close()

    def run_at(self, instant: int) -> Report:
        self.sandbox.move_to(instant)
        return self.run()

    def lose_state(self) -> None:
        if "://" in self.place:
            empty(sa.make_url(self.place))
            return
        for path in Path(self.place).parent.glob(f"{Path(self.place).name}*"):
            path.unlink()

    def writes(self) -> dict[str, int]:
        """Return the requests since the last call that wrote anything."""
        return {
            request: count
            for request, count in self.sandbox.requests(reset=True).items()
            if request.startswith(("PATCH", "PUT", "DELETE")) or request.endswith("/comment")
            if not request.startswith("GET")  # who reads comments
        }

    @contextmanager
    def connections(self) -> Iterator[list[tuple[Connection, Connector, list[NativeTicket]]]]:
        """Give every connection with all tickets of its filter, read anew and past the state."""
        with connected(self.config()) as pairs:
            yield [(c, tool, [t for page in tool.changed(None) for t in page.tickets]) for c, tool in pairs]

    def ticket(self, name: str, team: str) -> NativeTicket:
        """Return the ticket of a connection that a team holds, as the tool has it now."""
        with self.connections() as found:
            ((connection, _, natives),) = [one for one in found if one[0].name == name]
            (native,) = [n for n in natives if Mapper(connection).ticket(n).fields["team"] == (team,)]
            return native

    def edit(self, name: str, ticket: NativeTicket, **fields: object) -> None:
        """Let somebody change fields of a ticket."""
        endpoint = self.sandbox.servicenow if name == "snow" else self.sandbox.jira
        auth = (endpoint.user, endpoint.secret)
        if name == "snow":
            url = f"{endpoint.url}/api/now/table/incident/{ticket.id}"
            answer = requests.patch(url, json=fields, auth=auth, timeout=PATIENCE)
        else:
            names = requests.get(f"{endpoint.url}/rest/api/3/field", auth=auth, timeout=PATIENCE).json()
            ids = {field["name"]: field["id"] for field in names}
            url = f"{endpoint.url}/rest/api/3/issue/{ticket.id}"
            body = {"fields": {ids.get(field, field): value for field, value in fields.items()}}
            answer = requests.put(url, json=body, auth=auth, timeout=PATIENCE)
        assert answer.ok, answer.text

    def call(self, method: str, path: str, **fields: object) -> None:
        """Let somebody do something to a record of the ServiceNow."""
        url = f"{self.sandbox.servicenow.url}/api/now/table/{path}"
        answer = requests.request(method, url, json=fields, auth=(PERSON, "sandbox"), timeout=PATIENCE)
        assert answer.ok, answer.text

    def do(self, act: str, issue: str, **asked: object) -> None:
        """Let somebody do something to an issue of the Jira (docs/sandbox.md)."""
        url = f"{self.sandbox.jira.url}/sandbox/{act}"
        answer = requests.post(url, json={"by": "A person", "issue": issue, **asked}, timeout=PATIENCE)
        assert answer.ok, answer.text

    def unlink(self, issue: str, global_id: str) -> None:
        """Let somebody take a link to something elsewhere away from an issue."""
        endpoint = self.sandbox.jira
        url, auth = f"{endpoint.url}/rest/api/3/issue/{issue}/remotelink", (endpoint.user, endpoint.secret)
        answer = requests.delete(url, params={"globalId": global_id}, auth=auth, timeout=PATIENCE)
        assert answer.ok, answer.text

    def foreign(self, name: str, ticket: NativeTicket) -> dict[str, Any]:
        """Return all that stands on a ticket and is not ours."""
        endpoint = self.sandbox.servicenow if name == "snow" else self.sandbox.jira
        path = f"api/now/table/incident/{ticket.id}" if name == "snow" else f"rest/api/3/issue/{ticket.id}"
        answer = requests.get(f"{endpoint.url}/{path}", auth=(endpoint.user, endpoint.secret), timeout=PATIENCE).json()
        held = dict(answer["result"] if name == "snow" else answer["fields"])
        ours: tuple[str, ...] = ("u_sla_", "u_ola_", "sys_updated", "sys_mod_count", "updated", "comment")
        ours += tuple(f"customfield_{number}" for number in range(10051, 10059))
        return {field: value for field, value in held.items() if not field.startswith(tuple(ours))}


def alone(text: str) -> str:
    """Return a configuration in which nothing that is written depends on other tickets."""
    return text.replace('\nabove = ["sla"] ', "\n# ")


def tally(report: Report, name: str) -> Tally:
    (found,) = [one for one in report.tallies if one.connection == name]
    return found


def markers_on(ticket: NativeTicket) -> list[str]:
    """Return the keys of all comments of ours on a ticket, in order; one that stands there twice comes twice."""
    return sorted(marker for comment in ticket.comments for marker in comment.markers)


class Killed(BaseException):
    """What nothing contains, as a process that is killed."""


def small(folder: Path) -> SandboxOptions:
    """Return a sandbox where both tools have the same few incidents, at noon; a team's name tells which is which.

    Open: priority 1, begun at 10:00; at risk at 12:30, due at 14:00. Waiting: for its caller, since 11:00. Done:
    resolved at 11:30. Old: closed ten days ago.
    """
    lives = {
        "Open": (_opened("10:00", priority="1 - Critical"), {"incident_state": "Active", **_at("10:05")}),
        "Waiting": (_opened("10:30"), {"incident_state": "Awaiting User Info", **_at("11:00")}),
        "Done": (_opened("11:10"), {"incident_state": "Resolved", **_at("11:30")}),
        "Old": (
            _opened("08:00", day="2016-02-18"),
            {"incident_state": "Resolved", **_at("09:00", day="2016-02-18")},
            {"incident_state": "Closed", **_at("10:00", day="2016-02-20")},
        ),
    }
    histories = [
        history(number_of(tool, n), *updates, assignment_group=team, category="Software", **opened)
        for tool in TOOLS.values()
        for n, (team, (opened, *updates)) in enumerate(lives.items())
    ]
    return SandboxOptions(log=write(folder / "log.csv", *histories), share=0.5, start=NOON)


def _opened(time: str, day: str = "2016-03-01", **more: str) -> dict[str, str]:
    return {"opened_at": f"{day} {time}:00", **more}


def _at(time: str, day: str = "2016-03-01") -> dict[str, str]:
    return {"sys_updated_at": f"{day} {time}:00"}


def number_of(tool: str, n: int) -> str:
    """Return the n-th number that the sandbox, sharing by halves, gives to a tool."""
    numbers = (f"INC{number:07}" for number in range(1, 200))
    return [number for number in numbers if (_fraction(number) < 0.5) == (tool == "jira")][n]


def _fraction(number: str) -> float:
    return int(hashlib.md5(number.encode(), usedforsecurity=False).hexdigest()[:8], 16) / 2**32


SOON = NOON + 2 * MINUTE
"""When what was unclear at noon has settled."""
