"""A state in which it is known what is likely to break, learned from the sandbox's tickets."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slabridge.app.forecast import learned_anew
from slabridge.show import logs
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import Job

FORESIGHT = '\n[foresight]\nfields = ["category"]\n'


@contextmanager
def foreseen(folder: Path) -> Iterator[Job]:
    """Give the job after a run that read tickets, and another one that says what is likely to become of them."""
    with Sandbox(SandboxOptions(size=400), in_process=True) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SNOW_PASSWORD", "sandbox")
        patch.setenv("JIRA_TOKEN", "sandbox-jira-token")
        logs.configure("error", "console")
        job = Job(folder, sandbox)
        job.text += FORESIGHT
        job.run(accept=True)
        learned_anew(job.config())
        job.run(accept=True)
        yield job
