"""How the pages end: nothing that they made is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slabridge.app.demo import example
from tests.patience import PATIENCE


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_when_the_pages_end_what_they_made_is_removed(tmp_path: Path, told: signal.Signals) -> None:
    made = tmp_path / "made"
    made.mkdir()
    (tmp_path / "config.toml").write_text(example(), "utf-8")
    command = [sys.executable, "-m", "slabridge", "serve", "--config", "config.toml", "--listen", "127.0.0.1:0"]
    environment = {**os.environ, "TMPDIR": str(made)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as pages:  # noqa: S603 - our own program
        assert pages.stdout is not None
        assert pages.stdout.readline().startswith(b"http://127.0.0.1:")
        assert len([*made.iterdir()]) == 1
        pages.send_signal(told)
        pages.wait(PATIENCE)
    assert [*made.iterdir()] == []
