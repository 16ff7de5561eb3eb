from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.http.session import Http
from slabridge.show import logs
from slabridge_sandbox.embedded import Sandbox
from tests.faults.scenario import day
from tests.slabridge.run.job import Job, small
from tests.slabridge.run.receiving import Mailbox, Webhook, mailbox, webhook

SERVICE = """
[services.desk]
name = "Service desk"
calendar = "office"
availability = "99%"
objectives.fix = { clock = "resolution", targets = "3h", compliance = "90%" }
outages = [{ tickets = { priority = "P1" } }]
fees = [{ amount = "1000.00", currency = "SEK" }]
credits = [{ measure = "breach", credit = "5%" }, { measure = "availability", tiers = [{ below = "99%", credit = "10%" }] }]
[reports]
resolved = { status = ["resolved", "closed"] }
fault = ["category", "team"]
"""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat calls without waiting, and log nothing that is not grave."""
    defaults = {**(Http.__init__.__kwdefaults__ or {}), "sleep": lambda _: None}
    monkeypatch.setattr(Http.__init__, "__kwdefaults__", defaults)
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    logs.configure("error", "console")


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    """Give the job against the few tickets of `small`."""
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        yield Job(tmp_path, sandbox)


@pytest.fixture
def reported(tmp_path: Path) -> Iterator[Job]:
    """Give the job against the tickets of a day, of a service that promises times, availability and credits."""
    with Sandbox(day(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text += SERVICE
        yield job


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """Give a webhook, which is the receiver `duty`."""
    with webhook() as found:
        monkeypatch.setenv("DUTY", found.address)
        yield found


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Give a mail server instead."""
    with mailbox() as found:
        monkeypatch.setenv("DUTY", found.address)
        yield found
