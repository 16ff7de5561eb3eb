"""Jira as the whole sandbox serves it: its options, and its switches over HTTP."""

import requests

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE


def test_a_data_center_below_a_path_is_an_option_and_switches_are_set_while_it_runs() -> None:
    options = SandboxOptions(size=20, share=1, jira_deployment="Server", jira_context="/jira")
    with Sandbox(options, in_process=True) as sandbox, requests.Session() as session:
        session.auth = (sandbox.jira.user, sandbox.jira.secret)
        api = f"{sandbox.jira.url.removesuffix('/jira')}/jira/rest/api/2"
        assert session.get(f"{api}/serverInfo", timeout=PATIENCE).json()["deploymentType"] == "Server"
        found = session.get(f"{api}/search", timeout=PATIENCE).json()
        assert found["total"] > 0
        key = found["issues"][0]["key"]
        sandbox.switch("jira", off_screen={"ITSM": ["summary"]}, hidden=[], index_lag=5)
        answer = session.put(f"{api}/issue/{key}", json={"fields": {"summary": "x"}}, timeout=PATIENCE)
        assert answer.json()["errors"].keys() == {"summary"}
        sandbox.switch("jira", hidden=[key])
        assert session.get(f"{api}/issue/{key}", timeout=PATIENCE).status_code == 404
