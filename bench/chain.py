"""What `evaluate --chain` costs beside `evaluate --segments`, over tickets of which some are linked.

    python bench/chain.py [--tickets 100000] [--linked 10] [--log FILE]

Made-up tickets, or those of a file (JSON Lines, .gz too) over and over; so many percent of them get links, in groups of
two to five that began near each other. Both commands run in turn, three times; the best of each counts.
"""

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bench.engine import AS_OF, CONFIGURATION, lines
from bench.figure import Figure, of
from sla_engine.instant import format_instant

CHAIN = """
[[chain]]
link = ["problem"]
stated_by = "above"
waits = { status = WAITING }
until = { status = ["resolved", "closed", "Resolved", "Closed"] }
"""
OF_LOG = """
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE"]
[agreements.standard]
kind = "sla"
calendar = "office"
[agreements.standard.objectives.resolution]
while = { status = { not = ["Resolved", "Closed"] } }
on_reopen = "resume"
targets = { priority = { "1 - Critical" = "4h", "2 - High" = "8h" }, else = "24h" }
[agreements.team]
kind = "ola"
calendar = "office"
supports = ["standard.resolution"]
[agreements.team.objectives.handling]
while = { team = { set = true }, status = { not = ["Resolved", "Closed"] } }
reset = { event = "change", field = "team" }
on_reset = "complete"
targets = "8h"
"""


def tickets_of(options: argparse.Namespace) -> Iterator[dict[str, object]]:
    """Yield so many tickets, each with a key of its own."""
    if options.log is None:
        yield from map(json.loads, lines(options.tickets).splitlines())
        return
    with gzip.open(options.log) if options.log.suffix == ".gz" else options.log.open("rb") as file:
        logged = file.readlines()
    for number in range(options.tickets):
        ticket = json.loads(logged[number % len(logged)])
        key = f"{ticket['key']}-{number // len(logged)}"
        yield ticket | {"key": key, "id": key}


def linked(tickets: list[dict[str, object]], percent: int) -> None:
    """Link so many percent of the tickets, in groups of two to five: each waits for the next."""
    rng, left, place = random.Random(1), len(tickets) * percent // 100, 0  # noqa: S311 - it makes examples
    while left > 1 and place < len(tickets) - 5:
        place += rng.randint(1, 2 * max(1, 350 // percent - 3))
        group = tickets[place : place + rng.randint(2, 5)]
        for above, below in pairwise(group):
            above["links"] = [{"type": "problem", "source": below["source"], "id": below.get("id", below["key"])}]
        place, left = place + len(group), left - len(group)


def measured(arguments: list[str]) -> tuple[float, float, int]:
    """Run slabridge; return seconds of processor, its peak in MB, and the bytes that it printed."""
    program = [sys.executable, "-m", "slabridge", "evaluate", *arguments]
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(program, stdout=out, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 3):
            raise SystemExit(f"slabridge ended with {process.returncode}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.seek(0, os.SEEK_END)


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--linked", type=int, default=10, help="percent")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    if options.log is None:
        config = CONFIGURATION.replace("[agreements.team]\n", '[agreements.team]\nsupports = ["standard.resolution"]\n')
        config += CHAIN.replace("WAITING", '["pending", "in_progress"]')
        as_of = AS_OF
    else:
        config, as_of = OF_LOG + CHAIN.replace("WAITING", '{ not = ["Resolved", "Closed"] }'), AS_OF + 365 * 86_400_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(config)
        tickets = list(tickets_of(options))
        linked(tickets, options.linked)
        count = sum("links" in ticket for ticket in tickets)
        with (folder / "tickets.jsonl").open("w") as file:
            file.writelines(json.dumps(ticket) + "\n" for ticket in tickets)
        print(f"{len(tickets):,} tickets, {count:,} links")
        common = ["--config", f"{folder}/config.toml", "--tickets", f"{folder}/tickets.jsonl"]
        common += ["--as-of", format_instant(as_of), "--format", "jsonl"]
        began = time.perf_counter()
        runs = [[measured([*common, option]) for option in ("--segments", "--chain")] for _ in range(options.rounds)]
        apart, chain = (min(run[n] for run in runs) for n in (0, 1))
    print(f"  --segments {apart[0]:.1f} s of processor, {apart[1]:.0f} MB, prints {apart[2] / 1e6:.0f} MB")
    print(f"  --chain    {chain[0]:.1f} s of processor, {chain[1]:.0f} MB, prints {chain[2] / 1e6:.0f} MB")
    print(f"  ratio {chain[0] / apart[0]:.2f} ({time.perf_counter() - began:.0f} s in all)")
    what = f"`evaluate --chain`: {len(tickets):,} tickets with {count:,} links"
    figures = []
    for name, n, unit in (("processor", 0, "s"), ("memory", 1, "MB")):
        beside = f"`evaluate --segments`: {of(apart[n])} {unit}"
        figures.append(Figure(f"{what}, {name}", f"{of(chain[n])} {unit}", beside, of(chain[n] / apart[n])))
    return figures


if __name__ == "__main__":
    main()
