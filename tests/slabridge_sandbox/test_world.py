import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from starlette.routing import BaseRoute

from sla_engine.instant import DAY, HOUR, parse_instant
from slabridge_sandbox.clock import Clock
from slabridge_sandbox.story import Event
from slabridge_sandbox.world import QUIET_START, World

MONDAY = parse_instant("2026-03-02T00:00:00Z")


class Diary:
    """A tool that remembers what it was told, and when."""

    credentials = None
    switches = None

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.events: list[Event] = []

    def create(self) -> None: ...

    def apply(self, events: Sequence[Event]) -> None:
        self.events += events

    def routes(self) -> list[BaseRoute]:
        return []


def opening(story: str, at: int) -> Event:
    return Event(at, story, 1, "Ada", {"state": "New", "caller": None}, opens=True)


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        yield connection


def world(db: sqlite3.Connection, share: float = 0.4, **tools: Diary) -> tuple[World, Clock]:
    clock = Clock(0)
    return World(db, clock, tools, share), clock


@pytest.fixture
def diary() -> Diary:
    return Diary(Clock(0))


def test_events_reach_the_tool_in_time_order_and_as_they_were(db: sqlite3.Connection, diary: Diary) -> None:
    early, late = opening("A", MONDAY), opening("B", MONDAY + HOUR)
    tied = Event(MONDAY + HOUR, "B", 2, "Bo", {"state": "Active"})
    made, clock = world(db, servicenow=diary)
    made.begin([late, tied, early], start=MONDAY - 1)
    assert diary.events == []
    assert made.move_to(MONDAY) == 1
    assert made.move_to(MONDAY + DAY) == 2
    assert diary.events == [early, late, tied]
    assert clock.now == MONDAY + DAY


def test_it_begins_on_tuesday_morning_of_the_last_busy_week(db: sqlite3.Connection, diary: Diary) -> None:
    weeks = {0: 10, 1: 96, 2: 100, 3: 97, 4: 90}
    events = [opening(f"{week}-{n}", MONDAY + week * 7 * DAY + n) for week, n in weeks.items() for n in range(n)]
    made, clock = world(db, servicenow=diary)
    made.begin(events)
    assert clock.now == MONDAY + 22 * DAY + 8 * HOUR
    assert len(diary.events) == 10 + 96 + 100 + 97


def test_without_tickets_it_begins_all_the_same(db: sqlite3.Connection, diary: Diary) -> None:
    made, clock = world(db, servicenow=diary)
    made.begin([])
    assert clock.now == QUIET_START


def test_a_share_of_the_stories_is_jiras_and_always_the_same_ones(db: sqlite3.Connection) -> None:
    made, _ = world(db, 0.4, servicenow=Diary(Clock(0)), jira=Diary(Clock(0)))
    tools = [made.tool_of(f"INC{n:07}") for n in range(5_000)]
    assert 0.38 < Counter(tools)["jira"] / 5_000 < 0.42
    assert tools[:5] == ["jira", "jira", "servicenow", "jira", "servicenow"]


@pytest.mark.parametrize("name", ["servicenow", "jira"])
def test_a_tool_alone_gets_everything(db: sqlite3.Connection, name: str, diary: Diary) -> None:
    made, _ = world(db, 0.4, **{name: diary})
    made.begin([opening(f"INC{n}", MONDAY) for n in range(20)], start=MONDAY)
    assert len(diary.events) == 20


def test_the_clock_does_not_go_back(db: sqlite3.Connection, diary: Diary) -> None:
    made, _ = world(db, servicenow=diary)
    made.begin([], start=MONDAY)
    with pytest.raises(ValueError, match="does not go back"):
        made.move_to(MONDAY - 1)
