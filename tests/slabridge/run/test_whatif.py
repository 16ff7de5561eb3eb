"""Another file is tried on the state's histories, and nothing is written."""

from pathlib import Path

from slabridge.app.whatif import of_state
from slabridge.config import load_config
from slabridge.whatif.sums import Count
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, Job, small
from tests.slabridge.state.databases import rows

ALL = (0, 1 << 62)


STORED = ("SELECT id, pending, as_of FROM ticket ORDER BY id", "SELECT * FROM result ORDER BY 1, 2, 3, 4, 5")


def test_the_stored_histories_are_judged_by_both_files(tmp_path: Path) -> None:
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        sandbox.move_to(NOON)
        job.run()
        calls = sandbox.requests()
        before = [rows(job.place, query) for query in STORED]
        (tmp_path / "new.toml").write_text(job.text.replace('within = "3wd"', 'within = "15m"'), "utf-8")
        sums = of_state(job.config(), load_config(tmp_path / "new.toml"), ALL)
        assert sandbox.requests() == calls
    assert [rows(job.place, query) for query in STORED] == before
    found = {priority: both for (name, priority), both in sums.counts.items() if name == "standard.resolution"}
    assert any(one.breached < other.breached for one, other in found.values())
    assert all(one.cycles == other.cycles > 0 for one, other in found.values())
    assert {reason for change in sums.changes() for reason in change.reasons} == {"target"}
    assert isinstance(next(iter(found.values()))[0], Count)
