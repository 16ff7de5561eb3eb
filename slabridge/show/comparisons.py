"""The tools' clocks beside ours, as a table; and what many comparisons came to, as a line."""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from slabridge.compare.comparison import Comparison, Finding, Summary
from slabridge.compare.course import Figures
from slabridge.text.printed import line
from slabridge.text.spoken import spoken, zoned

_STYLES = {
    Finding.AGREE: "green",
    Finding.EXPLAINED: "cyan",
    Finding.UNEXPLAINED: "bold red",
    Finding.ONLY_THERE: "yellow",
    Finding.ONLY_HERE: "yellow",
}


def table_of(found: Iterable[Comparison], zone: str) -> Table:
    """Return comparisons as a table, times as a zone has them."""
    table = Table(show_lines=True)
    table.add_column("ticket", overflow="fold")
    table.add_column("objective / clock", overflow="fold")
    table.add_column("there")
    table.add_column("here")
    table.add_column("difference")
    for each in found:
        there = _figures(Figures.there(each.theirs), zone) if each.theirs else ""
        here = _figures(Figures.here(each.ours), zone) if each.ours else ""
        table.add_row(Text(line(each.ticket.key)), Text(_names(each)), there, here, _difference(each))
    return table


def line_of(summary: Summary) -> str:
    """Return what comparisons came to, in one line."""
    parts = [f"{summary.findings[finding]} {finding.replace('_', ' ')}" for finding in Finding]
    reasons = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(summary.reasons.items()))
    return ", ".join(parts) + (f"; reasons: {reasons}" if reasons else "")


def _names(comparison: Comparison) -> str:
    ours, theirs = comparison.ours, comparison.theirs
    cycle = f" #{ours.cycle}" if ours and ours.cycle > 1 else ""
    return f"{comparison.objective or '-'}{cycle}\n{line(theirs.name) if theirs else '-'}"


def _figures(figures: Figures, zone: str) -> str:
    """Return a clock in a few short lines."""
    stage = figures.stage + (", late" if figures.breached else "")
    used = spoken(figures.elapsed) or "0s"
    target = "" if figures.target is None else f" of {spoken(figures.target)}"
    due = "" if figures.due_at is None else f"\ndue {zoned(figures.due_at, zone):%m-%d %H:%M}"
    return f"{stage}\nfrom {zoned(figures.started_at, zone):%m-%d %H:%M}{due}\n{used}{target}"


def _difference(comparison: Comparison) -> Text:
    text = Text()
    words = ", ".join(comparison.reasons) or comparison.finding.replace("_", " ")
    text.append(words.replace("_", " "), _STYLES[comparison.finding])
    if comparison.elapsed_apart:
        apart = comparison.elapsed_apart
        text.append(f"\nused {'+' if apart > 0 else '-'}{spoken(abs(apart)) or '0s'} there")
    if comparison.differences and comparison.finding is Finding.UNEXPLAINED:
        text.append(f"\n{', '.join(comparison.differences)}")
    if comparison.note:
        text.append(f"\n{line(comparison.note)}")
    return text
