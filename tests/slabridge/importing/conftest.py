from collections.abc import Iterator
from pathlib import Path

import pytest

from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.places import CHECKOUT
from tests.slabridge.cli.conftest import Call, call

__all__ = ["Call", "call"]


@pytest.fixture(scope="session")
def both_tools() -> Iterator[Sandbox]:
    """Give a sandbox with some weeks of tickets in both tools, for tests that only read."""
    with Sandbox(SandboxOptions(size=300, share=0.5), in_process=True) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token", "SLABRIDGE_LOG_LEVEL": "error"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def configured(sandbox: Sandbox, path: Path) -> Path:
    """Write the connections of the example configuration, to a sandbox, and nothing that judges."""
    text = (CHECKOUT / "config.example.toml").read_text()
    text = text[text.index("[connections.snow]") :]
    text = text.replace("https://acme.service-now.com", sandbox.servicenow.url)
    text = text.replace("https://acme.atlassian.net", sandbox.jira.url).replace(
        "slabridge@example.com", sandbox.jira.user
    )
    path.write_text(text)
    return path
