"""The sandbox as a whole: two tools, one clock."""

from pathlib import Path

import pytest
import requests

from sla_engine.instant import HOUR
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE
from tests.slabridge_sandbox.servicenow.instance import Instance


def test_both_tools_answer_on_ports_of_their_own_with_the_stories_that_are_theirs() -> None:
    with Sandbox(SandboxOptions(size=50, seed=3), in_process=True) as sandbox:
        sandbox.move_to(sandbox.now + 60 * 24 * HOUR)
        instance = Instance(sandbox)
        with instance.session:
            incidents = int(instance.ask("GET", "table/incident", limit=1).headers["X-Total-Count"])
        account = (sandbox.jira.user, sandbox.jira.secret)
        body = {"jql": "created > -365d", "maxResults": 100}
        answer = requests.post(f"{sandbox.jira.url}/rest/api/3/search/jql", json=body, auth=account, timeout=PATIENCE)
        issues = answer.json()["issues"]
    assert incidents + len(issues) == 50
    assert 10 <= len(issues) <= 30


def test_a_clock_with_a_rate_runs_and_people_act_as_it_does(tmp_path: Path) -> None:
    with Sandbox(SandboxOptions(size=20, rate=1e7, directory=tmp_path), in_process=True) as sandbox:
        first = sandbox.now
        instance = Instance(sandbox)
        with instance.session:
            while not instance.rows("incident", limit=1):
                assert sandbox.now > first


def test_a_port_that_is_taken_is_reported(sandbox: Sandbox) -> None:
    port = int(sandbox.servicenow.url.rpartition(":")[2])
    with (
        pytest.raises(OSError, match=f"in use: 127.0.0.1:{port}; choose another"),
        Sandbox(SandboxOptions(servicenow_port=port), in_process=True),
    ):
        pass
