"""What is judged range by range comes to the same bytes, however tickets are cut, and whoever judges them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest

from slabridge.spread import HERE, Job, NoWorkers, Spread, Unfit
from slabridge.spread.job import Place, Task
from slabridge.spread.packed import unpacked
from slabridge.spread.spread import FEW, R
from slabridge.state import State, StateError
from slabridge.state.ranges import Range, ranges, whole
from slabridge.state.trouble import address
from tests.patience import PATIENCE
from tests.places import CHECKOUT
from tests.slabridge.spread.conftest import Known
from tests.slabridge.spread.jobs import Dying, Whose


@dataclass(frozen=True, slots=True)
class Cut(Spread):
    """Cuts tickets anywhere, and packs each part as for another process."""

    seed: int = 0

    def each(self, job: Job[R], state: State, names: Sequence[str]) -> Iterator[R]:
        rng = Random(self.seed)  # noqa: S311 - cuts, no secrets
        task = Task.of(job, state)
        for every in whole(state, names):
            ids = [part.until for part in ranges(state, [every.connection], 1) if part.until is not None]
            assert len(ids) > 3
            cuts = sorted(rng.sample(ids, rng.randint(0, len(ids))))
            for after, until in zip(["", *cuts], [*cuts, None], strict=True):
                yield unpacked(task(every._replace(after=after, until=until)))


def test_all_three_come_to_the_same_bytes_however_tickets_are_cut(known: Known) -> None:
    expected = known.everything(HERE)
    assert min(map(len, expected)) > 500
    for seed in range(8):
        assert known.everything(Cut(seed=seed)) == expected


def test_all_three_come_to_the_same_bytes_in_processes_of_this_machine(known: Known) -> None:
    state = State.of(known.now.state)
    tickets = sum(part.tickets for part in ranges(state, ["snow", "jira"], 1))
    assert tickets > FEW  # of fewer none is sent anywhere
    state.close()
    assert known.everything(Spread(cores=2, size=1)) == known.everything(HERE)


def test_ranges_hold_each_ticket_once(state: State) -> None:
    found = ranges(state, ["two", "one", "never"], 2)
    assert found[:3] == [
        Range("two", 7, "", "T1", 2),
        Range("two", 7, "T1", "T3", 2),
        Range("two", 7, "T3", None, 1),
    ]
    assert [part.connection for part in found] == ["two"] * 3 + ["one"] * 3


def test_a_range_whose_worker_died_is_begun_anew_and_after_a_second_death_it_ends(state: State, tmp_path: Path) -> None:
    died = tmp_path / "died"
    died.mkdir()
    spread = Spread(cores=2, size=1)
    assert [*spread.each(Dying(died, 1), state, ["one", "two"])] == ranges(state, ["one", "two"], 1)
    with pytest.raises(NoWorkers, match=r"tickets of one from id '' on ended twice"):
        [*spread.each(Dying(died, 9), state, ["one", "two"])]


def test_this_process_judges_too_rather_than_wait(state: State) -> None:
    done_by = [*Spread(cores=2, size=1).each(Whose(), state, ["one", "two"])]
    assert os.getpid() not in done_by[:2]  # begun elsewhere before anything is done here
    assert os.getpid() in done_by


ENDLESS = """
import sys
from pathlib import Path
from slabridge.spread import Spread
from slabridge.state import State
from tests.slabridge.spread.jobs import Lasting

if __name__ == "__main__":
    state = State.of(sys.argv[1])
    list(Spread(cores=2, size=1).each(Lasting(Path(sys.argv[2])), state, ["one", "two"]))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_whoever_started_them(state: State, tmp_path: Path, end: signal.Signals) -> None:
    script, pipe = tmp_path / "endless.py", tmp_path / "pipe"
    script.write_text(ENDLESS, "utf-8")
    os.mkfifo(pipe)
    command = [sys.executable, str(script), str(state.url.database), str(pipe)]
    ours = subprocess.Popen(  # noqa: S603 - our own program
        command, env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, stderr=subprocess.PIPE, text=True
    )
    with pipe.open("rb", buffering=0) as workers:
        assert workers.read(1) + workers.read(1) == b".."
        ours.send_signal(end)
        _, said = ours.communicate(timeout=PATIENCE)
        assert workers.read() == b""  # nobody is left who could write
    assert ours.returncode == -end
    assert said.count("Traceback") == (end is signal.SIGINT)  # our own; workers say nothing


def test_a_worker_that_sees_another_file_or_none_says_so(state: State, tmp_path: Path) -> None:
    place = Place.of(state)
    place.opened().close()
    for other in (replace(place, url=str(tmp_path / "none.db")), replace(place, file=(0, 0))):
        with pytest.raises(
            StateError, match=r"does not see this file; workers run where it is, or the state is a Post"
        ):
            other.opened()


def test_a_worker_of_another_version_does_not_read_what_it_is_sent() -> None:
    with pytest.raises(Unfit, match=r"has slabridge .*, and this is 0\.0\.1: install the same everywhere"):
        Task("0.0.1", b"never read")(Range("one", 7))


@pytest.mark.parametrize("url", ["postgresql://ann:SECRET@host/sla", "postgresql://ann@host/sla?password=SECRET"])
def test_no_password_is_sent(url: str) -> None:
    state = State.__new__(State)  # one that is opened asks a server
    state.url = address(url)
    assert Place.of(state) == Place("postgresql+psycopg://ann@host/sla", None)


@dataclass(frozen=True, slots=True)
class Noted(Cut):
    """Notes what is sent."""

    sent: list[bytes] = field(default_factory=list)

    def each(self, job: Job[R], state: State, names: Sequence[str]) -> Iterator[R]:
        self.sent.append(Task.of(job, state).work)
        yield from Cut.each(self, job, state, names)


def test_nothing_is_sent_of_how_tools_are_reached(known: Known) -> None:
    noted = Noted()
    known.everything(noted)
    assert len(noted.sent) == 3
    for found in noted.sent:
        assert b"assignment_group" in found
        for text in (b"http://", b"SNOW_PASSWORD", b"JIRA_TOKEN", b"sandbox"):
            assert text not in found


def test_without_dask_a_scheduler_cannot_be_used(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unfit, match=r'Dask is not installed; for the fleet: pip install "slabridge\[fleet\]"'):
        [*Spread("tcp://127.0.0.1:9").each(Dying(Path(), 0), state, ["one"])]


def test_what_cannot_be_shared_is_not_spread() -> None:
    state = State("sqlite://")
    with pytest.raises(NoWorkers, match="there is no state yet"):
        [*Spread("tcp://127.0.0.1:9").each(Dying(Path(), 0), state, [])]
    state.close()
