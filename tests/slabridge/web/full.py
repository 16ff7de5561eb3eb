"""A state that has one of everything that pages show, made by runs against the sandbox."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sla_engine.instant import MINUTE
from slabridge.show import logs
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.conftest import SERVICE
from tests.slabridge.run.job import NOON, TOOLS, Job, number_of
from tests.slabridge_sandbox.logs import history, write

LATER = NOON + 40 * MINUTE
"""When it was last run."""
MORE = 16
"""Further teams with an open ticket in each tool: lists have several parts."""


@contextmanager
def full(folder: Path) -> Iterator[Job]:
    """Give the job after three runs, the second of which a tool was away in.

    In both tools: a ticket whose time is over, one at risk, one on track, one that is paused, one that nobody has, one
    that was resolved. An incident waits for an issue, and another issue is in quarantine: its tool
    refused what was written.
    """
    with Sandbox(_lives(folder), in_process=True) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOW_PASSWORD", "sandbox")
        patch.setenv("JIRA_TOKEN", "sandbox-jira-token")
        logs.configure("error", "console")
        job = Job(folder, sandbox)
        job.text += SERVICE
        refused = {"errors": {"summary": "Summary is required."}}
        path = f"/issue/{job.ticket('jira', 'Refused').id}$"
        put: dict[str, Any] = {"do": "status", "status": 400, "method": "PUT", "path": path, "times": None}
        sandbox.fault("jira", **put, body=refused)
        job.run()
        sandbox.clear_faults()
        sandbox.fault("jira", do="status", status=401, times=None, body={})
        job.run_at(NOON + 10 * MINUTE)
        sandbox.clear_faults()
        incident, issue = job.ticket("snow", "Waits for Integration"), job.ticket("jira", "Network")
        job.edit("jira", issue, **{"Incident number": incident.key})
        sandbox.fault("jira", **put, body=refused)
        job.run_at(LATER)
        yield job


def _lives(folder: Path) -> SandboxOptions:
    critical = {"priority": "1 - Critical"}
    lives = [
        ("Network", "03-01 10:00", critical, "Active"),  # at risk since 12:30
        ("Database", "02-29 09:00", critical, "Active"),  # breached
        ("Mail", "03-01 11:50", {}, "Active"),
        ("Service Desk", "03-01 10:30", {}, "Awaiting User Info"),
        ("", "03-01 09:00", {"priority": "2 - High"}, "Active"),
        ("Done", "03-01 11:10", {}, "Resolved"),
        ("Waits for Integration", "03-01 09:30", {"priority": "2 - High"}, "Awaiting Problem"),
        ("Refused", "03-01 08:00", {}, "Active"),
        *((f"Team {n:02}", f"03-01 {7 + n // 6:02}:{n % 6}5", {}, "Active") for n in range(MORE)),
    ]
    histories = [
        history(
            number_of(tool, n),
            {"incident_state": state, "sys_updated_at": f"2016-{opened[:-1]}9:00"},
            assignment_group=team,
            category="Software",
            opened_at=f"2016-{opened}:00",
            sys_updated_at=f"2016-{opened}:00",
            **more,
        )
        for tool in TOOLS.values()
        for n, (team, opened, more, state) in enumerate(lives)
    ]
    return SandboxOptions(log=write(folder / "log.csv", *histories), share=0.5, start=NOON)
