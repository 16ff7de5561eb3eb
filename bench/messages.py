"""What ladders take: of a first load, and of a run some days later in which thousands of steps are reached.

    python -m bench.messages [--tickets 20000] [--rounds 3] [--days 2]

The same tickets are loaded into empty states, in turn: without messages, and with a ladder of four steps on all
agreements. Then the tool's clock moves on. Printed is the median of this process's time without what the tool takes;
messages go to a receiver that takes them at once.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import sync
from bench.figure import Figure, of
from bench.scale import CONFIGURATION, fill
from bench.tool import Cost, Tool, now
from sla_engine.instant import DAY
from slabridge.config import Config, load_config
from slabridge.run.deliver import Outcome
from slabridge.show import logs
from slabridge.state import State

_LADDER = """
[receivers.duty]
to = { env = "NOT_READ" }
[[notify]]
ladder = [
  { at = "50%", to = "duty" }, { at = "at_risk", to = "duty" }, { at = "breached", to = "duty" },
  { after = "4h", to = "duty", repeat = "24h" },
]
"""


def send(_address: str, _title: str, _body: str) -> tuple[Outcome, str]:
    """Take a message."""
    return Outcome.SENT, ""


def measured(tool: Tool, state: State, config: Config) -> tuple[Cost, int]:
    """Run once; return what it took without the tool, and how many steps were told."""
    tool.spent, began = Cost(), now()
    report = sync.run(config, [(config.connections[0], tool)], state, send=send)
    return now() - began - tool.spent, report.messages.steps


def main(arguments: Sequence[str] | None = None) -> list[Figure]:
    """Measure, print, and return the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=20_000, help="(%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="loads of each kind (%(default)s)")
    parser.add_argument("--days", type=int, default=2, help="by which the clock moves on (%(default)s)")
    options = parser.parse_args(arguments)
    logs.configure("error", "console")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder / "tool.db", options.tickets)
        text = CONFIGURATION.read_text("utf-8")
        found: dict[tuple[str, str], list[tuple[Cost, int]]] = {}
        for number in range(options.rounds):
            for name, more in (("without", ""), ("with ladders", _LADDER)):
                path = folder / "config.toml"
                path.write_text(text + more, "utf-8")
                config = replace(load_config(path), state=str(folder / f"{name}-{number}.db"))
                state, tool = State.of(config.state), Tool(folder / "tool.db")
                try:
                    for step, later in (("first load", 0), (f"{options.days} days later", options.days * DAY)):
                        tool.now += later
                        found.setdefault((step, name), []).append(measured(tool, state, config))
                finally:
                    tool.close()
                    state.close()
    took: dict[tuple[str, str], float] = {}
    for (step, name), every in found.items():
        took[step, name] = statistics.median(cost.processor for cost, _ in every)
        print(f"{step}, {name}: {took[step, name]:.2f} s of the processor, {every[0][1]:,} steps told")
    figures = []
    for step in dict.fromkeys(step for step, _ in found):
        ours, least = took[step, "with ladders"], took[step, "without"]
        what = f"{step}, {options.tickets:,} tickets, ladders that tell {found[step, 'with ladders'][0][1]:,} steps"
        figures.append(Figure(what, f"{of(ours)} s", f"the same without ladders: {of(least)} s", of(ours / least)))
    return figures


if __name__ == "__main__":
    os.environ.setdefault("NOT_READ", "")
    main()
