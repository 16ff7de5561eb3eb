"""How fast the engine is, beside the floors that it stands against.

    python bench/engine.py [--tickets 1000000] [--lines 100000]

1. Arrays in memory: tickets x 6 rows x 4 objectives on one core, in clocks (a ticket times an objective) per second,
   beside one searchsorted and one cumulative sum per row and calendar.
2. JSONL in, JSONL out, beside parsing the same tickets and printing the same results with json alone.

Both sides of a comparison run in turn, several times; the best of each counts.
"""

import argparse
import gc
import io
import json
import time
from collections.abc import Callable, Sequence
from tomllib import loads

import numpy as np
import orjson

from bench.figure import Figure, of, rate
from sla_engine import Engine, read_lines
from sla_engine.engine import CHUNK
from sla_engine.instant import DAY, HOUR, format_instant, parse_instant
from sla_engine.table import COMMENT, CREATION, HISTORY, Column, Table
from slabridge.config import load_definitions
from slabridge.ticket.file import AT_ONCE

CONFIGURATION = """
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-12:00", "13:00-17:00"] }
holidays = ["SE"]
[calendars.always]
timezone = "UTC"
hours = "24x7"
[agreements.standard]
kind = "sla"
calendar = "office"
[agreements.standard.objectives.response]
start = { status = "new" }
stop = [ { event = "comment", role = "agent" }, { status = ["in_progress", "resolved"] } ]
on_reopen = "first_only"
targets = { priority = { P1 = "15m", P2 = "30m" }, else = "4h" }
[agreements.standard.objectives.resolution]
start = { status = ["new", "in_progress", "pending"] }
pause = { status = "pending" }
stop = { status = "resolved" }
at_risk = ["75%"]
targets = [ { when = { priority = "P1" }, within = "4h", calendar = "always" }, { within = "24h" } ]
[agreements.standard.objectives.update]
start = { status = ["new", "in_progress", "pending"] }
stop = { status = "resolved" }
reset = { event = "comment", role = "agent" }
on_reset = "complete"
targets = "8h"
[agreements.team]
kind = "ola"
calendar = "office"
[agreements.team.objectives.handling]
while = { team = { set = true }, status = { not = "resolved" } }
pause = { status = "pending" }
reset = { event = "change", field = "team" }
on_reset = "complete"
targets = "2h"
"""
STATUSES = ("new", "in_progress", "pending", "resolved")
TEAMS = tuple(f"Team {n}" for n in range(20))
ROWS = 6
AS_OF = parse_instant("2026-06-01T00:00:00Z")


def synthetic(tickets: int) -> Table:
    """Lay out random tickets: each is created, moves through the statuses and teams, gets a comment, and may end."""
    rng = np.random.default_rng(1)
    created = np.sort(rng.integers(AS_OF - 365 * DAY, AS_OF - 30 * DAY, tickets))
    steps = rng.exponential(6 * HOUR, (tickets, ROWS)).astype(np.int64)
    steps[:, 0] = 0
    at = created[:, None] + np.cumsum(steps, axis=1)
    status = np.tile(np.array([0, 1, 1, 2, 1, 3], np.int32), (tickets, 1))
    status[rng.random(tickets) < 0.2, -1] = 1
    team = np.repeat(rng.integers(0, len(TEAMS), tickets, dtype=np.int32)[:, None], ROWS, axis=1)
    moved = rng.random(tickets) < 0.4
    team[moved, 3:] = (team[moved, 3:] + 1) % len(TEAMS)
    priority = np.repeat(rng.choice(4, tickets, p=[0.01, 0.02, 0.94, 0.03]).astype(np.int32)[:, None], ROWS, axis=1)
    kind = np.tile(np.array([CREATION, HISTORY, COMMENT, HISTORY, HISTORY, HISTORY], np.int8), (tickets, 1))
    comments = np.where(kind == COMMENT, 0, -1).astype(np.int32)
    return Table(
        np.arange(0, tickets * ROWS + 1, ROWS),
        at.reshape(-1),
        kind.reshape(-1),
        {
            "status": Column(status.reshape(-1), [(s,) for s in STATUSES]),
            "team": Column(team.reshape(-1), [(t,) for t in TEAMS]),
            "priority": Column(priority.reshape(-1), [(f"P{n}",) for n in (1, 2, 3, 4)]),
            "source": Column(np.zeros(tickets * ROWS, np.int32), [("bench",)]),
        },
        comments.reshape(-1),
        [("agent", True, "alice", ())],
    )


def judge_all(engine: Engine, table: Table, chunk: int) -> int:
    """Judge a table in chunks; return the number of results."""
    tickets = len(table.first) - 1
    return sum(
        len(part.verdicts.due_at)
        for begin in range(0, tickets, chunk)
        for part in engine.judge(table.slice(begin, min(begin + chunk, tickets)), AS_OF)
    )


def floor(engine: Engine, table: Table, chunk: int) -> None:
    """Do what no engine on compiled calendars can avoid: a lookup and a running total per row and calendar."""
    edges = {}
    for name, calendar in engine.calendars.items():
        compiled = calendar._cover(int(table.at.min()), AS_OF)  # noqa: SLF001 - the floor uses the same arrays
        edges[name] = compiled.starts, compiled.worked
    for begin in range(0, len(table.at), chunk * ROWS):
        at = table.at[begin : begin + chunk * ROWS]
        for starts, worked in edges.values():
            np.cumsum(worked[np.searchsorted(starts, at)])


def lines(count: int) -> bytes:
    """Return canonical tickets as JSON Lines, in the shape of the synthetic table."""
    table = synthetic(count)
    out = io.BytesIO()
    at = table.at.reshape(-1, ROWS)
    columns = {name: table.columns[name] for name in ("status", "team", "priority")}
    codes = {name: column.codes.reshape(-1, ROWS) for name, column in columns.items()}
    for n in range(count):
        values = {name: [columns[name].values[c][0] for c in codes[name][n]] for name in columns}
        history = [
            {
                "at": format_instant(int(at[n, row])),
                "by": "bob",
                "changes": {f: [v[row - 1], v[row]] for f, v in values.items() if v[row - 1] != v[row]},
            }
            for row in (1, 3, 4, 5)
        ]
        ticket = {
            "source": "bench",
            "key": f"T{n}",
            "created": format_instant(int(at[n, 0])),
            "fields": {name: v[-1] for name, v in values.items()},
            "history": history,
            "comments": [{"at": format_instant(int(at[n, 2])), "by": "alice", "role": "agent", "public": True}],
        }
        out.write(orjson.dumps(ticket) + b"\n")
    return out.getvalue()


def pipeline(engine: Engine, text: bytes) -> bytes:
    """Go from JSONL to JSONL as `slabridge evaluate` does."""
    lines, out = text.splitlines(), io.BytesIO()
    for start in range(0, len(lines), AT_ONCE):
        read = read_lines(lines[start : start + AT_ONCE], engine.columns)
        out.writelines(engine.evaluate_read(read, AS_OF).lines())
    return out.getvalue()


def parse_and_print(text: bytes, results: list[object]) -> None:
    """Parse the tickets and print the results, with the standard library."""
    for line in text.splitlines():
        json.loads(line)
    out = io.StringIO()
    for result in results:
        out.write(json.dumps(result) + "\n")


def best(*works: Callable[[], object], rounds: int = 3) -> list[float]:
    """Run the works in turn, several rounds; return the best of each in seconds of the processor."""
    times = [float("inf")] * len(works)
    for _ in range(rounds):
        for n, work in enumerate(works):
            began = time.process_time()
            work()
            times[n] = min(times[n], time.process_time() - began)
    return times


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--chunk", type=int, default=CHUNK)
    options = parser.parse_args(arguments)
    engine = Engine(load_definitions(loads(CONFIGURATION)))

    table = synthetic(options.tickets)
    results = judge_all(engine, table, options.chunk)
    ours, least = best(lambda: judge_all(engine, table, options.chunk), lambda: floor(engine, table, options.chunk))
    clocks = options.tickets * len(engine.clauses)
    print(f"arrays: {options.tickets:,} tickets x {ROWS} rows x {len(engine.clauses)} objectives, {results:,} results")
    speed = f"{clocks / ours / 1e6:.2f} M clocks/s"
    print(f"  engine {ours:.2f} s = {speed}; floor {least:.2f} s; ratio {ours / least:.1f}")
    what = f"arrays in memory: {options.tickets:,} tickets x {ROWS} rows x {len(engine.clauses)} objectives"
    beside = f"a lookup and a running total per row and calendar: {of(least)} s"
    figures = [Figure(what, f"{of(ours)} s, {rate(clocks / ours, 'clocks')}", beside, of(ours / least))]

    gc.disable()  # as `slabridge evaluate` does; for both sides
    text = lines(options.lines)
    printed = [json.loads(line) for line in pipeline(engine, text).splitlines()]
    ours, least = best(lambda: pipeline(engine, text), lambda: parse_and_print(text, printed))
    print(f"JSONL: {options.lines:,} tickets to {len(printed):,} results")
    print(f"  engine {ours:.2f} s; json alone {least:.2f} s; ratio {ours / least:.2f}")
    what = f"JSON Lines to JSON Lines: {options.lines:,} short tickets to {len(printed):,} results"
    beside = f"`json`, the same tickets and the same results: {of(least)} s"
    return [*figures, Figure(what, f"{of(ours)} s", beside, of(ours / least))]


if __name__ == "__main__":
    main()
