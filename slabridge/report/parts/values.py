"""What all parts of a report are made of: instants as text, times in seconds, percentages as text."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from sla_engine.instant import format_instant, seconds
from slabridge.report.shown import shown_share
from slabridge.report.statistics import Durations

Document = dict[str, Any]
"""What `report --format json` prints, or a part of it; docs/reports.md names its keys."""


def listed(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Document:
    """Return a long list as `columns` and `rows`: of a month of 300,000 cases, keys beside each value fill memory."""
    return {"columns": [*columns], "rows": [[*row] for row in rows]}


def rows_of(found: Document) -> Iterator[Document]:
    """Yield the rows of a long list with their columns."""
    columns = found["columns"]
    return (dict(zip(columns, row, strict=True)) for row in found["rows"])


def instant(at: int | None) -> str | None:
    """Return an instant in UTC."""
    return None if at is None else format_instant(at)


def exact_seconds(ms: Fraction | int | None) -> float | int | None:
    """Return a duration in seconds, cut to a millisecond."""
    return None if ms is None else seconds(int(ms))


def durations(found: Durations) -> Document:
    """Return what is said of durations."""
    return {
        "count": found.count,
        "sum_seconds": seconds(found.sum),
        "mean_seconds": exact_seconds(found.mean),
        "median_seconds": exact_seconds(found.median),
        "p90_seconds": exact_seconds(found.ninetieth),
    }


def part_of(count: int, of: int) -> Document:
    """Return a count with what it is a part of."""
    return {"count": count, "of": of, "percent": shown_share(Fraction(count, of), 2) if of else None}
