"""What many customers in one process cost beside runs of their own, and whether memory stays bounded.

    python -m bench.customers [--customers 200] [--agreements 30] [--tickets 20000] [--rounds 3]

The customers of a folder have their tickets in two ServiceNows of the sandbox, each by a filter of its own. After a
first load, one process that runs them all stands beside a process for each of them, in turn. All are forked from one
that has run before, so that no start-up is counted. Printed are wall and processor seconds, their ratios (aim:
within 1.1 x), and the memory of the one process at the tenth customer and at the last.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import sync
from bench.figure import Figure, of
from slabridge.app.run import run
from slabridge.cli.each import each
from slabridge.config import Config
from slabridge.run.halt import Halt
from slabridge.show import logs
from slabridge_sandbox.embedded import Sandbox
from slabridge_sandbox.options import SandboxOptions

INSTANCES = 2
OF_EACH = 3
"""Agreements that a customer has, of all."""

COMMON = """
timezone = "Europe/Stockholm"
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE"]
[clocks.resolution]
start = { status = ["new", "active"] }
stop = { status = ["resolved", "closed"] }
at_risk = ["75%"]
"""
AGREEMENT = """
[agreements.class-{n}]
kind = "sla"
calendar = "office"
objectives.resolution = {{ clock = "resolution", targets = {{ priority = {{ P1 = "{hours}h" }}, else = "40h" }} }}
"""
CONNECTION = """
[connections.instance-{n}]
type = "servicenow"
url = "{url}"
auth = {{ kind = "basic", user = "slabridge", password = {{ env = "SNOW_PASSWORD" }} }}
unmapped = "keep"
fields = {{ status = "state", priority = "priority", team = "assignment_group" }}
values.status = {{ new = ["1"], active = ["2"], resolved = ["6"], closed = ["7"] }}
values.priority = {{ P1 = ["1"], P2 = ["2"], P3 = ["3"], P4 = ["4"] }}
writeback.fields = [{{ field = "u_sla_status", value = "sla.status" }}, {{ field = "u_sla_due", value = "sla.due_at" }}]
"""


class Cost(NamedTuple):
    """Seconds that runs took; `memory` in MB at the tenth customer and at the last, where one process ran them all."""

    wall: float
    processor: float
    memory: tuple[float, float] = (0, 0)


def write(folder: Path, urls: list[str], customers: int, agreements: int) -> None:
    """Write the folder of the customers."""
    parts = [COMMON, *(AGREEMENT.format(n=n, hours=1 + n) for n in range(agreements))]
    parts += [CONNECTION.format(n=n, url=url) for n, url in enumerate(urls)]
    (folder / "common.toml").write_text("".join(parts), "utf-8")
    for n in range(customers):
        like = [f"class-{(n + one) % agreements}" for one in range(min(OF_EACH, agreements))]
        connection = f'like = "instance-{n % len(urls)}"\nfilter = "numberENDSWITH{n:03}"\n'
        text = f"like = {like}\n[connections.c{n:03}]\n{connection}"
        (folder / f"customer-{n:03}.toml").write_text(text, "utf-8")


def run_all(folder: Path) -> Cost:
    """Run all customers in this process."""
    memory: list[float] = []

    def step(config: Config) -> int:
        memory.append(resident())
        return run(config, sync, lambda _: None, Halt()).exit_code

    began, used = time.perf_counter(), time.process_time()
    code = each(folder, None, step)
    if code:
        raise SystemExit(f"the runs ended with {code}")
    cost = time.perf_counter() - began, time.process_time() - used
    return Cost(*cost, (memory[min(10, len(memory)) - 1], resident()))


def run_one(folder: Path, name: str) -> Cost:
    """Run one customer in this process."""
    began, used = time.perf_counter(), time.process_time()
    code = each(folder, name, lambda config: run(config, sync, lambda _: None, Halt()).exit_code)
    if code:
        raise SystemExit(f"the run of {name} ended with {code}")
    return Cost(time.perf_counter() - began, time.process_time() - used)


def resident() -> float:
    """Return what memory this process has now, in MB."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def forked(work: Callable[[], Cost]) -> Cost:
    """Return what work costs in a process of its own that has loaded all."""
    read, written = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            wall, processor, memory = work()
            os.write(written, " ".join(map(str, (wall, processor, *memory))).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(written)
    with os.fdopen(read) as pipe:
        figures = [float(text) for text in pipe.read().split()]
    if os.waitpid(child, 0)[1]:
        raise SystemExit("a run failed")
    return Cost(figures[0], figures[1], (figures[2], figures[3]))


def compare(folder: Path, names: list[str], rounds: int) -> Iterator[Figure]:
    """Run all in one process and each in its own, in turn; print and yield the figures."""
    together: list[Cost] = []
    apart: list[Cost] = []
    for _ in range(rounds):
        together.append(forked(lambda: run_all(folder)))
        singles = [forked(lambda name=name: run_one(folder, name)) for name in names]  # type: ignore[misc]
        apart.append(Cost(sum(one.wall for one in singles), sum(one.processor for one in singles)))
        for name, cost in (("one process", together[-1]), ("one each", apart[-1])):
            print(f"  {name:<12} {cost.wall:.1f} s, processor {cost.processor:.1f} s", flush=True)
    for clock in ("wall", "processor"):
        one, many = (statistics.median(getattr(cost, clock) for cost in costs) for costs in (together, apart))
        print(f"{clock}: {one:.1f} s in one process, {many:.1f} s in one each: ratio {one / many:.2f}")
        beside = f"a process for each, without start-up: {of(many)} s"
        yield Figure(f"{len(names)} customers in one process, {clock}", f"{of(one)} s", beside, of(one / many))
    tenth, last = max(cost.memory for cost in together)
    print(f"memory: {tenth:.0f} MB at customer {min(10, len(names))}, {last:.0f} MB after the last")
    beside = f"the same at customer {min(10, len(names))}: {of(tenth)} MB"
    yield Figure(f"memory after {len(names)} customers", f"{of(last)} MB", beside, of(last / tenth))


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--agreements", type=int, default=30)
    parser.add_argument("--tickets", type=int, default=20_000, help="of both instances (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    os.environ["SLABRIDGE_LOG_LEVEL"] = "error"
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        made = [
            SandboxOptions(size=options.tickets // INSTANCES, seed=seed, share=0.0) for seed in range(1, 1 + INSTANCES)
        ]
        tools = [stack.enter_context(Sandbox(one)) for one in made]
        os.environ["SNOW_PASSWORD"] = tools[0].servicenow.secret
        folder = Path(name)
        write(folder, [tool.servicenow.url for tool in tools], options.customers, options.agreements)
        run_one(folder, "customer-000")  # what a first run loads is start-up, too
        first = forked(lambda: run_all(folder))
        print(f"{options.customers} customers, first load: {first.wall:.1f} s, processor {first.processor:.1f} s")
        return list(compare(folder, sorted(path.stem for path in folder.glob("customer-*.toml")), options.rounds))


if __name__ == "__main__":
    main()
