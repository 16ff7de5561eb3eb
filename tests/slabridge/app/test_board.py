"""The board: when what is paused would be due, and what is counted again when."""

from pathlib import Path

import numpy as np
import pytest

from sla_engine import Calendar
from sla_engine.instant import HOUR
from slabridge.app.age import Age
from slabridge.app.board import Boards, OpenCycle, Wanted
from slabridge.app.readable import Readable
from slabridge.config import load_config
from slabridge.state import State, Transaction, tickets
from slabridge.ticket.known import Evaluated
from slabridge.ticket.viewer import Viewer
from tests.places import CHECKOUT
from tests.slabridge.run.making import NOW, result
from tests.slabridge.state.making import save, ticket

PAUSED = OpenCycle(
    id="1",
    key="INC1",
    connection="snow",
    agreement="standard",
    objective="resolution",
    cycle=1,
    kind="sla",
    stage="paused",
    status="paused",
    started_at=NOW,
    due_at=None,
    due_if_resumed=NOW + 3 * HOUR,
    breached_at=None,
    target_ms=4 * HOUR,
    remaining_ms=3 * HOUR,
    holder=None,
    priority=None,
    team=None,
    customer=None,
    calendar="office",
)


@pytest.fixture
def boards(tmp_path: Path) -> Boards:
    path = tmp_path / "config.toml"
    path.write_text((CHECKOUT / "config.example.toml").read_text("utf-8"), "utf-8")
    return Boards(Readable(load_config(path)))


@pytest.mark.parametrize("hours", [0, 5, 30, 100, 1_000])
def test_what_is_paused_is_due_by_the_work_that_is_left_from_the_last_run_on(boards: Boards, hours: int) -> None:
    as_of = NOW + hours * HOUR
    (found,) = boards.resumed([PAUSED], [Age("snow", as_of, as_of + 60_000)])
    due = found.due_if_resumed
    assert due is not None
    calendar = Calendar(boards.readable.config.definitions.calendars["office"])

    def worked(until: int) -> int:
        return int(calendar.elapsed(np.array([as_of]), np.array([until]))[0])

    assert worked(due) == PAUSED.remaining_ms > worked(due - 1)


def test_what_no_calendar_or_run_is_known_of_stays_as_it_was_judged(boards: Boards) -> None:
    known = [Age("jira", NOW, NOW)]
    assert [*boards.resumed([PAUSED], known)] == [PAUSED]


def test_what_was_counted_is_taken_for_two_seconds_and_each_viewer_has_their_own(
    boards: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1_000.0]
    monkeypatch.setattr("slabridge.app.board.monotonic", lambda: clock[0])
    state = State.of(boards.readable.config.state)

    def another(identity: str, holder: str) -> None:
        save(state, ticket(identity))
        with state.begin() as sql:
            tickets.evaluated(Transaction(sql, "snow"), NOW, [Evaluated(identity, [result(holder=holder)])])

    another("1", "Mail")
    assert boards.board(Viewer(), Wanted()).total == 1
    another("2", "Network")
    assert boards.board(Viewer(), Wanted()).total == 1
    assert len(boards.board(Viewer(), Wanted()).cycles) == 2
    assert boards.board(Viewer(team="Network"), Wanted()).total == 1
    assert boards.board(Viewer(team="Nobody"), Wanted()).total == 0
    clock[0] += 2
    assert boards.board(Viewer(), Wanted()).total == 2
    state.close()
    boards.readable.close()
