"""The first hour, walked with each tool: the tutorial's commands are run as they stand there, one after the other."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.jira.site import ADMINISTRATOR
from slabridge_sandbox.options import SandboxOptions
from tests.docs.pages import parts
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call
from tests.slabridge.cli.conftest import call as called

call = called

PAGE = CHECKOUT / "docs" / "tutorial.md"
LOG = CHECKOUT / "docs" / "examples" / "incidents.csv"
TOOLS = {"servicenow": "https://acme.service-now.com", "jira": "https://acme.atlassian.net"}


def steps(tool: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) of the blocks that somebody with this tool follows: `sh` commands, and `text` that they print."""
    meant = ""
    for part in parts(PAGE):
        if found := re.match(r"<!-- (not walked|servicenow|jira)\b", part.text):
            meant = found[1]
        elif part.kind in {"sh", "text"}:
            if meant in {"", tool} and "* * *" not in part.text:
                yield part.kind, part.text
            meant = ""


@pytest.mark.parametrize("tool", TOOLS)
def test_its_commands_lead_from_nothing_to_results_on_tickets(
    tool: str, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Sandbox(SandboxOptions(size=60, share=0.0 if tool == "servicenow" else 1.0), in_process=True) as sandbox:
        endpoint = sandbox.servicenow if tool == "servicenow" else sandbox.jira
        secrets = {"SNOW_PASSWORD": endpoint.secret, "JIRA_TOKEN": endpoint.secret}
        quiet = {"JIRA_ADMIN_TOKEN": ADMINISTRATOR.token, "COLUMNS": "100", "SLABRIDGE_LOG_LEVEL": "error"}
        for name, value in (secrets | quiet).items():
            monkeypatch.setenv(name, value)
        printed = ""
        for kind, text in steps(tool):
            if kind == "text":
                for line in text.splitlines():
                    assert line in printed, (line, printed)
                continue
            printed = ""
            for line in text.replace(TOOLS[tool], endpoint.url).splitlines():
                code, out, err = call(*shlex.split(line)[1:]) if line.startswith("slabridge ") else shell(line)
                assert code == 0, (line, out, err)
                printed += out
        assert "fields" in printed or "snow" in printed or "jira" in printed


def shell(line: str) -> tuple[int, str, str]:
    """Run a command of another program, and go where it leads."""
    script = ["/bin/bash", "-ec", f"{line}\npwd >&2"]
    done = subprocess.run(script, capture_output=True, text=True, check=False, timeout=PATIENCE)  # noqa: S603 - our own page
    if done.returncode == 0:
        os.chdir(done.stderr.splitlines()[-1])
    return done.returncode, done.stdout, done.stderr
