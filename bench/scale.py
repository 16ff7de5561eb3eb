"""How the job stands a million tickets: a first load, and a run with 100 changed tickets.

    python bench/scale.py [--tickets 1000000] [--small 10000] [--postgres postgresql://postgres@127.0.0.1:5432]

1. A first load: the tickets come page by page through the connector interface, are stored, judged by the agreements
   of scale.toml and written to (fields), by the job itself. Printed: time, tickets per second, the peak of this
   process's memory, the size of the state, and how long collecting the metrics takes.
2. A run with 100 changed tickets, over all of them and beside it, in turn, over 10,000: the ratio of the medians.
   They change while they are open, so fewer than about 700 tickets are too few.
3. A run that re-reads every open ticket (the census), with its peak.

The tickets are made up from the timing of a real log (slabridge_sandbox/generate.py), by a process of their own, and
stand in a SQLite file that plays the ticket tool. What that tool takes is printed, and left out of the rate.
"""

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

import sync
from bench.figure import Figure, of
from bench.tool import CHANGED, Cost, Tool, now
from sla_engine.instant import DAY
from slabridge.app.metrics import measured
from slabridge.config import Config, load_config
from slabridge.run.context import OnProgress
from slabridge.run.tally import Tally
from slabridge.show import logs
from slabridge.state import State

CONFIGURATION = Path(__file__).with_name("scale.toml")


@dataclass(slots=True)
class Place:
    """A tool and the state that knows its tickets, so many."""

    tool: Tool
    state: State
    config: Config
    known: int = 0

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
        yield Place(tool, state, config, tickets)


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


def load(at: Place, folder: Path, tickets: int) -> list[Figure]:
    """Do the first load; print and return what it took."""
    ours, tool, tally = at.run(progress)
    print(f"first load: {tally.pulled:,} tickets, {tally.fields_written:,} fields written")
    for name in ("wall", "processor"):
        took, besides = getattr(ours, name), getattr(tool, name)
        print(f"  {name}: {lasting(took)} = {tally.pulled / took:,.0f} tickets/s; the tool {lasting(besides)}")
    size, most = size_of(at.state, folder, tickets), peak()
    least = (folder / f"tool-{tickets}.db").stat().st_size / 1e6
    print(f"  peak {most:.0f} MB; state {size:,.0f} MB", flush=True)
    what = f"first load of {tally.pulled:,} tickets"
    beside = f"handing the same tickets out of a SQLite file: {lasting(tool.wall)}"
    figure = f"{lasting(ours.wall)}, {tally.pulled / ours.wall:,.0f} tickets/s"
    return [
        Figure(what, figure, beside, of(ours.wall / tool.wall)),
        Figure(f"{what}: peak memory", f"{of(most)} MB", "what was aimed at: 500 MB", of(most / 500)),
        Figure(f"{what}: state", f"{of(size)} MB", f"the tool's SQLite file: {of(least)} MB", of(size / least)),
    ]


def compare(large: Place, small: Place, rounds: int) -> Iterator[Figure]:
    """Run with 100 changed tickets over many and over few known ones in turn; print and yield the ratios."""
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
        what = f"run with {CHANGED} changed tickets over {large.known:,} known, {clock}"
        yield Figure(what, f"{of(many)} s", f"the same over {small.known:,} known: {of(few)} s", of(many / few))


def measure(at: Place) -> None:
    """Collect the metrics, as each run of a daemon does at its end, and print what that took."""
    with at.state.reading() as transaction:
        for _ in range(2):  # a state that was just opened has nothing in its cache
            began = now()
            samples = measured(at.config, transaction)
            took = now() - began
    clocks = sum(sample.value for sample in samples if sample.name == "slabridge_open_clocks")
    print(f"metrics: {len(samples)} samples of {clocks:,.0f} open clocks in {took.wall:.3f} s", flush=True)


def census(at: Place) -> Figure:
    """Run a day later, so that all open tickets are read; print and return what it took."""
    at.tool.now += DAY
    ours, tool, tally = at.run(progress)
    print(f"a day later: {tally.pulled:,} tickets read in {ours.wall:.1f} s, processor {ours.processor:.1f} s")
    print(f"  peak {peak():.0f} MB")
    beside = f"handing them out of a SQLite file: {of(tool.wall)} s"
    what = f"run a day later, which reads all {tally.pulled:,} open tickets"
    return Figure(what, f"{of(ours.wall)} s", beside, of(ours.wall / tool.wall))


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many are known at first (%(default)s)")
    parser.add_argument("--small", type=int, default=10_000, help="how many are known beside it (%(default)s)")
    parser.add_argument("--rounds", type=int, default=7, help="runs over each with 100 changed tickets (%(default)s)")
    parser.add_argument("--postgres", help="a server's URL: the states are databases there, dropped at the end")
    parser.add_argument("--folder", type=Path, help="where the files go (1.5 kB a ticket; default: a temporary one)")
    options = parser.parse_args(arguments)
    if options.tickets == options.small:
        parser.error("--tickets and --small must differ")
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = options.folder or Path(name)
        large = stack.enter_context(place(folder, options.tickets, options.postgres))
        figures = load(large, folder, options.tickets)
        measure(large)
        small = stack.enter_context(place(folder, options.small, options.postgres))
        small.run()
        figures += compare(large, small, options.rounds)
        return [*figures, census(large)]


if __name__ == "__main__":
    main()
