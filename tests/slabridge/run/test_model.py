"""People do what they like in both tools, time passes, calls fail, runs happen: what a run promises holds all the same.

`SLABRIDGE_HYPOTHESIS=long` tries many more days than the few of an ordinary test run.
"""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from sla_engine.instant import MINUTE
from slabridge.exit import Exit
from slabridge_sandbox.embedded import Sandbox
from tests.faults.scenario import day
from tests.patience import PATIENCE
from tests.slabridge.run.chained import chained
from tests.slabridge.run.job import TOOLS, Job
from tests.slabridge.run.truth import Truth
from tests.slabridge.state.databases import empty

LONG = os.environ.get("SLABRIDGE_HYPOTHESIS") == "long"
PERSON, CALLER = "updated.by.21", "caller.1"
FAULTS: tuple[dict[str, Any], ...] = (
    {"do": "reset_before"},
    {"do": "reset_after"},
    {"do": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"do": "status", "status": 500, "body": "<html>"},
    {"do": "applied_status", "status": 503, "body": "<html>"},
    {"do": "cut"},
    {"do": "reset_before", "times": None},
)

tools = st.sampled_from(sorted(TOOLS))
numbers = st.integers(0, 6)


class Days(RuleBasedStateMachine):
    """Some days at a service desk. `database` is the URL of the state's; without one it is a file, new each time."""

    database = ""

    @initialize()
    def open_the_desk(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.sandbox = self.stack.enter_context(Sandbox(day(folder), in_process=True))
        self.job, self.truth, self.faulty, self.people = Job(folder, self.sandbox), Truth(), False, requests.Session()
        self.job.text = chained(self.job.text)
        if self.database:
            empty(sa.make_url(self.database))
            self.job.place = self.database

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    @rule(minutes=st.sampled_from([1, 7, 31, 120, 400, 1500]))
    def time_passes(self, minutes: int) -> None:
        self.sandbox.move_to(self.sandbox.now + minutes * MINUTE)

    @rule(number=numbers, state=st.sampled_from(["1", "2", "3", "6", "7", "8"]))
    def somebody_changes_a_state(self, number: int, state: str) -> None:
        self._patch(number, {"state": state})

    @rule(tool=tools, number=numbers, priority=st.integers(0, 3))
    def somebody_changes_a_priority(self, tool: str, number: int, priority: int) -> None:
        if tool == "snow":
            self._patch(number, {"priority": str(priority + 1)})
        else:
            self._do("edit", number, fields={"priority": {"name": ("Highest", "High", "Medium", "Low")[priority]}})

    @rule(tool=tools, number=numbers)
    def somebody_changes_what_is_ours(self, tool: str, number: int) -> None:
        if tool == "snow":
            if record := self._record(number):
                self.truth.typed.add((tool, record["sys_id"]))
            self._patch(number, {"u_sla_holder": "nobody", "u_ola_due": "2020-01-01 00:00:00"})
        else:
            self.truth.typed.add((tool, str(10001 + number)))
            self._do("edit", number, fields={self._field("SLA holder"): "nobody"})

    @rule(tool=tools, number=numbers, text=st.text("aé^🙂{}", max_size=5))
    def somebody_changes_what_is_not(self, tool: str, number: int, text: str) -> None:
        if tool == "snow":
            self._patch(number, {"short_description": text})
        else:
            self._do("edit", number, fields={"summary": text or "-"})

    @rule(tool=tools, number=numbers, public=st.booleans(), customer=st.booleans())
    def somebody_comments(self, tool: str, number: int, public: bool, customer: bool) -> None:
        if tool == "snow":
            self._patch(number, {"comments" if public else "work_notes": "Hello"}, by=CALLER if customer else PERSON)
        else:
            kind = "customer" if customer else "atlassian"
            self._do("comment", number, body="Hello", internal=not public, by=f"A {kind}", type=kind)

    @rule(number=numbers, other=st.none() | numbers)
    def somebody_writes_an_issue_into_an_incident(self, number: int, other: int | None) -> None:
        self._patch(number, {"correlation_id": "" if other is None else f"see ITSM-{other + 1}"})

    @rule(number=numbers, other=st.none() | numbers)
    def somebody_writes_an_incident_into_an_issue(self, number: int, other: int | None) -> None:
        record = None if other is None else self._record(other)
        self._do("edit", number, fields={self._field("Incident number"): record and record["number"]})

    @rule(number=numbers)
    def an_issue_is_moved(self, number: int) -> None:
        self._do("move", number, project="OTHER")

    @rule(tool=tools, number=numbers)
    def a_ticket_is_deleted(self, tool: str, number: int) -> None:
        if tool == "jira":
            self._do("delete", number)
        elif record := self._record(number):
            self._call("DELETE", f"/api/now/table/incident/{record['sys_id']}")

    @rule(tool=tools, skip=st.integers(0, 25), fault=st.sampled_from(FAULTS))
    def a_run_is_disturbed(self, tool: str, skip: int, fault: dict[str, Any]) -> None:
        self.sandbox.fault(TOOLS[tool], **fault, skip=skip)
        self.job.run()
        self.sandbox.clear_faults()
        self.truth.note(self.job)
        self.faulty = True

    @rule()
    @precondition(lambda self: hasattr(self, "job"))
    def a_run_goes_through(self) -> None:
        if self.faulty:
            self.time_passes(2)  # what is unclear has settled
        before = self._foreign()
        report = self.job.run()
        assert report.exit_code is Exit.COMPLETE, report
        self.faulty = False
        self.truth.check(self.job)
        assert self._foreign() == before
        self.job.writes()
        assert self.job.run().exit_code is Exit.COMPLETE
        assert self.job.writes() == {}

    def _foreign(self) -> dict[tuple[str, str], dict[str, Any]]:
        with self.job.connections() as found:
            there = [(connection.name, native) for connection, _, natives in found for native in natives]
        return {(name, native.id): self.job.foreign(name, native) for name, native in there}

    def _patch(self, number: int, fields: dict[str, str], by: str = PERSON) -> None:
        if record := self._record(number):
            self._call("PATCH", f"/api/now/table/incident/{record['sys_id']}", json=fields, auth=(by, "sandbox"))

    def _record(self, number: int) -> dict[str, Any] | None:
        records = self._call(
            "GET", "/api/now/table/incident?sysparm_query=ORDERBYnumber&sysparm_fields=sys_id,number"
        ).json()
        found: list[dict[str, Any]] = records["result"]
        return found[number] if number < len(found) else None

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 - of requests
        endpoint = self.sandbox.servicenow
        options = {"auth": (PERSON, "sandbox"), "timeout": PATIENCE, **options}
        answer = self.people.request(method, endpoint.url + path, **options)
        answer.raise_for_status()
        return answer

    def _field(self, name: str) -> str:
        endpoint = self.sandbox.jira
        auth = (endpoint.user, endpoint.secret)
        fields = self.people.get(f"{endpoint.url}/rest/api/3/field", auth=auth, timeout=PATIENCE).json()
        return next(str(field["id"]) for field in fields if field["name"] == name)

    def _do(self, act: str, number: int, **asked: Any) -> None:  # noqa: ANN401 - JSON
        """Let a person do something to the number-th issue, if it is still there."""
        body = {"by": "A person", "issue": str(10001 + number), **asked}
        answer = self.people.post(f"{self.sandbox.jira.url}/sandbox/{act}", json=body, timeout=PATIENCE)
        assert answer.ok or "no issue" in answer.text or "already" in answer.text, answer.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_whatever_people_do_and_whatever_fails_what_a_run_promises_holds(place: str) -> None:
    class These(Days):
        database = place if "://" in place else ""

    run_state_machine_as_test(  # type: ignore[no-untyped-call,unused-ignore]
        These,
        settings=settings(
            max_examples=int(os.environ.get("EX", "300")) if LONG else 3,
            stateful_step_count=40 if LONG else 20,
            deadline=None,
            phases=list(Phase) if LONG else [Phase.generate],  # to shrink a day takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
