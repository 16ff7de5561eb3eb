"""Two runners with a state each on the same tools: real processes, and the worst moment (docs/promises.md)."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sync
from connectors.interface import CommentWrite, Receipt, Write
from connectors.jira.connector import Jira
from sla_engine.instant import HOUR, MINUTE
from slabridge.app.connect import connected
from slabridge.state import State
from slabridge_sandbox.embedded import Sandbox
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.run.job import NOON, TOOLS, Job, markers_on, small

LATER = NOON + 3 * HOUR
"""When the open tickets have been breached since both runners' last runs."""


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    monkeypatch.setenv("SNOW_PASSWORD", "sandbox")
    monkeypatch.setenv("JIRA_TOKEN", "sandbox-jira-token")
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.replace('targets = "8h"', 'targets = "3h"')  # SLA and OLA are breached, and posted in one comment
        yield job


def places(job: Job) -> list[str]:
    """Return the states of two runners, of which each had a complete run at noon."""
    found = [str(job.folder / f"{name}.db") for name in ("one", "other")]
    for job.place in found:
        job.run_at(NOON)
    return found


def keys(job: Job, name: str) -> list[str]:
    return markers_on(job.ticket(name, "Open"))


def both_again(job: Job, found: Sequence[str]) -> None:
    for n, job.place in enumerate(found, 1):
        job.run_at(LATER + n * MINUTE)


def test_what_two_runners_post_in_one_moment_stands_once_after_their_next_runs_where_the_tool_lets_us_delete(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = places(job)
    together = threading.Barrier(2, timeout=PATIENCE)
    write = Jira.write

    def at_once(jira: Jira, writes: Sequence[Write]) -> Iterator[Receipt]:
        if any(isinstance(one, CommentWrite) for one in writes):
            together.wait()
        return write(jira, writes)

    job.sandbox.move_to(LATER)
    config = job.config()

    def run(place: str) -> None:
        state = State.of(place)
        try:
            with connected(config) as tools:
                sync.run(config, [pair for pair in tools if pair[0].name == "jira"], state)
        finally:
            state.close()

    with monkeypatch.context() as patch, ThreadPoolExecutor(2) as runners:
        patch.setattr(Jira, "write", at_once)
        list(runners.map(run, found))
    posted = keys(job, "jira")
    assert len(posted) > len(set(posted))  # else the moment was missed
    both_again(job, found)
    assert keys(job, "jira") == sorted(set(posted))


def test_two_processes_at_once_tell_every_transition_and_after_their_next_runs_none_twice_in_jira(job: Job) -> None:
    found = places(job)
    job.sandbox.move_to(LATER)
    running = []
    for n, place in enumerate(found):
        file = job.folder / f"config-{n}.toml"
        file.write_text(job.text.replace('state = "slabridge.db"', f'state = "{place}"'), "utf-8")
        command = [sys.executable, "sync.py", "run", "--config", str(file)]
        none = subprocess.DEVNULL
        running.append(subprocess.Popen(command, cwd=CHECKOUT, stdout=none, stderr=none))  # noqa: S603 - our own program
    assert [process.wait(PATIENCE) for process in running] == [0, 0]
    posted = {name: set(keys(job, name)) for name in TOOLS}
    assert all(posted.values())
    both_again(job, found)
    assert keys(job, "jira") == sorted(posted["jira"])
    assert set(keys(job, "snow")) == posted["snow"]
