"""What pseudonyms take of a first load, and how long it takes to forget somebody afterwards.

    python -m bench.privacy [--tickets 20000] [--rounds 3]

The same tickets are loaded into empty states, in turn: as they are, after one person was forgotten, and with
pseudonyms for all. Printed is the median of this process's time (and of the wall's) without what the tool takes, then
what `forget` takes over one of these states, of which a first part looks for the person's names.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.figure import Figure, of
from bench.scale import CONFIGURATION, Place, fill
from bench.tool import Cost, Tool, now
from slabridge.app.forget import forget
from slabridge.config import Config, load_config
from slabridge.show import logs
from slabridge.state import State, Transaction, seen

_PRIVACY = '\n[privacy]\npeople = ["assignee"]\nkey = { env = "SLABRIDGE_KEY" }\n'


def configurations(folder: Path) -> Mapping[str, Config]:
    """Return the configurations by what is measured."""
    text = CONFIGURATION.read_text("utf-8")
    texts = {
        "names": text,
        "one is forgotten": text + _PRIVACY,
        "pseudonyms": f"{text}{_PRIVACY}pseudonyms = true\n",
    }
    found = {}
    for name, each in texts.items():
        path = folder / f"{name}.toml"
        path.write_text(each, "utf-8")
        found[name] = load_config(path)
    return found


def load(folder: Path, name: str, config: Config, number: int) -> tuple[Cost, Config]:
    """Load all tickets into a new state; return what it took."""
    state_file = folder / f"{name}-{number}.db"
    here = replace(config, state=str(state_file))
    state, tool = State.of(str(state_file)), Tool(folder / "tool.db")
    if name == "one is forgotten":
        forget(here, ["Somebody Gone", "somebody.gone", "somebody.gone@example.com"], apply=True)
    try:
        cost, _, _ = Place(tool, state, here).run()
    finally:
        tool.close()
        state.close()
    return cost, here


def somebody(config: Config) -> str:
    """Return the name of whoever holds or held most tickets."""
    state = State.of(config.state)
    try:
        with state.reading() as sql:
            people = seen.values(Transaction(sql, config.connections[0].name))["assigned_to"]
    finally:
        state.close()
    return max(people, key=lambda pair: people[pair])[1]


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=20_000, help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each kind (%(default)s)")
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    os.environ.setdefault("SLABRIDGE_KEY", "of the measurement")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder / "tool.db", options.tickets)
        known, costs = configurations(folder), dict[str, list[Cost]]()
        loaded: dict[str, Config] = {}
        for number in range(options.rounds):
            for name, config in known.items():
                cost, loaded[name] = load(folder, name, config, number)
                costs.setdefault(name, []).append(cost)
        took: dict[str, float] = {}
        for name, found in costs.items():
            times = [statistics.median(getattr(one, clock) for one in found) for clock in ("processor", "wall")]
            took[name] = times[0]
            print(f"{name}: {times[0]:.1f} s of the processor, {times[1]:.1f} s")
        began = now()
        done = forget(loaded["one is forgotten"], [somebody(loaded["one is forgotten"])], apply=True)
        spent = now() - began
        print(f"forget: {spent.processor:.1f} s of the processor, {spent.wall:.1f} s, {sum(done.rows.values()):,} rows")
    least, what = took["names"], f"first load of {options.tickets:,} tickets"
    rows = {f"{what}, {name}": took[name] for name in ("one is forgotten", "pseudonyms")}
    rows[f"`forget` of whoever had most of {options.tickets:,} tickets"] = spent.processor
    beside = f"{what} with the names as they are: {of(least)} s"
    return [Figure(name, f"{of(seconds)} s", beside, of(seconds / least)) for name, seconds in rows.items()]


if __name__ == "__main__":
    main()
