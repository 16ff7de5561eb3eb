"""The ways that tickets took are told from the state."""

from pathlib import Path

from slabridge.app.demo import example
from slabridge.app.feasibility import feasibility
from slabridge.config import load_config
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions
from tests.slabridge.run.job import NOON, Job
from tests.slabridge_sandbox.logs import history, write

YEAR = 365 * 86_400_000


def test_the_ways_of_completed_cycles_are_counted_with_the_time_of_each_visit(tmp_path: Path) -> None:
    def visit(number: int, hour: int) -> list[dict[str, str]]:
        handed = {"incident_state": "Active", "sys_updated_at": "2016-03-01 08:00:00"}
        opened = {"opened_at": "2016-03-01 07:00:00", "assignment_group": "Desk", "category": "Software"}
        done = {"incident_state": "Resolved", "sys_updated_at": f"2016-03-01 {hour:02}:00:00"}
        return history(f"INC{number:07}", handed | {"assignment_group": "Network"}, done, **opened)

    log = write(tmp_path / "log.csv", *(visit(number, hour) for number, hour in ((1, 9), (2, 10), (3, 11))))
    with Sandbox(SandboxOptions(log=log, share=0, start=NOON), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.run()
        fits, ways = feasibility(job.config(), NOON, NOON + YEAR)
    assert fits == []
    (way,) = [way for way in ways if way.objective.endswith(".resolution")]
    assert (way.count, way.of, [visit.holder for visit in way.visits]) == (3, 3, ["Desk", "Network"])
    hours = [(visit.median / 3_600_000, visit.ninetieth / 3_600_000) for visit in way.visits]
    assert hours[1] == (2, 3)


def test_without_a_state_there_are_no_ways(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(example(), "utf-8")
    assert feasibility(load_config(tmp_path / "config.toml"), NOON, NOON + YEAR) == ([], [])
    assert not (tmp_path / "slabridge.db").exists()
