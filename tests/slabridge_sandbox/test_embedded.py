from pathlib import Path

import pytest
import requests

from sla_engine.instant import MINUTE
from slabridge_sandbox.embedded import Sandbox, SandboxError
from slabridge_sandbox.log import LogError
from slabridge_sandbox.options import SandboxOptions
from tests.patience import PATIENCE


def test_it_runs_in_a_process_of_its_own_and_ends_with_the_block() -> None:
    with Sandbox(SandboxOptions(size=5)) as sandbox:
        url = f"{sandbox.servicenow.url}/sandbox/clock"
        before = sandbox.now
        sandbox.move_to(before + MINUTE)
        assert sandbox.now == before + MINUTE
        assert requests.get(url, timeout=PATIENCE).status_code == 200
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=PATIENCE)


@pytest.mark.parametrize("in_process", [True, False])
def test_a_log_that_cannot_be_read_is_reported_by_name(tmp_path: Path, in_process: bool) -> None:
    path = tmp_path / "broken.csv"
    path.write_text("number\n")
    with (
        pytest.raises((LogError, SandboxError), match=r"broken\.csv, line 1: no column incident_state"),
        Sandbox(SandboxOptions(log=path), in_process=in_process),
    ):
        pass
