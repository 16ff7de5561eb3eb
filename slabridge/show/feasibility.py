"""Paths and ways, as people read them and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine import Definitions
from sla_engine.chain.fit import Allowed, Fit
from sla_engine.instant import format_instant, seconds
from slabridge.app.feasibility import Way
from slabridge.text.printed import line
from slabridge.text.spoken import local, spoken


def print_fits(console: Console, fits: Sequence[Fit], definitions: Definitions) -> None:
    """Print a line or two for each path."""
    for fit in fits:
        console.print(Text(_name(fit), style="bold"))
        console.print(Text("  " + _verdict(fit, definitions)))


def _name(fit: Fit) -> str:
    when = ", ".join(f"{field} = {' or '.join(values)}" for field, values in fit.path.when)
    steps = " -> ".join(line(step) for step in fit.path.steps)
    return f"{line(fit.path.objective)}{f' ({line(when)})' if when else ''}: {steps}"


def _verdict(fit: Fit, definitions: Definitions) -> str:
    if fit.above is None or fit.worst is None:
        return f"cannot be computed: {line(fit.problem)}"
    zone = definitions.calendars[fit.above.calendar].timezone
    begun = f"begun {local(fit.worst.at, zone)}"
    target = f"the {spoken(fit.above.target)} of {fit.above.objective}"
    if fit.worst.used is None:
        return f"does not fit: {begun} it does not end within ten years"
    if fit.fits:
        return f"fits: at most {spoken(fit.worst.used)} of {target} are used, {begun}"
    most = f"up to {spoken(fit.worst.used)} are needed where {target} are agreed, {begun}"
    return f"does not fit: {most}; of all starts {100 * fit.worst.unfit:.1f} % do not"


def print_ways(console: Console, ways: Sequence[Way]) -> None:
    """Print the ways that tickets took as a table."""
    table = Table("objective", "cycles", "way: median / 90 % (allowed)", title="the ways that tickets took")
    for way in ways:
        steps = " -> ".join(
            f"{line(visit.holder)} {_time(visit.median)} / {_time(visit.ninetieth)}"
            + (f" ({_time(visit.allowed)})" if visit.allowed is not None else "")
            for visit in way.visits
        )
        table.add_row(way.objective, f"{way.count} of {way.of}", Text(steps))
    console.print(table)


def _time(ms: int) -> str:
    return spoken(ms) or "0s"


def as_json(fits: Sequence[Fit], ways: Sequence[Way]) -> dict[str, Any]:
    """Return paths and ways as plain values: instants as text, times in seconds."""
    return {"paths": [_fit(fit) for fit in fits], "ways": [_way(way) for way in ways]}


def _fit(fit: Fit) -> dict[str, Any]:
    worst = fit.worst
    return {
        "objective": fit.path.objective,
        "when": {field: list(values) for field, values in fit.path.when},
        "fits": fit.fits,
        "target_seconds": None if fit.above is None else seconds(fit.above.target),
        "used_seconds": None if worst is None or worst.used is None else seconds(worst.used),
        "worst_start": None if worst is None else format_instant(worst.at),
        "unfit_share": None if worst is None else round(worst.unfit, 6),
        "steps": [_allowed(step) for step in fit.steps] or [{"objective": step} for step in fit.path.steps],
        "problem": fit.problem or None,
    }


def _allowed(allowed: Allowed) -> dict[str, Any]:
    return {
        "objective": allowed.objective,
        "calendar": allowed.calendar,
        "target_seconds": seconds(allowed.target),
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "objective": way.objective,
        "cycles": way.count,
        "of": way.of,
        "visits": [
            {
                "holder": visit.holder,
                "median_seconds": seconds(visit.median),
                "ninetieth_seconds": seconds(visit.ninetieth),
                "allowed_seconds": None if visit.allowed is None else seconds(visit.allowed),
            }
            for visit in way.visits
        ],
    }
