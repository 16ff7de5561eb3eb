"""Pages of a table: what one is asked by, and the records that it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Record = dict[str, Any]
"""A record, raw: texts, references as {link, value}; a field that may not be read is absent."""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page: what could be read of it, how many rows the query has in all (where given), the server's clock.

    `limit` is how many rows were asked for.
    """

    rows: list[Record]
    count: int | None
    date: int
    limit: int


@dataclass(frozen=True, slots=True)
class PageRequest:
    """What one page is asked by: `links` gives references as {link, value}, `display` all as {display_value, value}."""

    table: str
    query: str
    fields: Sequence[str]
    limit: int
    offset: int = 0
    links: bool = False
    display: bool = False


class Next(NamedTuple):
    """Whether a page was the last, and where the next begins: at an offset behind a row (None: the same as before)."""

    last: bool
    row: Record | None
    offset: int


def after(page: RecordPage, offset: int, is_place: Callable[[Record], bool]) -> Next:
    """Return what follows a page; `is_place` says whether a query can say "behind this row".

    The total count says whether it was the last; where it is not given, an empty page does.
    """
    seen = offset + (len(page.rows) or page.limit)
    last = not page.rows if page.count is None else seen >= page.count
    for beyond, row in enumerate(reversed(page.rows)):
        if is_place(row):
            return Next(last, row, beyond)
    return Next(last, None, seen)


def raw(held: object) -> str | None:
    """Return a field's stored value, however it is shown; None where the field is absent."""
    if isinstance(held, dict):
        held = held.get("value")
        return held if isinstance(held, str) else ""
    return held if isinstance(held, str) else None
