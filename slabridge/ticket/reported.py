"""Of which months reports are issued, and which a ticket still waits for (docs/privacy.md, "What is over"). Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sla_engine.instant import instant_of, moment_of

_EVERYTHING = "all"
"""What the report of no service and no customer is about."""


@lru_cache(maxsize=50_000)
def month_of(instant: int, zone: str) -> str:
    """Return the month, as `2026-03`, in which an instant (ms UTC) lies."""
    return f"{moment_of(instant).astimezone(ZoneInfo(zone)):%Y-%m}"


def months_in(period: str) -> list[str]:
    """Return the months of a period: of a month, a quarter or a year; of any other none is whole."""
    if re.fullmatch(r"\d{4}-\d\d", period):
        return [period]
    if found := re.fullmatch(r"(\d{4})(?:-Q([1-4]))?", period):
        first = 1 if found[2] is None else 3 * int(found[2]) - 2
        return [f"{found[1]}-{month:02}" for month in range(first, first + (12 if found[2] is None else 3))]
    return []


class Reported:
    """The reports that are issued, by what they are about."""

    def __init__(self, issued: Iterable[Sequence[str]]) -> None:
        """Take (period, about) of each."""
        self._months: dict[str, set[str]] = {}
        for period, about in issued:
            self._months.setdefault(about, set()).update(months_in(period))

    def lacking(self, months: Collection[str]) -> str | None:
        """Return the first report that is not issued of these months, as `2026-03 (all)`; None: all are.

        A report that was issued of an earlier month is wanted of every later one, too.
        """
        for month in sorted(months):
            wanted = [about for about, of in self._months.items() if of and min(of) <= month]
            missing = [about for about in sorted(wanted) if month not in self._months[about]]
            if missing or not wanted:
                return f"{month} ({missing[0] if missing else _EVERYTHING})"
        return None

    def spans(self, zones: Collection[str]) -> list[tuple[int, int]]:
        """Return [start, end), ms UTC, of the months of which all reports are issued, in each of these zones."""
        months = sorted({month for of in self._months.values() for month in of})
        return [_span(month, zones) for month in months if self.lacking([month]) is None]


def _span(month: str, zones: Collection[str]) -> tuple[int, int]:
    year, number = map(int, month.split("-"))
    last = (year + number // 12, number % 12 + 1)
    ends = [[instant_of(datetime(*of, 1, tzinfo=ZoneInfo(zone))) for zone in zones] for of in ((year, number), last)]
    return max(ends[0]), min(ends[1])
