"""What all parts of a report are made of: instants as text, times in seconds, percentages as text."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import Any, TypeVar

from sla_engine.instant import format_instant, seconds
from slabridge.report.shown import shown_share
from slabridge.report.statistics import Durations

Document = dict[str, Any]
"""What `report --format json` prints, or a part of it; docs/reports.md names its keys."""


T = TypeVar("T")
Keyed = tuple[tuple[Any, ...], T]
"""What stands in a list, behind what it is ordered by."""


def in_order(keyed: list[Keyed[T]]) -> list[T]:
    """Return what stands in a list in its order; what has the same key stays as it comes.

    The list itself is put in order, too: of lists in order that is done fast, and so the ranges send theirs.
    """
    keyed.sort(key=itemgetter(0))
    return [one for _, one in keyed]


def listed(columns: Sequence[str], rows: list[list[Any]]) -> Document:
    """Return a long list as `columns` and `rows`: of a month of 300,000 cases, keys beside each value fill memory."""
    return {"columns": [*columns], "rows": rows}


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
