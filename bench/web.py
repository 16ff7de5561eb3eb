"""How fast the pages are over 100,000 tickets, with ten readers, while a run writes.

    python -m bench.web [--tickets 100000] [--weeks 4] [--readers 10] [--seconds 30] [--pause 0] [--folder FOLDER]

The tickets are made up as for bench/scale.py, but opened within four weeks, so that a fifth of them is open: 48 weeks
are a year's tickets, of which few are. They are loaded by the job itself into a SQLite file, which is kept in FOLDER.
`slabridge serve` runs as a process of its own; each reader is a thread that asks for one page after the other, as fast
as they come (`--pause`: with so many seconds between), each of the kinds of pages in turn. Meanwhile another process
makes runs over the same state, without a pause: 100 changed tickets each, or with `--load` a first load of the same
tickets under another connection's name. Printed for each page: median, 99th percentile and the slowest, in ms, with
and without that, and the memory of the serving process. A machine with two processors has three busy processes then.

Beside them: what the same answer takes with nobody else there, and a file of the same size that is served as it is.
"""

import argparse
import http.client
import itertools
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import sqlalchemy as sa

import sync
from bench.figure import Figure, of
from bench.scale import CONFIGURATION
from bench.tool import Tool
from slabridge.config import Config, load_config
from slabridge.run.tally import Tally
from slabridge.show import logs
from slabridge.state import State
from slabridge.state.schema import ticket

Times = dict[str, list[float]]
FILE = "stylesheet (a file)"


def configured(folder: Path) -> Config:
    """Return the configuration of bench/scale.py, with its state in this folder."""
    path = folder / "config.toml"
    path.write_text(f'state = "state.db"\n{CONFIGURATION.read_text("utf-8")}', "utf-8")
    return load_config(path)


def load(folder: Path, tickets: int, weeks: int) -> None:
    """Make the tickets up and load them, where that is not done yet."""
    logs.configure("error", "console")
    tool = Tool(folder / "tool.db", weeks)
    tool.fill(tickets)
    config = configured(folder)
    state = State.of(config.state)
    report = sync.run(config, [(config.connections[0], tool)], state, lambda _: None)
    if report.exit_code:
        raise SystemExit(f"the run ended with {report.exit_code!r}: {report.tallies}")
    state.close()


def write(folder: Path, weeks: int, stop: Event, runs: "multiprocessing.Queue[int]", *, whole: bool) -> None:
    """Make runs over the state until somebody says stop."""
    logs.configure("error", "console")
    config = configured(folder)
    tool, state = Tool(folder / "tool.db", weeks), State.of(config.state)
    if whole:
        config = replace(config, connections=(replace(config.connections[0], name="more"),))

    def halting(_: Tally) -> None:
        if stop.is_set():
            sys.exit(0)

    count = 0
    while not stop.is_set():
        if not whole:
            tool.change()
        with suppress(SystemExit):
            sync.run(config, [(config.connections[0], tool)], state, halting)
        count += 1
    runs.put(count)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """Give the address of the pages, and the process that serves them."""
    command = [sys.executable, "-m", "slabridge", "serve", "--config", str(folder / "config.toml")]
    with subprocess.Popen([*command, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True) as process:
        address = "" if process.stdout is None else process.stdout.readline().split()[0]
        try:
            yield address, psutil.Process(process.pid)
        finally:
            process.terminate()


def pages_of(config: Config) -> list[tuple[str, list[str]]]:
    """Return the kinds of pages, each with addresses of it."""
    state = State.of(config.state, create=False, migrate=False)
    with state.reading() as sql:
        keys = list(sql.scalars(sa.select(ticket.c.key).where(ticket.c.is_open).limit(2_000)))
    state.close()
    chosen = random.Random(1).sample(keys, min(200, len(keys)))  # noqa: S311 - tickets, not secrets
    return [
        ("board", ["/"]),
        ("list", ["/cycles", "/cycles?status=at_risk&sort=holder", "/cycles?holder=Network", "/cycles?offset=500"]),
        ("ticket", [f"/tickets/snow/{key}" for key in chosen]),
        ("search", [f"/tickets?key={key[:-2]}" for key in chosen]),
        ("health", ["/health"]),
        ("API: list", ["/api/v1/cycles"]),
        ("API: ticket", [f"/api/v1/tickets/snow/{key}" for key in chosen]),
        (FILE, ["/static/style.css"]),
    ]


def read(address: str, pages: Sequence[tuple[str, list[str]]], until: float, pause: float, first: int) -> Times:
    """Ask for one page after the other; return what each took, in ms."""
    found: Times = {name: [] for name, _ in pages}
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    for number in itertools.count(first):
        if time.monotonic() > until:
            break
        name, paths = pages[number % len(pages)]
        began = time.perf_counter()
        connection.request("GET", paths[number // len(pages) % len(paths)])
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 303):
            sys.stderr.write(f"{name}: {answer.status}\n")
            os._exit(1)
        found[name].append(1000 * (time.perf_counter() - began))
        if pause:
            time.sleep(pause)
    connection.close()
    return found


def many(address: str, pages: Sequence[tuple[str, list[str]]], given: argparse.Namespace, readers: int) -> Times:
    """Let so many read at once; return what each kind of page took."""
    every: list[Times] = []
    until = time.monotonic() + given.seconds

    def reader(first: int) -> None:
        every.append(read(address, pages, until, given.pause, first))

    threads = [threading.Thread(target=reader, args=(7 * n,)) for n in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {name: [ms for one in every for ms in one[name]] for name, _ in pages}


def show(title: str, times: Times) -> None:
    """Print what pages took."""
    sys.stdout.write(f"\n{title}\n{'':22}{'asked':>8}{'median':>9}{'99 %':>9}{'slowest':>9}  ms\n")
    whole = [ms for name, found in times.items() if name != FILE for ms in found]
    for name, found in [*times.items(), ("all pages", whole)]:
        if found:
            last = statistics.quantiles(found, n=100)[98] if len(found) > 1 else found[0]
            sys.stdout.write(
                f"{name:22}{len(found):>8}{statistics.median(found):>9.1f}{last:>9.1f}{max(found):>9.1f}\n"
            )
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pause", type=float, default=0)
    parser.add_argument("--load", action="store_true")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / f"slabridge-bench-web-{os.getuid()}"
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    if not (given.folder / "loaded").exists():
        loader = context.Process(target=load, args=(given.folder, given.tickets, given.weeks))
        loader.start()
        loader.join()
        if loader.exitcode:
            raise SystemExit("the tickets could not be loaded")
        (given.folder / "loaded").touch()
    config = configured(given.folder)
    pages = pages_of(config)
    with serving(given.folder) as (address, process):
        many(address, pages, argparse.Namespace(seconds=2, pause=0), 1)
        show("one reader, nobody else", many(address, pages, given, 1))
        show(f"{given.readers} readers, no run", many(address, pages, given, given.readers))
        stop, runs = context.Event(), context.Queue()
        writer = context.Process(
            target=write, args=(given.folder, given.weeks, stop, runs), kwargs={"whole": given.load}, daemon=True
        )
        writer.start()
        times = many(address, pages, given, given.readers)
        show(f"{given.readers} readers, while runs write", times)
        stop.set()
        memory = process.memory_info().rss / 1e6
        if not given.load:
            sys.stdout.write(f"\nruns meanwhile: {runs.get()}\n")
        sys.stdout.write(f"memory of the serving process: {memory:.0f} MB\n")
    return list(figures_of(times, given))


def figures_of(times: Times, given: argparse.Namespace) -> Iterator[Figure]:
    """Yield what each page took beside the file, while runs write."""
    least = statistics.median(times[FILE])
    for name, found in times.items():
        if name != FILE and len(found) > 1:
            middle, last = statistics.median(found), statistics.quantiles(found, n=100)[98]
            what = f"{name}: {given.readers} readers, {given.tickets:,} tickets, while runs write"
            figure = f"median {of(middle)} ms, 99 of 100 within {of(last)} ms"
            yield Figure(what, figure, f"a file, served beside it: median {of(least)} ms", of(middle / least))


if __name__ == "__main__":
    main()
