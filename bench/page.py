"""Measure everything, and write the tables of docs/performance.md.

    make bench [ARGS="--quick"] [ARGS="--million"] [ARGS="--only reading scale"] [ARGS="--log tickets.jsonl.gz"]

Each benchmark runs in a process of its own, one after the other, and its table is written as soon as it is there. With
`--quick` small slices run, and what they come to is written to build/performance.md. A benchmark that fails leaves its
table as it was; the others go on, and the exit code is 1.
"""

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from bench.figure import Figure

CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "performance.md"
QUICK = CHECKOUT / "build" / "performance.md"
END = "<!-- end of figures -->"


class Section(NamedTuple):
    """A benchmark, whose `main` returns figures, and its arguments for each size."""

    name: str
    usual: str
    quick: str
    million: str | None = None

    def arguments(self, options: argparse.Namespace) -> str:
        """Return what it is called with."""
        if options.quick:
            return self.quick
        return self.usual if self.million is None or not options.million else self.million


SECTIONS = (
    Section("reading", "", "--made-up 500 --times 2 --rounds 1"),
    Section("engine", "", "--tickets 20000 --lines 1000"),
    Section("calendars", "", "--questions 50 --bulk 5000 --rounds 1"),
    Section(
        "scale", "--tickets 100000 --rounds 5", "--tickets 1200 --small 1000 --rounds 1", "--tickets 1000000 --rounds 5"
    ),
    Section("report", "--tickets 100000", "--tickets 10000 --rounds 1", "--tickets 1000000"),
    Section("web", "--tickets 100000 --seconds 20", "--tickets 1000 --seconds 2 --readers 2"),
    Section("servicenow", "", "--size 200"),
    Section("jira", "--size 5000", "--size 200"),
    Section("customers", "--rounds 1", "--customers 3 --tickets 1000 --rounds 1"),
    Section("fleet", "", "--customers 3 --tickets 400 --workers 1 2"),
    Section("spread", "--tickets 200000", "--tickets 2000", "--tickets 1000000"),
    Section("chain", "", "--tickets 1000 --rounds 1", "--tickets 1000000"),
    Section("messages", "", "--tickets 1000 --rounds 1"),
    Section("privacy", "", "--tickets 1000 --rounds 1"),
    Section("replaced", "", "--fields 300 --rounds 1"),
    Section("foresight", "", "--made-up 2000 --times 1"),
    Section("startup", "", "--runs 1"),
)


def call(name: str, arguments: Sequence[str], folder: str) -> list[Figure]:
    """Run a benchmark in this process, whose temporary files go to a folder."""
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    main = import_module(f"bench.{name}").main
    figures: list[Figure] = main(arguments)
    return figures


def measured(name: str, arguments: Sequence[str]) -> list[Figure]:
    """Run a benchmark in a process of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor,
    ):
        return executor.submit(call, name, arguments, folder).result()


def machine() -> str:
    """Return what is measured on, without its name."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)$", info.read_text("utf-8"), re.MULTILINE) if info.exists() else None
    model = platform.machine() if found is None else re.sub(r" ?\([^)]*\)", "", found[1])
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}"


def table(figures: Sequence[Figure], command: str, took: float, day: datetime) -> str:
    """Return figures as a table of a page, and how they came to be."""
    rows = ["| what | figure | beside | ratio |", "|---|---|---|---|"]
    rows += [f"| {' | '.join(figure)} |" for figure in figures]
    told = f"`{command}`, on {day:%Y-%m-%d}, {machine()}; it took {max(1, round(took))} s."
    return "\n".join([*rows, "", told])


def with_table(page: str, name: str, text: str) -> str:
    """Return the page with a table in its place.

    Raises:
        ValueError: the page has no place for it.
    """
    begin = f"<!-- figures of bench/{name}.py -->"
    before, found, after = page.partition(begin)
    _, ended, rest = after.partition(END)
    if not found or not ended:
        raise ValueError(f"the page has no {begin} with {END} after it")
    return f"{before}{begin}\n\n{text}\n\n{END}{rest}"


def main() -> int:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="small slices, in minutes")
    size.add_argument("--million", action="store_true", help="a million tickets where they are known, in some hours")
    parser.add_argument("--only", nargs="+", choices=[section.name for section in SECTIONS], metavar="NAME")
    parser.add_argument("--log", type=Path, help="a real log of tickets for bench/reading.py and bench/foresight.py")
    options = parser.parse_args()
    path, failed = (QUICK if options.quick else PAGE), []
    if options.quick:
        QUICK.parent.mkdir(exist_ok=True)
        QUICK.write_text(PAGE.read_text("utf-8"), "utf-8")
    for section in SECTIONS:
        if options.only and section.name not in options.only:
            continue
        arguments = shown = section.arguments(options)
        if section.name in {"reading", "foresight"} and options.log is not None:
            arguments, shown = f"{arguments} --tickets {options.log}", f"{shown} --tickets FILE"
        command = f"python -m bench.{section.name} {shown}".replace("  ", " ").strip()
        print(f"\n{command}", flush=True)
        began = time.perf_counter()
        try:
            figures = measured(section.name, arguments.split())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the others go on
            print(f"{section.name} failed: {error}", file=sys.stderr, flush=True)
            failed.append(section.name)
            continue
        text = table(figures, command, time.perf_counter() - began, datetime.now(UTC))
        path.write_text(with_table(path.read_text("utf-8"), section.name, text), "utf-8")
    print(f"\n{path.relative_to(CHECKOUT)} is written" + (f", but for {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
