"""The first hour, walked with each tool: the tutorial's commands are run as they stand there, one after the other."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.jira.site import ADMINISTRATOR
from slabridge_sandbox.options import SandboxOptions
from tests.docs.pages import parts
from tests.patience import PATIENCE
from tests.places import CHECKOUT

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
def test_its_commands_lead_from_nothing_to_results_on_tickets(tool: str, tmp_path: Path) -> None:
    share = 0.0 if tool == "servicenow" else 1.0
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with Sandbox(SandboxOptions(size=60, share=share), in_process=True) as sandbox:
        endpoint = sandbox.servicenow if tool == "servicenow" else sandbox.jira
        secret = {
            "SNOW_PASSWORD": endpoint.secret,
            "JIRA_TOKEN": endpoint.secret,
            "JIRA_ADMIN_TOKEN": ADMINISTRATOR.token,
        }
        env = os.environ | secret | {"PATH": path, "COLUMNS": "100", "SLABRIDGE_LOG_LEVEL": "error"}
        folder, printed = tmp_path, ""
        for kind, text in steps(tool):
            if kind == "text":
                for line in text.splitlines():
                    assert line in printed, (line, printed)
                continue
            script = f"{text.replace(TOOLS[tool], endpoint.url)}\npwd > {tmp_path}/where"
            done = subprocess.run(  # noqa: S603 - our own page
                ["/bin/bash", "-ec", script],
                cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=PATIENCE,
            )  # fmt: skip
            assert done.returncode == 0, (text, done.stdout, done.stderr)
            folder, printed = Path((tmp_path / "where").read_text().strip()), done.stdout
        assert "fields" in printed or "snow" in printed or "jira" in printed
