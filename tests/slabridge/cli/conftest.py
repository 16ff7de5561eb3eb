import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sla_engine.instant import HOUR
from slabridge.__main__ import main
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, small

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Call]:
    """Give what runs the program here: its exit code, standard output and error. Nothing may end in a traceback."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["slabridge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = (text.decode() for text in capfdbinary.readouterr())
        assert "Traceback" not in err
        return int(ended.value.code or 0), out, err

    yield run
    gc.enable()  # `evaluate` switches it off, for a process of its own


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """Give the job when a ticket of each tool has been breached."""
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        sandbox.move_to(NOON + 3 * HOUR)
        yield Job(tmp_path, sandbox)
