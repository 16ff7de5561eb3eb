"""How the job stands a million tickets: a first load, and a run with 100 changed tickets.

    python bench/scale.py [--tickets 1000000] [--small 10000] [--postgres postgresql://postgres@127.0.0.1:5432]

1. A first load: the tickets come page by page through the connector interface, are stored, judged by the agreements
   of scale.toml and written to (fields), by the job itself. Printed: time, tickets per second, the peak of this
   process's memory, the size of the state.
2. A run with 100 changed tickets, over all of them and beside it, in turn, over 10,000: the ratio of the medians.
   They change while they are open, so fewer than about 700 tickets are too few.
3. A run that re-reads every open ticket (the census), with its peak.

The tickets are made up from the timing of a real log (slabridge_sandbox/generate.py), by a process of their own, and
stand in a SQLite file that plays the ticket tool. What that tool takes is printed, and left out of the rate.
"""

import argparse
import hashlib
import multiprocessing
import os
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg

import sync
from connectors.interface import (
    CommentDelete,
    Cursor,
    Fact,
    FieldsWrite,
    Identity,
    Instant,
    NativeClock,
    NativeComment,
    NativeEntry,
    NativeOutage,
    NativeTicket,
    Outcome,
    Page,
    Receipt,
    Skipped,
    Touched,
    Value,
    Values,
    Write,
)
from sla_engine.instant import DAY, SECOND, format_instant
from slabridge.config import Config, load_config
from slabridge.run.context import OnProgress
from slabridge.run.tally import Tally
from slabridge.show import logs
from slabridge.state import State
from slabridge.state.codec import decode, encode
from slabridge_sandbox.generate import FIRST_MONDAY, generate
from slabridge_sandbox.story import STATES, Event

CONFIGURATION = Path(__file__).with_name("scale.toml")
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

    def __init__(self, path: Path) -> None:
        self.now = AS_OF
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
            begin = FIRST_MONDAY + (block + 1) * (WEEKS - 4) // blocks * WEEK
            found = list(_block(min(BLOCK, tickets - block * BLOCK), block, begin))
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
            yield Page(tickets, {"number": last})

    def touched(self, cursor: Cursor | None) -> Iterator[Touched]:
        """Read nothing: there is no filter."""
        del cursor
        return iter(())

    def ids_of(self, keys: Sequence[str]) -> Mapping[str, str]:
        """Know no links."""
        del keys
        return {}

    def outages(self, items: Sequence[str]) -> Iterator[NativeOutage | Skipped]:
        """Keep none."""
        del items
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

    def left_out(self, writes: Sequence[FieldsWrite]) -> Iterator[Mapping[str, str]]:
        """Take everything."""
        yield from ({} for _ in writes)

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


def _block(size: int, seed: int, begin: int) -> Iterator[NativeTicket]:
    """Yield tickets as the tool has them at the end of the year, those last changed first."""
    stories: dict[str, list[Event]] = {}
    for event in generate(size, seed):
        if event.at - FIRST_MONDAY + begin <= AS_OF:
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


@dataclass(slots=True)
class Place:
    """A tool and the state that knows it."""

    tool: Tool
    state: State
    config: Config

    def run(self, notice: OnProgress = lambda _: None) -> tuple[Cost, Cost, Tally]:
        """Run the job once; return what it took, what the tool took besides, and the counts."""
        self.tool.spent = Cost()
        began = now()
        report = sync.run(self.config, [(self.config.connections[0], self.tool)], self.state, notice)
        ours = now() - began - self.tool.spent
        if report.exit_code:
            raise SystemExit(f"the run ended with {report.exit_code!r}: {report.tallies}")
        return ours, self.tool.spent, report.tallies[0]


def peak() -> float:
    """Return the most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(path: Path, tickets: int) -> None:
    """Make up the tickets of a tool, once."""
    tool = Tool(path)
    tool.fill(tickets)
    tool.close()


def progress(tally: Tally) -> None:
    """Show how far the load is, where somebody looks."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{tally.pulled:,} read, {tally.evaluated:,} judged, {peak():.0f} MB ")


@contextmanager
def place(folder: Path, tickets: int, postgres: str | None) -> Iterator[Place]:
    """Give a tool with so many tickets, and an empty state."""
    tool_file = folder / f"tool-{tickets}.db"
    if not tool_file.exists():
        maker = multiprocessing.get_context("spawn").Process(target=fill, args=(tool_file, tickets))
        maker.start()
        maker.join()
        if maker.exitcode:
            raise SystemExit(f"making the tickets failed ({maker.exitcode})")
    config = load_config(CONFIGURATION)
    with ExitStack() as stack:
        address = str(folder / f"state-{tickets}.db")
        if postgres is not None:
            address = stack.enter_context(database(postgres, f"slabridge_bench_{os.getpid()}_{tickets}"))
        state = State.of(address)
        stack.callback(state.close)
        tool = Tool(tool_file)
        stack.callback(tool.close)
        yield Place(tool, state, config)


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """Give the URL of a database that is dropped at the end."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload,unused-ignore]
        try:
            yield f"{server}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]


def size_of(state: State, folder: Path, tickets: int) -> float:
    """Return the size of a state, in MB."""
    if state.url.get_backend_name() == "sqlite":
        return sum(path.stat().st_size for path in folder.glob(f"state-{tickets}.db*")) / 1e6
    with state.reading() as transaction:
        return int(transaction.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()) / 1e6


def lasting(seconds: float) -> str:
    """Return a length of time as people read it."""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def load(at: Place, folder: Path, tickets: int) -> None:
    """Do the first load, and print what it took."""
    ours, tool, tally = at.run(progress)
    print(f"first load: {tally.pulled:,} tickets, {tally.fields_written:,} fields written")
    for name in ("wall", "processor"):
        took, besides = getattr(ours, name), getattr(tool, name)
        print(f"  {name}: {lasting(took)} = {tally.pulled / took:,.0f} tickets/s; the tool {lasting(besides)}")
    print(f"  peak {peak():.0f} MB; state {size_of(at.state, folder, tickets):,.0f} MB", flush=True)


def compare(large: Place, small: Place, rounds: int) -> None:
    """Run with 100 changed tickets over many and over few known ones in turn, and print the ratios."""
    times: dict[str, list[Cost]] = {"few": [], "many": []}
    for _ in range(rounds):
        for name, at in (("few", small), ("many", large)):
            at.tool.change()
            ours, _, tally = at.run()
            times[name].append(ours)
            print(f"  {name}: {ours.wall:.3f} s, processor {ours.processor:.3f} s; {tally.sent} writes")
    for clock in ("wall", "processor"):
        few, many = (statistics.median(getattr(one, clock) for one in times[name]) for name in ("few", "many"))
        print(f"{CHANGED} changed, {clock}: {many:.3f} s over many known, {few:.3f} s over few: ratio {many / few:.2f}")


def census(at: Place) -> None:
    """Run a day later, so that all open tickets are read."""
    at.tool.now += DAY
    ours, _, tally = at.run(progress)
    print(f"a day later: {tally.pulled:,} tickets read in {ours.wall:.1f} s, processor {ours.processor:.1f} s")
    print(f"  peak {peak():.0f} MB")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many are known at first (%(default)s)")
    parser.add_argument("--small", type=int, default=10_000, help="how many are known beside it (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="runs over each with 100 changed tickets (%(default)s)")
    parser.add_argument("--postgres", help="a server's URL: the states are databases there, dropped at the end")
    parser.add_argument("--folder", type=Path, help="where the files go (1.5 kB a ticket; default: a temporary one)")
    options = parser.parse_args()
    if options.tickets == options.small:
        parser.error("--tickets and --small must differ")
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = options.folder or Path(name)
        large = stack.enter_context(place(folder, options.tickets, options.postgres))
        load(large, folder, options.tickets)
        small = stack.enter_context(place(folder, options.small, options.postgres))
        small.run()
        compare(large, small, options.rounds)
        census(large)


if __name__ == "__main__":
    main()
