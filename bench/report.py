"""What a month's report costs, beside judging its tickets once.

    python -m bench.report [--tickets 1000000] [--folder F]

The state is that of bench/scale.py after its first load. Measured in turn: the tickets that were there in the month and
to which anything happened since it began are read from the state, mapped and judged once; and the report of the month
is worked out. Printed: both times, their ratio, and the peak of this process's memory.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.figure import Figure, of
from bench.scale import load, peak, place
from bench.tool import AS_OF
from sla_engine import Engine
from sla_engine.instant import DAY
from slabridge.app.asked import Asked
from slabridge.app.gather import BATCH
from slabridge.app.report import of_state
from slabridge.config import Config
from slabridge.report.period import Period, period_of
from slabridge.show import logs
from slabridge.state import ConnectionState, State, tickets
from slabridge.ticket.mapping import Mapper

BACKED = ("standard.resolution",)


def judged_once(config: Config, period: Period) -> int:
    """Judge the tickets of a month once; return how many there were."""
    state, engine = State.of(config.state, create=False), Engine(config.definitions)
    own, mapper = ConnectionState(state, config.connections[0].name), Mapper(config.connections[0])
    after, count = "", 0
    while True:
        with own.reading() as transaction:
            batch = tickets.not_quiet(transaction, after, BATCH, period.start)
        if not batch:
            state.close()
            return count
        after = batch[-1].native.id
        here = [one for one in batch if one.native.created < period.end]
        count += len(here) if engine.evaluate([mapper.ticket(one.native) for one in here], period.end).results else 0


def backed(config: Config) -> Config:
    """Let all other agreements back the customer's resolution, so that shares and causes are worked out."""
    assert config.reporting is not None  # noqa: S101 - of a whole file
    agreements = tuple(
        agreement
        if agreement.kind == "sla"
        else replace(
            agreement, objectives=tuple(replace(o, supports=("standard.resolution",)) for o in agreement.objectives)
        )
        for agreement in config.definitions.agreements
    )
    definitions = replace(config.definitions, agreements=agreements)
    return replace(config, definitions=definitions, reporting=replace(config.reporting, definitions=definitions))


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000, help="how many are known (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chain", action="store_true", help="let the agreements beneath back the customer's")
    parser.add_argument("--folder", type=Path, help="where the files go; default: a temporary one")
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        with place(folder, options.tickets, None) as at:
            load(at, folder, options.tickets)
            config = replace(at.config, state=str(folder / f"state-{options.tickets}.db"))
        if options.chain:
            config = backed(config)
        period = period_of("month", AS_OF - 70 * DAY, config.definitions.timezone)
        figures = []
        for _ in range(options.rounds):
            began = time.perf_counter()
            count = judged_once(config, period)
            once = time.perf_counter() - began
            began = time.perf_counter()
            found = of_state(config, Asked(period.name)).document
            report = time.perf_counter() - began
            cases = sum(one["compliance"]["cases"] for one in found["objectives"])
            print(f"{period.name}: {count:,} tickets judged once in {once:.2f} s, {cases:,} cases in {report:.2f} s")
            print(f"  ratio {report / once:.2f}; peak {peak():.0f} MB", flush=True)
            what = f"report of a month over {options.tickets:,} known tickets: {cases:,} cases"
            beside = f"judging the {count:,} tickets of the month once: {of(once)} s"
            figures.append((report / once, Figure(what, f"{of(report)} s", beside, of(report / once))))
    return [sorted(figures)[len(figures) // 2][1]]


if __name__ == "__main__":
    main()
