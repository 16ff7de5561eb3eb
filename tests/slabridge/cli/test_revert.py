"""`slabridge revert` as people and scripts use it: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from slabridge.app.demo import example
from slabridge.state import State, lease
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.cli.conftest import Call
from tests.slabridge.run.job import NOON, small


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.chdir(tmp_path)
    for name, value in {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "COLUMNS": "300"}.items():
        monkeypatch.setenv(name, value)
    return Sandbox(small(tmp_path), in_process=True)


def test_it_lists_shows_and_puts_back_and_says_so_in_status_and_history(call: Call, sandbox: Sandbox) -> None:
    with sandbox:
        sandbox.move_to(NOON)
        text = example().replace("https://acme.service-now.com", sandbox.servicenow.url)
        Path("config.toml").write_text(text.replace("https://acme.atlassian.net", sandbox.jira.url), "utf-8")
        assert call("revert")[:2] == (0, "no run is known that wrote fields\n")
        assert call("run")[0] == 0

        code, out, _ = call("revert")
        assert code == 0
        assert out.startswith("run 1, ")
        assert out.endswith(" UTC: jira 14 fields on 3 tickets; snow 14 fields on 3 tickets\n")
        listed = [json.loads(line) for line in call("revert", "--json")[1].splitlines()]
        assert [(one["run"], one["connection"], one["fields"], one["tickets"], one["reverts"]) for one in listed] == [
            (1, "jira", 14, 3, None),
            (1, "snow", 14, 3, None),
        ]

        code, out, _ = call("revert", "--run", 1)
        assert code == 0
        assert "  - u_sla_status: On track\n  + u_sla_status is emptied  (put back)\n" in out
        assert out.splitlines()[-1] == "28 fields on 6 tickets would be put back; --apply does it"
        found = [json.loads(line) for line in call("revert", "--run", 1, "--json")[1].splitlines()]
        assert sum(len(one["fields"]) for one in found) == 28
        assert {change["reason"] for one in found for change in one["fields"]} == {"put back"}

        code, out, _ = call("revert", "--run", 1, "--apply")
        assert code == 0
        assert out.splitlines()[-1] == "28 of 28 fields on 6 tickets were put back"
        code, out, _ = call("revert", "--run", 1)
        assert (
            out == "0 fields on 0 tickets would be put back; --apply does it; 28 held what they held before already\n"
        )

        assert "run 2, which takes back run 1: exit 0 complete" in call("status")[1]
        assert [one["reverts"] for one in json.loads(call("status", "--json")[1])["runs"]] == [1, None]
        assert "run 2 took back run 1: 28 fields put back" in call("history")[1]
        [change] = [json.loads(line) for line in call("history", "--json")[1].splitlines()]
        assert (change["run"], change["reverts"], change["fields"]) == (2, 1, 28)

        code, _, err = call("run")
        assert code == 2
        assert "run 1 was taken back, and the file is still the one that it went by" in err


def test_a_run_that_nobody_knows_and_a_run_under_way_end_it_with_a_word(call: Call, sandbox: Sandbox) -> None:
    with sandbox:
        text = example().replace("https://acme.service-now.com", sandbox.servicenow.url)
        Path("config.toml").write_text(text.replace("https://acme.atlassian.net", sandbox.jira.url), "utf-8")
        code, _, err = call("revert", "--run", 7)
        assert (code, err) == (2, "the state knows no run 7: `slabridge revert` lists those that wrote fields\n")
        assert not Path("slabridge.db").exists()
        assert call("revert", "--apply")[0] == 2
        state = State.of("slabridge.db")
        with lease.held(state):
            assert call("revert", "--run", 1, "--apply")[0] == 5
            assert call("revert", "--run", 1)[0] == 5
        state.close()
