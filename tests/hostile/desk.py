"""A service desk where every name and every text is hostile, and all that the program prints of it."""

import csv
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import requests

from connectors.http.session import Http
from sla_engine.instant import HOUR
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from slabridge_sandbox.request_log import LoggedRequest
from tests.hostile.program import Printed, call
from tests.hostile.texts import MARKER, TEXTS
from tests.patience import PATIENCE
from tests.slabridge.run.job import NOON, TOOLS, Job, number_of
from tests.slabridge_sandbox.logs import COLUMNS, history

PERSON = ("updated.by.21", "sandbox")
SECRETS = {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token"}


@dataclass(frozen=True, slots=True)
class Day:
    """What came of it: all that was printed, asked and sent."""

    job: Job
    printed: list[Printed]
    visits: dict[str, list[LoggedRequest]]
    sent: list[tuple[str, str, Any]]
    """Method, path and JSON of what the connectors sent."""

    def of(self, command: str) -> list[Printed]:
        """Return what a command printed, each time that it ran."""
        return [printed for printed in self.printed if printed.command.startswith(command)]


@contextmanager
def spent(folder: Path, place: str) -> Iterator[Day]:
    """Give a day on which people do their worst, and every command runs; the state is at `place`.

    With a PostgreSQL state it runs fewer of them: what they print is the same there.
    """
    with ExitStack() as stack:
        stack.callback(csv.field_size_limit, csv.field_size_limit(2_000_000))
        sandbox = stack.enter_context(Sandbox(_world(folder), in_process=True))
        day = Day(Job(folder, sandbox), [], {}, [])
        stack.enter_context(mock.patch.dict(os.environ, {**SECRETS, "COLUMNS": "200"}))
        stack.enter_context(_watched(day.sent))
        day.job.replace('state = "slabridge.db"', f'state = "{place}"')
        day.job.replace('name = "Standard service"', r'name = "[red]\u001b[31m{{7*7}} [slabridge x] \u202e^OR"')
        day.job.text = day.job.text.replace('breached = "Breached"', 'breached = "=cmd|x ^OR"', 1)  # of ServiceNow
        for name in TOOLS:
            day.job.replace(f"\n[connections.{name}]\n", f'\n[connections.{name}]\nunmapped = "keep"\n')
            day.job.text += f'\n[connections.{name}.values.team]\nnobody = ["no such team"]\n'
        day.job.config()
        _spend(day, every="://" not in place)
        yield day


def _spend(day: Day, *, every: bool) -> None:
    _plan(day)
    _call(day, "run", SLABRIDGE_LOG_FORMAT="console")
    _people(day.job)
    day.job.sandbox.move_to(NOON + 3 * HOUR)
    _plan(day)
    _call(day, "run", "--json", SLABRIDGE_LOG_FORMAT="json")
    _call(day, "run", SLABRIDGE_LOG_FORMAT="console")
    for json in ((), ("--json",)):  # what the second run replaced is what people had typed
        _call(day, "revert", "--run", "2", *json)
    for key in keys()[: len(TEXTS) : 1 if every else 8]:
        _call(day, "explain", key)
    for key in keys()[len(TEXTS) :: 4 if every else 16]:
        _call(day, "explain", key, "--json")
    for json in ((), ("--json",)):
        _call(day, "status", "--quarantine", *json)
        if every:
            _call(day, "compare", "--all", *json)
            _call(day, "validate", *json)
    if every:
        day.job.replace('P1 = "15m"', 'P1 = "16m"')
        day.job.config()
        _call(day, "reevaluate", "--from", "2016-02-01", "--to", "2016-04-01")
        _call(day, "reevaluate", "--from", "2016-02-01", "--to", "2016-04-01", "--json")
    day.visits.update({tool: day.job.sandbox.log(tool) for tool in TOOLS.values()})


def _plan(day: Day) -> None:
    _call(day, "plan")
    _call(day, "plan", "--json")


def _call(day: Day, *arguments: str, **environment: str) -> None:
    environment = {"SLABRIDGE_LOG_LEVEL": "debug", **environment}
    day.printed.append(call(*arguments, "--config", str(day.job.path), environment=environment))


def keys() -> list[str]:
    """Return the keys of all tickets, tool by tool, in the order of `TEXTS`."""
    return [number_of("servicenow", n) for n in range(len(TEXTS))] + [f"ITSM-{n + 1}" for n in range(len(TEXTS))]


def _world(folder: Path) -> SandboxOptions:
    path = folder / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", extrasaction="ignore")
        writer.writeheader()
        for tool in TOOLS.values():
            for n, text in enumerate(TEXTS.values()):
                writer.writerows(_story(number_of(tool, n), text))
    return SandboxOptions(log=path, share=0.5, start=NOON)


def _story(number: str, text: str) -> list[dict[str, str]]:
    names = {"caller_id": text, "assignment_group": text, "assigned_to": text, "category": text, "location": text}
    opened = {"opened_at": "2016-03-01 10:00:00", "sys_updated_at": "2016-03-01 10:00:00", "priority": "1 - Critical"}
    active = {"sys_updated_at": "2016-03-01 10:05:00", "incident_state": "Active", "sys_updated_by": text}
    seen = {"sys_updated_at": "2016-03-01 10:06:00", "sys_updated_by": "Updated by 21", "contact_type": "Mail"}
    return history(number, active, seen, **opened, **names)


def _people(job: Job) -> None:
    """Let people type these texts into all that they may type into."""
    with requests.Session() as people:
        _people_of_servicenow(job, people)
        _people_of_jira(job, people)


def _people_of_servicenow(job: Job, people: requests.Session) -> None:
    url = f"{job.sandbox.servicenow.url}/api/now/table/incident"
    for n, text in enumerate(TEXTS.values()):
        wanted = {"sysparm_query": f"number={number_of('servicenow', n)}", "sysparm_fields": "sys_id"}
        ((record,),) = people.get(url, params=wanted, auth=PERSON, timeout=PATIENCE).json().values()
        typed = {
            **dict.fromkeys(("short_description", "description", "u_sla_holder", "u_ola_status"), text),
            "comments": text,
            "work_notes": f"{text}\n{MARKER}",
        }
        people.patch(f"{url}/{record['sys_id']}", json=typed, auth=PERSON, timeout=PATIENCE).raise_for_status()


def _people_of_jira(job: Job, people: requests.Session) -> None:
    endpoint = job.sandbox.jira
    account = (endpoint.user, endpoint.secret)
    told = people.get(f"{endpoint.url}/rest/api/3/field", auth=account, timeout=PATIENCE).json()
    fields = {field["name"]: field["id"] for field in told}
    for n, text in zip(count(1), TEXTS.values(), strict=False):
        typed = {"summary": " ".join(text.split())[:255], fields["SLA holder"]: " ".join(text.split())[:255]}
        acts: list[tuple[str, dict[str, object]]] = [
            ("edit", {"fields": typed}),
            ("comment", {"body": text[:30_000], "type": "customer"}),
            ("comment", {"body": f"{text[:30_000]}\n{MARKER}", "internal": True}),
        ]
        for act, asked in acts:
            body = {"issue": f"ITSM-{n}", "by": text, **asked}
            answer = people.post(f"{endpoint.url}/sandbox/{act}", json=body, timeout=PATIENCE)
            assert answer.ok, (text[:50], answer.text[:500])


@contextmanager
def _watched(sent: list[tuple[str, str, Any]]) -> Iterator[None]:
    """Note what the connectors send; wait for nothing."""
    request = Http.request

    def noted(self: Http, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - as it is
        sent.append((method, url, options.get("json")))
        return request(self, method, url, **options)

    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    with mock.patch.object(Http, "request", noted), mock.patch.object(Http.__init__, "__kwdefaults__", defaults):
        yield
