"""What cycles took, as a table and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine.instant import seconds
from slabridge.report.baseline import SHARES, Baseline
from slabridge.text.printed import line
from slabridge.text.spoken import spoken


def print_baselines(console: Console, found: Mapping[tuple[str, ...], Baseline]) -> None:
    """Print a line for each group: within which time how many ended, today's target, and the steps to another."""
    heads = [f"{percent} % within" for percent in SHARES]
    table = Table("objective", "of", "cycles", "open", *heads, "target", "kept it", "steps (breaches)")
    for (name, *values), one in found.items():
        steps = ", ".join(f"{_time(step.target)} ({step.breaches})" for step in one.steps)
        table.add_row(
            name,
            Text(line(", ".join(value or "(unset)" for value in values))),
            str(one.count),
            str(one.open),
            *(_time(one.within[percent]) for percent in SHARES),
            _time(one.target),
            f"{int(one.share * 100) / 100} %",
            steps,
        )
    console.print(table)


def as_json(group: Sequence[str], fields: Sequence[str], one: Baseline) -> dict[str, Any]:
    """Return a group as `baseline --json` prints it; times in seconds."""
    name, *values = group
    return {
        "objective": name,
        "of": dict(zip(fields, values, strict=True)),
        "cycles": one.count,
        "open": one.open,
        "within_seconds": {str(percent): None if ms is None else seconds(ms) for percent, ms in one.within.items()},
        "target_seconds": seconds(one.target),
        "kept_percent": int(one.share * 100) / 100,
        "steps": [{"target_seconds": seconds(step.target), "breaches": step.breaches} for step in one.steps],
    }


def _time(ms: int | None) -> str:
    return "unknown" if ms is None else spoken(ms) or "0s"
