"""The tickets of a day that a job has read and judged, and two files to judge them by."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sla_engine.instant import DAY, HOUR
from slabridge.app.asked import Asked
from slabridge.app.reevaluate import reevaluate
from slabridge.app.report import of_state
from slabridge.app.whatif import of_state as tried
from slabridge.config import Config, load_config
from slabridge.show.whatif import as_json
from slabridge.spread import Spread
from slabridge.state import State
from slabridge.state.schema import connection, ticket
from slabridge.text.printed import json_line
from slabridge_sandbox.embedded import Sandbox
from tests.faults.scenario import day
from tests.slabridge.cli.conftest import call
from tests.slabridge.run.conftest import SERVICE
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.spread.jobs import plain

__all__ = ["call"]


@dataclass(frozen=True, slots=True)
class Known:
    """A state, the file that it was judged by, and another."""

    job: Job
    now: Config
    other: Config

    @property
    def other_path(self) -> Path:
        return self.job.folder / "other.toml"

    def everything(self, spread: Spread) -> list[bytes]:
        """Return what what-if, re-evaluation and a report come to."""
        sums = tried(self.now, self.other, (0, 1 << 62), spread)
        period = (NOON - 30 * DAY, NOON + DAY)
        changes = list(reevaluate(self.other, period, plain, spread=spread))
        report = of_state(self.now, Asked("2016-03", by=("priority", "team")), spread=spread)
        found: list[Any] = [as_json(sums), changes, [report.document, *map(str, report.lacking)]]
        return [json_line(one) for one in found]


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLABRIDGE_LOG_LEVEL", "error")


@pytest.fixture
def known(tmp_path: Path, place: str) -> Iterator[Known]:
    with Sandbox(day(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text += SERVICE
        job.place = place
        job.replace('state = "slabridge.db"', f'state = "{place}"')
        job.run_at(NOON)
        job.run_at(NOON + 5 * HOUR)
        now = job.config()
        path = tmp_path / "other.toml"
        path.write_text(
            job.text.replace('P3 = "4h"', 'P3 = "10m"').replace('within = "3wd"', 'within = "15m"'), "utf-8"
        )
        yield Known(job, now, load_config(path))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Give a state that knows five tickets of each of two connections."""
    found = State.of(str(tmp_path / "state.db"))
    row = {"payload": b"", "digest": "", "pulled_in": 1, "pending": False}
    with found.begin() as sql:
        for name in ("one", "two"):
            sql.execute(sa.insert(connection).values(name=name, as_of=7))
            rows = [{"connection": name, "id": f"T{n}", "key": f"T{n}", **row} for n in range(5)]
            sql.execute(sa.insert(ticket), rows)
    yield found
    found.close()
