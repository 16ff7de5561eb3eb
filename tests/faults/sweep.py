"""`make faults`: every fault at every step of every scenario; prints how many were tried, and how many ended equal."""

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from slabridge_sandbox.server import Built, built
from tests.faults.case import Case, Ended, ended, prepare
from tests.faults.fault import FAULTS
from tests.faults.scenario import SCENARIOS, Scenario, day
from tests.faults.store import Postgresql, Sqlite, Store
from tests.slabridge.state.databases import server

TOOLS = {"snow": "servicenow", "jira": "jira"}


@dataclass(slots=True)
class Swept:
    """What came of a part of the cases: by fault, how many were tried and ended equal; and what did not."""

    scenario: str
    tried: Counter[str] = field(default_factory=Counter)
    equal: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)


def sweep(
    scenario: Scenario,
    database: str,
    part: int = 0,
    parts: int = 1,
    chosen: int | None = None,
    seed: int = 0,
    named: str = "",
) -> Swept:
    """Try all cases of a scenario whose number is `part` modulo `parts`; or `chosen` of them, drawn by `seed`.

    Only faults whose name contains `named` are tried.
    """
    swept = Swept(scenario.name)
    with tempfile.TemporaryDirectory(prefix="slabridge-faults-") as name:
        folder = Path(name)
        with built(day(folder), in_memory=True) as found, _store(database, folder, part) as store:
            os.environ |= {"SNOW_PASSWORD": "sandbox", "JIRA_TOKEN": "sandbox-jira-token"}
            prepare(found, scenario, store, folder)
            usual = ended(found, scenario, store, folder)
            cases = [case for case in cases_of(scenario, usual) if named in case.fault.name][part::parts]
            if chosen is not None:
                cases = random.Random(f"{seed} {scenario.name}").sample(cases, min(chosen, len(cases)))  # noqa: S311
            for case in cases:
                _try(case, usual, swept, (found, scenario, store, folder))
    return swept


def cases_of(scenario: Scenario, usual: Ended) -> Iterator[Case]:
    """Yield every fault at every step that the undisturbed run has."""
    for fault in FAULTS:
        if fault.at == "request":
            for tool in scenario.tools:
                for index in range(usual.steps[TOOLS[tool]]):
                    yield Case(fault, index, TOOLS[tool])
        else:
            for index in range(usual.steps[fault.at]):
                yield Case(fault, index)


def _try(case: Case, usual: Ended, swept: Swept, where: tuple[Built, Scenario, Store, Path]) -> None:
    swept.tried[case.fault.name] += 1
    try:
        one = ended(*where, case)
    except AssertionError as error:
        swept.troubles.append(f"{swept.scenario}: {error}")
        return
    different = [key for key in usual.left if usual.left[key] != one.left[key]]
    if one.exit_code == 0 and not different:
        swept.equal[case.fault.name] += 1
    else:
        swept.troubles.append(
            f"{swept.scenario}: {case}: exit {one.exit_code}, differs: {_shown(usual, one, different)}"
        )


def _shown(usual: Ended, one: Ended, different: Sequence[str]) -> str:
    """Return what differs: place, usual and found."""
    parts: list[str] = []
    for key in different:
        parts += _differences(key, usual.left[key], one.left[key])
    return "; ".join(parts)[:2000] or "nothing"


def _differences(place: str, usual: object, found: object) -> list[str]:
    if isinstance(usual, dict) and isinstance(found, dict):
        keys = sorted(key for key in usual.keys() | found.keys() if usual.get(key) != found.get(key))
        return [part for key in keys for part in _differences(f"{place}.{key}", usual.get(key), found.get(key))]
    return [f"{place}: {usual!r} is {found!r}"]


@contextmanager
def _store(database: str, folder: Path, part: int) -> Iterator[Store]:
    if database == "sqlite":
        yield Sqlite(folder)
        return
    store = Postgresql(server(), f"slabridge_faults_{os.getpid()}_{part}")
    try:
        yield store
    finally:
        store.drop()


def _sweep(arguments: tuple[int, str, int, int, int | None, int, str]) -> Swept:
    # By its number, as a scenario cannot be sent to another process.
    return sweep(SCENARIOS[arguments[0]], *arguments[1:])


def main() -> int:
    """Sweep, print the table, and return 1 if a case did not end equal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scenario", action="append", help="only those whose names contain this, or another given")
    parser.add_argument("--fault", help="only those whose name contains this")
    parser.add_argument("--cases", type=int, help="only so many of each scenario, drawn by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    began = time.monotonic()
    workers = given.workers
    scenarios = [one for one in SCENARIOS if any(part in one.name for part in given.scenario or [""])]
    jobs = [
        (
            SCENARIOS.index(scenario),
            given.database,
            part,
            workers,
            given.cases and -(-given.cases // workers),
            given.seed,
            given.fault or "",
        )
        for scenario in scenarios
        for part in range(workers)
    ]
    if workers == 1:
        swept = [_sweep(job) for job in jobs]
    else:
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            swept = pool.map(_sweep, jobs, chunksize=1)
    table = Table(title=f"faults on {given.database}: tried, equal")
    table.add_column("fault")
    for scenario in scenarios:
        table.add_column(scenario.name, justify="right")
    for fault in FAULTS:
        cells = []
        for scenario in scenarios:
            mine = [one for one in swept if one.scenario == scenario.name]
            cells.append(f"{sum(o.tried[fault.name] for o in mine)}, {sum(o.equal[fault.name] for o in mine)}")
        table.add_row(fault.name, *cells)
    console = Console(width=160)
    console.print(table)
    troubles = [trouble for one in swept for trouble in one.troubles]
    for trouble in troubles:
        console.print(trouble, markup=False, highlight=False)
    tried, equal = (
        sum(sum(counter.values()) for counter in found)
        for found in ([o.tried for o in swept], [o.equal for o in swept])
    )
    console.print(f"{tried} cases, {equal} equal, {time.monotonic() - began:.0f} s")
    return 1 if troubles or tried != equal else 0


if __name__ == "__main__":
    sys.exit(main())
