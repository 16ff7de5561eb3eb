"""The world: what people do to tickets, kept until its time comes."""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import orjson
from starlette.routing import BaseRoute

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.instant import DAY, HOUR
from slabridge_sandbox.story import Event

_CHUNK = 50_000
_FIRST_MONDAY = 4 * DAY
_WEEK = 7 * DAY
_BUSY = 0.95
QUIET_START = 1_772_524_800_000
"""Where a world without tickets begins: Tuesday 2026-03-03, 08:00 UTC."""


class Tool(Protocol):
    """A ticket tool in the sandbox.

    `credentials` holds the account that slabridge uses, and then its secret; `switches` is a dataclass of how the tool
    behaves.
    """

    credentials: Any
    switches: Any

    def create(self) -> None:
        """Make the tables in an empty database."""
        ...

    def apply(self, events: Sequence[Event]) -> None:
        """Apply what people did, in time order."""
        ...

    def routes(self) -> list[BaseRoute]:
        """Return the routes of its REST API."""
        ...


class World:
    """Events on their way to the tools `servicenow` and `jira`, in a table `timeline` of `db`.

    Each story belongs to one tool for good: `share` of them to Jira, by a hash of the number.
    """

    def __init__(self, db: sqlite3.Connection, clock: Clock, tools: Mapping[str, Tool], share: float) -> None:
        self._db = db
        self._clock = clock
        self._tools = tools
        self._share = share if len(tools) > 1 else float("jira" in tools)
        self._reached = -1
        with db:
            db.execute(
                "CREATE TABLE timeline (at INTEGER, story TEXT, seq INTEGER, by TEXT, changes BLOB, opens INTEGER)"
            )

    def tool_of(self, story: str) -> str:
        """Return the name of the tool that a story belongs to."""
        fraction = int(hashlib.md5(story.encode(), usedforsecurity=False).hexdigest()[:8], 16) / 2**32
        return "jira" if fraction < self._share else "servicenow"

    def begin(self, events: Iterable[Event], start: int | None = None) -> None:
        """Take the events in, set the clock to `start` (default: the busiest week) and apply what came before it."""
        self.add(events)
        with self._db:
            self._db.execute("CREATE INDEX timeline_at ON timeline (at)")
        self.move_to(self._busiest() if start is None else start)

    def add(self, events: Iterable[Event]) -> None:
        """Take events in that lie ahead."""
        with self._db:
            self._db.executemany(
                "INSERT INTO timeline VALUES (?, ?, ?, ?, ?, ?)",
                ((e.at, e.story, e.seq, e.by, orjson.dumps(e.changes), e.opens) for e in events),
            )

    def move_to(self, instant: int) -> int:
        """Set the clock, apply what people do until then, and return how many updates that were.

        Raises:
            ValueError: the instant lies in the past.
        """
        applied = self._apply(instant)
        self._clock.now = instant
        return applied

    def catch_up(self) -> None:
        """Apply what became due while the clock ran by itself."""
        if self._clock.rate:
            self._apply(self._clock.now)

    def _apply(self, instant: int) -> int:
        if instant < self._reached:
            raise ValueError("the clock of the sandbox does not go back")
        due = self._db.execute(
            "SELECT at, story, seq, by, changes, opens FROM timeline WHERE at > ? AND at <= ? ORDER BY at, rowid",
            (self._reached, instant),
        )
        applied = 0
        while rows := due.fetchmany(_CHUNK):
            applied += len(rows)
            found: dict[str, list[Event]] = {name: [] for name in self._tools}
            for at, story, seq, by, changes, opens in rows:
                event = Event(at, story, seq, by, orjson.loads(changes), bool(opens))
                found[self.tool_of(story)].append(event)
            for name, events in found.items():
                self._tools[name].apply(events)
        self._reached = instant
        return applied

    def _busiest(self) -> int:
        """Return Tuesday 08:00 of the last week that has about as many new tickets as the one with the most."""
        weeks = self._db.execute(
            "SELECT (at - ?) / ? AS week, count(*) FROM timeline WHERE opens GROUP BY week", (_FIRST_MONDAY, _WEEK)
        ).fetchall()
        if not weeks:
            return QUIET_START
        most = max(opened for _, opened in weeks)
        week = max(week for week, opened in weeks if opened >= _BUSY * most)
        return int(_FIRST_MONDAY + week * _WEEK + DAY + 8 * HOUR)
