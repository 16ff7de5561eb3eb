"""What re-evaluation, what-if and a report over stored tickets take on one core and on two.

    python -m bench.spread [--tickets 1000000] [--rounds 1] [--scheduler tcp://127.0.0.1:8786] [--folder F]

The state is that of bench/scale.py after a first load of some tickets, each of which then stands there again and again
under another id. Every command runs in a process of its own, on one core and on two in turn (and by the workers of a
scheduler), all tickets by a file whose targets are others. Printed: time by the clock on the wall, processor time of
that process and of its workers together, the peak of each, and whether what came of it is the same to the byte.

The speed-up by the wall counts where nothing else runs; by processor time it is what two free cores would make of it,
if both were busy all the time.
"""

import argparse
import hashlib
import json
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.figure import Figure, of
from bench.scale import CONFIGURATION, load, peak, place
from slabridge.app.asked import Asked
from slabridge.app.reevaluate import reevaluate
from slabridge.app.report import of_state
from slabridge.app.whatif import of_state as tried
from slabridge.cli.reevaluate import _line
from slabridge.config import load_config
from slabridge.show import logs
from slabridge.show.whatif import as_json
from slabridge.spread import Spread
from slabridge.state.codec import decode, encode
from slabridge.text.printed import json_line

ALL = (0, 1 << 62)
BASE = 20_000
COMMANDS = ("reevaluate", "whatif", "report")
MONTH = "2026-10"


def fill(folder: Path, tickets: int) -> Path:
    """Return a state with so many tickets, made once."""
    base = min(BASE, tickets)
    path = folder / f"spread-{tickets}.db"
    if path.exists():
        return path
    with place(folder, base, None) as at:
        load(at, folder, base)
    (folder / f"state-{base}.db").rename(path)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous=OFF")
    database.create_function("again", 2, _again, deterministic=True)
    for copy in range(1, -(-tickets // base)):
        database.execute("BEGIN")
        for table, names in (("ticket", ("id", "key")), ("result", ("ticket",))):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            chosen = [
                f"{name} || '~{copy}'" if name in names else f"again(payload, {copy})" if name == "payload" else name
                for name in columns
            ]
            once = f"FROM {table} WHERE instr({names[0]}, '~') = 0"
            database.execute(f"INSERT INTO {table} SELECT {', '.join(chosen)} {once}")
        database.execute("COMMIT")
    database.close()
    return path


def _again(payload: bytes, copy: int) -> bytes:
    native = decode(payload)
    return encode(replace(native, id=f"{native.id}~{copy}", key=f"{native.key}~{copy}")).payload


def lines(command: str, state: Path, spread: Spread) -> Iterator[bytes]:
    """Do it, and yield what comes of it."""
    now = replace(load_config(CONFIGURATION), state=str(state))
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(CONFIGURATION.read_text("utf-8").replace('within = "24h"', 'within = "20h"'))
        file.flush()
        other = replace(load_config(Path(file.name)), state=str(state))
    if command == "reevaluate":
        yield from reevaluate(other, ALL, _line, spread=spread)
    elif command == "whatif":
        yield json_line(as_json(tried(now, other, ALL, spread)))
    else:
        yield json_line(of_state(now, Asked(MONTH), spread=spread).document)


def one(command: str, state: Path, cores: int, scheduler: str | None) -> None:
    """Do it in this process, and print what it took."""
    digest, size, began = hashlib.blake2b(digest_size=8), 0, time.perf_counter()
    for line in lines(command, state, Spread(scheduler, cores)):
        digest.update(line)
        size += len(line)
    wall = time.perf_counter() - began
    own, workers = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    took = {
        "wall": wall,
        "own": own.ru_utime + own.ru_stime,
        "workers": workers.ru_utime + workers.ru_stime,
        "peak": peak(),
        "peak of a worker": workers.ru_maxrss / 1024,
        "digest": digest.hexdigest(),
        "bytes": size,
    }
    print(json.dumps(took))


def measure(name: str, state: Path, cores: int, scheduler: str | None) -> dict[str, Any]:
    """Do it in a process of its own, print and return what it took."""
    options = ["--one", name, "--folder", str(state), "--cores", str(cores)]
    options += [] if scheduler is None else ["--scheduler", scheduler]
    # As a command of ours, whose workers import what their job needs, and not all that this file does.
    command = [sys.executable, "-c", "from bench.spread import main; main()", *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took: dict[str, Any] = json.loads(done.stdout)
    on = f"{cores} cores" if scheduler is None else scheduler
    print(
        f"  {name} on {on}: {took['wall']:.1f} s; processor {took['own']:.1f} s, its workers {took['workers']:.1f} s;"
        f" peak {took['peak']:.0f} MB, of a worker {took['peak of a worker']:.0f} MB; {took['bytes']:,} bytes",
        flush=True,
    )
    return took


def compare(command: str, state: Path, options: argparse.Namespace) -> Figure:
    """Do it on one core and on two in turn, and print and return the speed-up."""
    scheduler = options.scheduler
    alone, both, digests = [], [], set()
    for _ in range(options.rounds):
        alone.append(measure(command, state, 1, None))
        both.append(measure(command, state, 2, None))
        digests |= {alone[-1]["digest"], both[-1]["digest"]}
        if scheduler is not None:
            digests.add(measure(command, state, 1, scheduler)["digest"])
    wall = statistics.median(one["wall"] for one in alone) / statistics.median(one["wall"] for one in both)
    once = statistics.median(one["own"] for one in alone)
    twice = statistics.median((one["own"] + one["workers"]) / 2 for one in both)
    if len(digests) > 1:
        raise SystemExit(f"{command}: what comes of it differs: {digests}")
    first, last = (statistics.median(one["wall"] for one in those) for those in (alone, both))
    found = Figure(
        f"`{command}` over {options.tickets:,} known tickets, on 2 cores",
        f"{of(last)} s; peak {both[0]['peak']:.0f} MB, of a worker {both[0]['peak of a worker']:.0f} MB",
        f"on 1 core: {of(first)} s, peak {alone[0]['peak']:.0f} MB; the same to the byte",
        f"{wall:.2f} times as fast, {once / twice:.2f} by processor time",
    )
    return found.shown()


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many are known (%(default)s)")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--scheduler", help="do it by the workers of this Dask scheduler, too")
    parser.add_argument("--folder", type=Path, help="where the state goes (2 kB a ticket; default: a temporary one)")
    parser.add_argument("--one", choices=COMMANDS, help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    if options.one is not None:
        one(options.one, options.folder, options.cores, options.scheduler)
        return []
    with tempfile.TemporaryDirectory() as name:
        state = fill(options.folder or Path(name), options.tickets)
        print(f"{options.tickets:,} tickets, {state.stat().st_size / options.tickets:,.0f} bytes each in the state")
        return [compare(command, state, options) for command in COMMANDS]


if __name__ == "__main__":
    main()
