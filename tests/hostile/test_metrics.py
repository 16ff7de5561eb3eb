"""Whoever reads metrics learns nothing of tickets and people (SECURITY.md)."""

from pathlib import Path

import pytest

from slabridge.show.metrics import METRICS
from slabridge_sandbox.embedded import Sandbox
from tests.hostile.desk import SECRETS
from tests.hostile.program import call
from tests.slabridge.run.job import NOON, Job, small

OF_TICKETS = {"ticket", "key", "holder", "team", "assignee", "person", "by", "value", "reason_text"}


def test_no_metric_names_a_ticket_or_anybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        sandbox.move_to(NOON)
        job.config()
        metrics = tmp_path / "slabridge.prom"
        assert call("run", "--config", str(job.path), "--metrics", str(metrics)).code == 0
        with job.connections() as found:
            natives = [native for _, _, mine in found for native in mine]
    text = metrics.read_text("utf-8")
    assert "slabridge_runs_total" in text
    names = {native.key for native in natives} | {native.id for native in natives if len(native.id) > 8}
    names |= {f'"{value.name}"' for native in natives for held in native.fields.values() for value in held}
    names |= {f'"{entry.by}"' for native in natives for entry in native.history}
    assert '"Waiting"' in names
    assert not {name for name in names if name in text}
    assert not {label for metric in METRICS for label in metric.labels} & OF_TICKETS
