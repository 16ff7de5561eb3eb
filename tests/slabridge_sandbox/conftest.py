from collections.abc import Iterator
from pathlib import Path

import pytest

from sla_engine.instant import parse_instant
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge_sandbox.logs import WORKED, history, write

START = "2016-03-01T12:00:00Z"


def options(directory: Path) -> SandboxOptions:
    """At noon: one incident in the midst of its life, one just opened, one still to come; all in ServiceNow."""
    log = write(
        directory / "log.csv",
        WORKED,
        history("INC0000002", opened_at="2016-03-01 11:00:00", priority="1 - Critical", assignment_group=""),
        history("INC0000003", opened_at="2016-03-01 13:00:00"),
    )
    return SandboxOptions(log=log, share=0, start=parse_instant(START))


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(options(tmp_path), in_process=True) as running:
        yield running


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The same for tests that only read."""
    with Sandbox(options(tmp_path_factory.mktemp("sandbox")), in_process=True) as running:
        yield running
