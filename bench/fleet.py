"""How much sooner a round of many customers ends with several workers, and whether all end in the same states.

    python -m bench.fleet [--customers 200] [--tickets 2000] [--workers 1 2 4] [--latency 0.1]

The customers of a folder have their tickets in two ServiceNows of the sandbox, each by a filter of its own, and every
call to these takes the latency. For one process (`slabridge run`, without latency) and for each number of workers
there is a sandbox, a folder and a PostgreSQL of its own: a first load, then three hours pass in the tools, and the
round after that is timed. Printed are seconds by the wall, the ratio to one worker (aim: 3 with 4 workers), processor
seconds of all workers for each customer and run, and how many of the states are those of the one process, column by
column, but for what is of our own clock.

It needs the PostgreSQL of the tests (SLABRIDGE_TEST_POSTGRES) and database 14 of their Redis (SLABRIDGE_TEST_REDIS),
which it empties.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import blake2b
from pathlib import Path
from queue import SimpleQueue

import psycopg
import redis
import sqlalchemy as sa

from bench.customers import INSTANCES, write
from bench.figure import Figure, of
from sla_engine.instant import HOUR
from slabridge.state import State, schema
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions

CHECKOUT = Path(__file__).parents[1]
POSTGRES = os.environ.get("SLABRIDGE_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
REDIS = os.environ.get("SLABRIDGE_TEST_REDIS", "redis://127.0.0.1:6379") + "/14"
NAME = "slabridge_bench_fleet"
LATER = 3 * HOUR
OURS = ("started_at", "finished_at", "summary", "sent_at", "seen_at", "files", "document")
"""Columns that hold what our own clock said, or at which port the sandbox was."""
MOST = 1800.0
"""Seconds that a round may take."""


@contextmanager
def place(options: argparse.Namespace) -> Iterator[tuple[Path, list[Sandbox], dict[str, str]]]:
    """Give a folder of customers over tools and states of its own, the tools, and the environment of programs."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        size = options.tickets // INSTANCES
        made = [SandboxOptions(size=size, seed=seed, share=0.0) for seed in range(1, 1 + INSTANCES)]
        tools = [stack.enter_context(Sandbox(one)) for one in made]
        folder = Path(name)
        write(folder, [tool.servicenow.url for tool in tools], options.customers, 30)
        database = POSTGRES.rpartition("/")[0] + f"/{NAME}"
        with psycopg.connect(POSTGRES, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')  # type: ignore[call-overload,unused-ignore]
            connection.execute(f'CREATE DATABASE "{NAME}"')  # type: ignore[call-overload,unused-ignore]
        with redis.Redis.from_url(REDIS) as client:
            client.flushdb()
        common = (folder / "common.toml").read_text("utf-8")
        common = common.replace('unmapped = "keep"', 'unmapped = "keep"\nconcurrency = 8')
        common = f'state = "{database}"\n{common}\n[fleet]\nbroker = {{ env = "FLEET_BROKER" }}\n'
        (folder / "common.toml").write_text(common, "utf-8")
        of_ours = {"SNOW_PASSWORD": tools[0].servicenow.secret, "FLEET_BROKER": REDIS}
        yield folder, tools, {**os.environ, **of_ours, "SLABRIDGE_LOG_LEVEL": "error", "C_FORCE_ROOT": "1"}


def states(folder: Path) -> dict[str, str]:
    """Return a hash of what the state of each customer holds."""
    found = {}
    for path in sorted(folder.glob("customer-*.toml")):
        state = State.of(f"{POSTGRES.rpartition('/')[0]}/{NAME}?schema={path.stem}")
        hashed = blake2b(digest_size=16)
        with state.reading() as transaction:
            for table in schema.metadata.sorted_tables:
                columns = [column for column in table.c if column.name not in OURS]
                for row in transaction.execute(sa.select(*columns).order_by(*table.primary_key)):
                    text = repr(tuple(row))
                    if table.name != "counter" or not any(w in text for w in ('"host"', "last_success_timestamp")):
                        hashed.update(text.encode())
        state.close()
        found[path.stem] = hashed.hexdigest()
    return found


def pass_time(tools: list[Sandbox]) -> None:
    """Let people work in the tools."""
    for tool in tools:
        tool.clear_faults()
        tool.move_to(tool.now + LATER)


def alone(options: argparse.Namespace) -> Mapping[str, str]:
    """Run all customers in one process, twice; return their states."""
    with place(options) as (folder, tools, environment):
        for _ in range(2):
            command = [sys.executable, "sync.py", "run", "--json", "--config", str(folder)]
            code = subprocess.run(
                command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, check=False
            ).returncode
            if code:
                raise SystemExit(f"the runs of one process ended with {code}")
            pass_time(tools)
        return states(folder)


def fleet(options: argparse.Namespace, workers: int) -> tuple[list[float], float, Mapping[str, str]]:
    """Run two rounds with so many workers; return their seconds, processor seconds per run, and the states."""
    with place(options) as (folder, tools, environment):
        ended: SimpleQueue[str] = SimpleQueue()
        program = [sys.executable, "sync.py", "fleet"]

        def listen(worker: subprocess.Popen[str]) -> None:
            for line in worker.stdout or ():
                ended.put(line)

        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = []
        with ExitStack() as running:
            for _ in range(workers):
                command = [*program, "work", "--config", str(folder), "--processes", "1", "--json"]
                worker = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True)
                running.callback(worker.wait)
                running.callback(worker.terminate)
                threading.Thread(target=listen, args=[worker], daemon=True).start()
            for _ in range(2):
                for tool in tools:
                    tool.fault("servicenow", do="hang", times=None, seconds=options.latency)
                start = time.perf_counter()
                command = [*program, "schedule", "--config", str(folder)]
                subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)
                codes = [json.loads(ended.get(timeout=MOST))["exit_code"] for _ in range(options.customers)]
                seconds.append(time.perf_counter() - start)
                if any(codes):
                    raise SystemExit(f"runs ended with {set(codes)}")
                pass_time(tools)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime
        return seconds, processor / (2 * options.customers), states(folder)


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--tickets", type=int, default=2_000, help="of both instances (%(default)s)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--latency", type=float, default=0.1, help="seconds of each call (%(default)s)")
    options = parser.parse_args(arguments)
    reference = alone(options)
    figures: list[Figure] = []
    first: list[float] = []
    for workers in options.workers:
        seconds, processor, found = fleet(options, workers)
        same = sum(found[name] == reference[name] for name in reference)
        if same < len(reference):
            raise SystemExit(f"{workers} workers: {len(reference) - same} states are not those of one process")
        if not first:
            first = seconds
            continue
        for what, one, before in zip(("a first load", "the next round"), seconds, first, strict=True):
            figure = Figure(
                f"{what} of {options.customers} customers, {workers} workers, {options.latency * 1000:.0f} ms a call",
                f"{of(one)} s; {of(processor)} s of processor a run; all states as of one process",
                f"{options.workers[0]} worker: {of(before)} s",
                f"{before / one:.2f} times as fast",
            )
            figures.append(figure.shown())
    return figures


if __name__ == "__main__":
    main()
