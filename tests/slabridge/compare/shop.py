"""A tool of the sandbox, the job that follows it, and `slabridge compare` on its tickets."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import requests

from sla_engine.instant import parse_instant
from slabridge.__main__ import main
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge.run.chained import unchained
from tests.slabridge.run.job import Job
from tests.slabridge_sandbox.logs import history, write

NAMES = {
    "snow": """
[connections.snow.native]
"standard.response" = ["P1 response", "P2 response", "P3 response", "P4 response"]
"standard.resolution" = ["P1 resolution", "P2 resolution", "P3 resolution", "P4 resolution"]
""",
    "jira": """
[connections.jira.native]
"standard.response" = ["Time to first response"]
"standard.resolution" = ["Time to resolution"]
""",
}
"""The clocks of a new sandbox that stand for the objectives of the example configuration."""

Row = dict[str, Any]


class Shop:
    """One tool (snow or jira) with one incident, opened on 2016-03-01 at 08:00."""

    def __init__(self, tool: str, folder: Path, sandbox: Sandbox, capture: pytest.CaptureFixture[bytes]) -> None:
        self.tool = tool
        self.job = Job(folder, sandbox)
        judged, _, connections = unchained(self.job.text).partition("[connections.snow]")
        snow, _, jira = connections.partition("[connections.jira]")
        mine, _, rest = (snow if tool == "snow" else jira).partition(f"[connections.{tool}.native]")
        rest = rest[rest.index("[connections.") :]  # the names are put last, where a test can cut them off
        self.job.text = f"{judged}[connections.{tool}]{mine}{rest}{NAMES[tool]}"
        if tool == "jira":
            self.job.replace("slabridge@example.com", sandbox.jira.user)
        self.sandbox = sandbox
        self.key = "INC0000001" if tool == "snow" else "ITSM-1"
        self._capture = capture

    def at(self, time: str) -> None:
        """Let it be that time of 2016-03-01, or `03-03 12:00`, and run the job."""
        day, _, clock = time.rpartition(" ")
        self.sandbox.move_to(parse_instant(f"2016-{day or '03-01'}T{clock}:00Z"))
        self.job.run()

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """Run `slabridge compare`; return its exit code and what it printed."""
        self.job.config()
        self._capture.readouterr()
        argv, sys.argv = sys.argv, ["slabridge", "compare", "--config", str(self.job.path), *arguments]
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = argv
        out, err = (text.decode() for text in self._capture.readouterr())
        assert "Traceback" not in err, err
        return int(ended.value.code or 0), out, err

    def compared(self, *arguments: str) -> tuple[list[Row], Row]:
        """Return the comparisons and the summary of a call that succeeds; by default of the incident."""
        code, out, err = self.call("--json", *(arguments or (self.key,)))
        assert code == 0, err
        *rows, last = map(json.loads, out.splitlines())
        return rows, last["summary"]

    def clock(self, name: str, place: int = 0) -> Row:
        """Return the comparison of one of the tool's clocks: of those of that name the one at `place`."""
        rows, _ = self.compared()
        found = [row for row in rows if row["native"] == name]
        return sorted(found, key=lambda row: str(row["theirs"]["started_at"]))[place]

    def reasons(self, name: str, place: int = 0) -> list[str]:
        """Return why a clock differs; it does."""
        row = self.clock(name, place)
        assert row["finding"] == "explained", row
        assert row["differences"], row
        return list(row["reasons"])

    def table(self, method: str, path: str, **body: str) -> Any:  # noqa: ANN401 - JSON
        """Ask the ServiceNow's Table API; return the result."""
        endpoint = self.sandbox.servicenow
        url, auth = f"{endpoint.url}/api/now/table/{path}", (endpoint.user, endpoint.secret)
        answer = requests.request(method, url, json=body or None, auth=auth, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()["result"] if answer.content else None

    def define(self, name: str, **values: str) -> None:
        """Change an SLA definition of the ServiceNow."""
        (row,) = self.table("GET", f"contract_sla?name={name}")
        self.table("PATCH", f"contract_sla/{row['sys_id']}", **values)

    def schedule(self, name: str) -> str:
        """Return the sys_id of a schedule of the ServiceNow."""
        (row,) = self.table("GET", f"cmn_schedule?name={name}")
        return str(row["sys_id"])

    def row(self, query: str) -> Row:
        """Return the one row of task_sla that a query finds, references as plain texts."""
        (row,) = self.table("GET", f"task_sla?sysparm_exclude_reference_link=true&sysparm_query={query}")
        return dict(row)

    def drop(self, query: str) -> None:
        """Delete the one row of task_sla that a query finds."""
        self.table("DELETE", f"task_sla/{self.row(query)['sys_id']}")

    def goals(self, metric: str, *goals: dict[str, object]) -> None:
        """Set the goals of a metric of the Jira from now on."""
        url = f"{self.sandbox.jira.url}/sandbox/sla-goals"
        answer = requests.post(url, json={"metric": metric, "goals": list(goals)}, timeout=PATIENCE)
        assert answer.ok, answer.text


@contextmanager
def opened(
    tool: str, folder: Path, capture: pytest.CaptureFixture[bytes], *updates: tuple[str, dict[str, str]], **first: str
) -> Iterator[Shop]:
    """Give a tool with the incident, of which `updates` are (time as in `Shop.at`, what changes).

    The tool `data center` is a Jira that is one.
    """
    deployment: Literal["Cloud", "Server"] = "Server" if tool == "data center" else "Cloud"
    tool = "snow" if tool == "snow" else "jira"
    changes = [
        {"sys_updated_at": f"2016-{day or '03-01'} {clock}:00", **change}
        for time, change in updates
        for day, _, clock in [time.rpartition(" ")]
    ]
    log = write(folder / "log.csv", history("INC0000001", *changes, assignment_group="Group 1", **first))
    start = parse_instant("2016-03-01T08:00:00Z")
    share = 0.0 if tool == "snow" else 1.0
    options = SandboxOptions(log=log, share=share, start=start, jira_deployment=deployment)
    with Sandbox(options, in_process=True) as sandbox:
        yield Shop(tool, folder, sandbox, capture)
