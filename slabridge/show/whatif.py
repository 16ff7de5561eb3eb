"""What another file makes of the same histories, as tables and as JSON."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sla_engine.instant import seconds
from slabridge.text.printed import line
from slabridge.text.spoken import spoken
from slabridge.whatif.columns import Outcome
from slabridge.whatif.sums import Change, Count, Sums


def print_sums(console: Console, sums: Sums) -> None:
    """Print counts, shares, and what changes most."""
    counts = Table("objective", "priority", "cycles", "breached", "compliance %", title="before -> after")
    for (objective, priority), (before, after) in sums.counts.items():
        counts.add_row(
            objective,
            Text(line(priority or "none")),
            _both(before.cycles, after.cycles),
            _both(before.breached, after.breached),
            _both(_percent(before), _percent(after)),
        )
    console.print(counts)
    shares = Table("objective", "holder", "used", title="who used the time: before -> after")
    for (objective, holder), (worked, then) in sums.shares.items():
        if worked != then:
            shares.add_row(objective, Text(line(holder or "nobody")), _both(_time(worked), _time(then)))
    console.print(shares if shares.row_count else "Nobody's share of the time changes.")
    changes = Table("ticket", "cycle", "before", "after", "because of", title="what changes most")
    for change in sums.changes():
        cycle = f"{change.objective} #{change.cycle}"
        changes.add_row(
            Text(line(change.ticket)), cycle, _said(change.before), _said(change.after), ", ".join(change.reasons)
        )
    console.print(changes if changes.row_count else "No cycle comes out otherwise.")
    console.print(f"{sums.changed} cycles come out otherwise")


def _both(before: object, after: object) -> str:
    return str(before) if before == after else f"{before} -> {after}"


def _percent(count: Count) -> str:
    return "" if count.compliance is None else f"{count.compliance:g}"


def _time(ms: int) -> str:
    return spoken(ms) or "0s"


def _said(outcome: Outcome | None) -> str:
    if outcome is None:
        return "no result"
    return f"{'breached' if outcome.breached else 'met'}, {_time(outcome.elapsed)} of {_time(outcome.target)}"


def as_json(sums: Sums) -> dict[str, Any]:
    """Return counts, shares and changes as plain values, times in seconds."""
    return {
        "counts": [
            {"objective": objective, "priority": priority or None, "before": _count(before), "after": _count(after)}
            for (objective, priority), (before, after) in sums.counts.items()
        ],
        "shares": [
            {
                "objective": objective,
                "holder": holder or None,
                "before_seconds": seconds(before),
                "after_seconds": seconds(after),
            }
            for (objective, holder), (before, after) in sums.shares.items()
        ],
        "changed": sums.changed,
        "changes": [_change(change) for change in sums.changes()],
    }


def _count(count: Count) -> dict[str, Any]:
    return {"cycles": count.cycles, "breached": count.breached, "compliance": count.compliance}


def _change(change: Change) -> dict[str, Any]:
    return {
        "source": change.source,
        "ticket": change.ticket,
        "objective": change.objective,
        "cycle": change.cycle,
        "before": _outcome(change.before),
        "after": _outcome(change.after),
        "reasons": list(change.reasons),
    }


def _outcome(outcome: Outcome | None) -> dict[str, Any] | None:
    if outcome is None:
        return None
    amounts = {
        f"{name}_seconds": seconds(getattr(outcome, name)) for name in ("target", "elapsed", "paused", "remaining")
    }
    return {"breached": outcome.breached, **amounts}
