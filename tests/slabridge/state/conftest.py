from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http.session import Http
from slabridge.show import logs
from slabridge.state import State
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import Job, small


@pytest.fixture
def state(place: str) -> Iterator[State]:
    """Give a fresh state, in each kind of database."""
    opened = State.of(place)
    yield opened
    opened.close()


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give the job against the few tickets of `small`; calls are repeated without waiting."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    logs.configure("error", "console")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        yield Job(tmp_path, sandbox)
