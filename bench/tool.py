"""A ticket tool for the benchmarks: made-up tickets in a SQLite file, behind the connector interface."""

import hashlib
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.interface import (
    CommentDelete,
    CommentWrite,
    Cursor,
    Fact,
    FieldsWrite,
    Identity,
    Instant,
    LinkWrite,
    NativeClock,
    NativeComment,
    NativeDefinitions,
    NativeEntry,
    NativeOutage,
    NativeRating,
    NativeTicket,
    Outcome,
    Page,
    Receipt,
    Skipped,
    Survey,
    Touched,
    Traffic,
    Value,
    Values,
    Write,
)
from sla_engine.instant import DAY, SECOND, format_instant, moment_of
from slabridge.state.codec import decode, encode
from slabridge_sandbox.generate import FIRST_MONDAY, generate
from slabridge_sandbox.story import STATES, Event

FIELDS = ("state", "priority", "assignment_group", "assigned_to", "category")
WRITTEN = ("u_sla_status", "u_sla_due", "u_ola_status", "u_ola_holder")
WEEK = 7 * DAY
WEEKS = 48
"""Tickets are opened over so many weeks, and what happened until then is seen."""
AS_OF = FIRST_MONDAY + WEEKS * WEEK
BLOCK = 2_000
"""Tickets made up together: stories of four weeks, moved to where they belong in the year."""
PAGE = 200
CHANGED = 100
STEP = SECOND
"""What the tool's clock moves from run to run, so that next to nothing but what changed is due."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took, in seconds: by the clock on the wall, and of this process's processor time."""

    wall: float = 0.0
    processor: float = 0.0

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.wall - other.wall, self.processor - other.processor)


def now() -> Cost:
    """Return both clocks."""
    return Cost(time.perf_counter(), time.process_time())


class Tool:
    """A ticket tool in a SQLite file, of which nothing is held in memory. It is a connector, and counts its own time.

    `feed` says in which order tickets changed; its row number is the cursor. What we write is no change here.
    """

    name = "snow"
    calls = 0
    traffic = Traffic()

    def __init__(self, path: Path, weeks: int = WEEKS) -> None:
        """Play a tool of tickets that were opened over so many weeks: of fewer weeks more are open."""
        self.weeks = weeks
        self.now = FIRST_MONDAY + weeks * WEEK
        self.spent = Cost()
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS ticket (id TEXT PRIMARY KEY, body BLOB, open INTEGER) WITHOUT ROWID"
        )
        self._database.execute("CREATE INDEX IF NOT EXISTS open ON ticket (id) WHERE open")
        self._database.execute("CREATE TABLE IF NOT EXISTS feed (number INTEGER PRIMARY KEY, id TEXT)")

    def fill(self, tickets: int) -> None:
        """Make up so many tickets."""
        blocks = -(-tickets // BLOCK)
        for block in range(blocks):
            # The last block ends with the year: else nothing is open at its end.
            begin = FIRST_MONDAY + (block + 1) * (self.weeks - 4) // blocks * WEEK
            found = list(_block(min(BLOCK, tickets - block * BLOCK), block, begin, self.now))
            self._database.execute("BEGIN")
            self._put(found)
            self._database.execute("COMMIT")

    def change(self) -> None:
        """Let somebody re-prioritise 100 tickets that are open; each time others."""
        self.now += STEP
        ids = [identity for (identity,) in self._database.execute("SELECT id FROM ticket WHERE open ORDER BY id")]
        if len(ids) < CHANGED:
            raise SystemExit(f"of so few tickets only {len(ids)} are open, and {CHANGED} are to change: take more")
        chosen = random.Random(self.now).sample(ids, CHANGED)  # noqa: S311 - tickets, not secrets
        self._put([self._moved(native) for page in self.reread(chosen) for native in page.tickets])

    def _moved(self, native: NativeTicket) -> NativeTicket:
        before = native.fields["priority"]
        after = (Value("2", "2 - High"),) if before[0].code != "2" else (Value("3", "3 - Moderate"),)
        entry = NativeEntry(self.now - SECOND, "Ada", {"priority": (before, after)})
        return replace(native, fields={**native.fields, "priority": after}, history=(*native.history, entry))

    def _put(self, tickets: Sequence[NativeTicket]) -> None:
        rows = [(t.id, encode(t).payload, t.fields["state"][0].name not in ("Resolved", "Closed")) for t in tickets]
        self._database.executemany("REPLACE INTO ticket VALUES (?, ?, ?)", rows)
        self._database.executemany("INSERT INTO feed (id) VALUES (?)", [(t.id,) for t in tickets])

    def check(self) -> Identity:
        """Return the tool's clock."""
        return Identity("bench", self.now)

    def changed(self, cursor: Cursor | None) -> Iterator[Page]:
        """Read what changed since a row of the feed, the whole table at first."""
        last = 0 if cursor is None else cursor["number"]
        while True:
            with self._timed():
                query = "SELECT number, body FROM feed JOIN ticket USING (id) WHERE number > ? ORDER BY number LIMIT ?"
                rows = self._database.execute(query, [last, PAGE]).fetchall()
                tickets = tuple(decode(body) for _, body in rows)
            if not rows:
                return
            last = rows[-1][0]
            yield Page(tickets, {"number": last, "updated": f"{moment_of(self.now):%Y-%m-%d %H:%M:%S}"})

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """Read nothing: there is no filter."""
        del cursor
        return iter(())

    def ids_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Know no links."""
        del keys
        return {}

    def definitions(self) -> NativeDefinitions:
        """Have none."""
        return NativeDefinitions({})

    def ended(self, most: int) -> Sequence[str]:
        """Have no clocks."""
        del most
        return ()

    def outages(self, items: Sequence[str]) -> Iterator[NativeOutage | Skipped]:
        """Keep none."""
        del items
        return iter(())

    def ratings(self, survey: Survey | None, start: int, end: int) -> Iterator[NativeRating | Skipped]:
        """Keep none."""
        del survey, start, end
        return iter(())

    def reread(self, ids: Sequence[str]) -> Iterator[Page]:
        """Read tickets by id."""
        for start in range(0, len(ids), PAGE):
            with self._timed():
                part = ids[start : start + PAGE]
                query = f"SELECT body FROM ticket WHERE id IN ({', '.join('?' * len(part))})"  # noqa: S608 - marks only
                tickets = tuple(decode(body) for (body,) in self._database.execute(query, part))
            yield Page(tickets, {})

    def gaps(self) -> Mapping[str, str]:
        """Return nothing: all has a history."""
        return {}

    def clocks(self, ids: Sequence[str]) -> Iterator[NativeClock]:
        """Read nothing: this tool has no clocks of its own."""
        del ids
        return iter(())

    def encode(self, field: str, fact: Fact) -> str | None:
        """Return text."""
        del field
        if isinstance(fact, Instant):
            return format_instant(fact.at)
        return None if fact is None else str(fact)

    def delete(self, deletion: CommentDelete) -> None:
        """Delete nothing: no comments are configured here."""
        raise TypeError(f"{deletion} stands nowhere")

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """Take everything."""
        yield from ({} for _ in writes)

    def fits(self, comment: CommentWrite) -> bool:
        """Take any length."""
        del comment
        return True

    def write(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Keep what is written."""
        for one in writes:
            with self._timed():
                if not isinstance(one, FieldsWrite):
                    raise TypeError("no comments are configured here")
                row = self._database.execute("SELECT body FROM ticket WHERE id = ?", [one.id]).fetchone()
                native = decode(row[0])
                body = encode(replace(native, written={**native.written, **one.fields})).payload
                self._database.execute("UPDATE ticket SET body = ? WHERE id = ?", [body, one.id])
            yield Receipt(one, Outcome.APPLIED)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = now()
        yield
        self.spent = now() - (began - self.spent)


def _block(size: int, seed: int, begin: int, as_of: int) -> Iterator[NativeTicket]:
    """Yield tickets as the tool has them at the end of the year, those last changed first."""
    stories: dict[str, list[Event]] = {}
    for event in generate(size, seed):
        if event.at - FIRST_MONDAY + begin <= as_of:
            stories.setdefault(event.story, []).append(event)
    for number, events in sorted(stories.items(), key=lambda story: story[1][-1].at):
        yield _native(f"INC{seed:04}{number[3:]}", events, begin - FIRST_MONDAY)


def _native(key: str, events: Sequence[Event], shift: int) -> NativeTicket:
    held = {name: _values(name, events[0].changes.get(name)) for name in FIELDS}
    history: list[NativeEntry] = []
    comments: list[NativeComment] = []
    for event in events[1:]:
        changes = {name: (held[name], _values(name, to)) for name, to in event.changes.items() if name in held}
        held |= {name: after for name, (_, after) in changes.items()}
        if changes:
            history.append(NativeEntry(event.at + shift, event.by, changes))
        else:
            comments.append(NativeComment(event.at + shift, event.by, "agent", public=True))
    identity = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    created, updated = events[0].at + shift, events[-1].at + shift
    return NativeTicket(identity, key, created, updated, held, tuple(history), tuple(comments), dict.fromkeys(WRITTEN))


def _values(field: str, text: str | None) -> Values:
    """Return a value with the code that the tool knows it by: a number, or the id of a person or a team."""
    if text is None:
        return ()
    if field == "state":
        return (Value(str(STATES.index(text) + 1), text),)
    if field in ("assignment_group", "assigned_to"):
        return (Value(hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), text),)
    return (Value(text[0] if field == "priority" else text, text),)
