"""Spans of time: sorted, disjoint, half-open [start, end) in ms UTC."""

from collections.abc import Iterable, Iterator

from sla_engine import Calendar
from sla_engine.intervals import Interval, subtract, union

__all__ = ["Interval", "clipped", "common", "length", "subtract", "union", "working"]


def working(calendar: Calendar, start: int, end: int) -> list[Interval]:
    """Return a calendar's working time within [start, end)."""
    if start >= end:
        return []
    begins, ends = calendar.intervals(start, end)
    return list(clipped(zip(begins.tolist(), ends.tolist(), strict=True), start, end))


def clipped(spans: Iterable[Interval], start: int, end: int) -> Iterator[Interval]:
    """Yield what of spans lies within [start, end)."""
    for begin, until in spans:
        if max(begin, start) < min(until, end):
            yield max(begin, start), min(until, end)


def common(ones: list[Interval], others: list[Interval]) -> list[Interval]:
    """Return what lies in both."""
    return list(subtract(ones, list(subtract(ones, others))))


def length(spans: Iterable[Interval]) -> int:
    """Return how long they are together, in ms."""
    return sum(end - start for start, end in spans)
