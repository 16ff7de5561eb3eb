"""What it costs a run to keep what it replaces (docs/revert.md): a first load that writes fields, with and without.

    python bench/replaced.py [--fields 5000] [--rounds 5] [--postgres postgresql://postgres@127.0.0.1:5432]

In turn, over the same made-up tickets and an empty state. Printed: the medians of both, and how large the rows are.
"""

import argparse
import dataclasses
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from unittest.mock import patch

import sqlalchemy as sa

from bench.figure import Figure, of
from bench.scale import place, size_of
from bench.tool import WEEK, WEEKS, Cost
from slabridge.show import logs
from slabridge.state import replaced
from slabridge.state.schema import replaced as table

_PER_TICKET = 3
"""Fields that are written on a ticket, about."""


@contextmanager
def kept() -> Iterator[None]:
    """Keep what is replaced, as always."""
    yield


@contextmanager
def not_kept() -> Iterator[None]:
    """Keep nothing of it."""
    with patch.object(replaced, "keep", lambda *_: None):
        yield


def measured(
    tool: Path, tickets: int, postgres: str | None, way: Callable[[], AbstractContextManager[None]]
) -> tuple[Cost, int, int, float]:
    """Load once; return what it took, how many fields were written, how many rows kept, and the state's size in MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / f"tool-{tickets}.db").write_bytes(tool.read_bytes())
        with place(folder, tickets, postgres) as at, way():
            at.config = dataclasses.replace(at.config, post_within=WEEKS * WEEK)  # so that every ticket is written
            ours, _, tally = at.run()
            with at.state.begin() as sql:
                rows = sql.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            return ours, tally.fields_written, rows, size_of(at.state, folder, tickets)


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=int, default=5_000, help="about how many are written (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="loads each way (%(default)s)")
    parser.add_argument("--postgres", help="a server's URL: the states are databases there, dropped at the end")
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tickets = options.fields // _PER_TICKET
        with place(folder, tickets, None):
            pass
        found: dict[str, list[tuple[Cost, int, int, float]]] = {"without": [], "with": []}
        for _ in range(options.rounds):
            for label, way in (("without", not_kept), ("with", kept)):
                found[label].append(measured(folder / f"tool-{tickets}.db", tickets, options.postgres, way))
    took: dict[str, float] = {}
    for label, many in found.items():
        wall, processor = (statistics.median(getattr(one[0], clock) for one in many) for clock in ("wall", "processor"))
        _, fields, rows, size = many[0]
        print(f"{label}: {fields:,} fields written, {rows:,} kept; state {size:.1f} MB")
        print(f"  {wall:.2f} s, processor {processor:.2f} s")
        took[label] = processor
    ours, least = took["with"], took["without"]
    what = f"first load that writes {found['with'][0][1]:,} fields, and keeps what it replaces"
    return [Figure(what, f"{of(ours)} s", f"the same, and nothing kept: {of(least)} s", of(ours / least))]


if __name__ == "__main__":
    main()
