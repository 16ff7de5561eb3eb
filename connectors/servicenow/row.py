"""What comes from a table, checked where it enters: rows are objects whose fields hold texts.

A proxy or a plug-in may show values otherwise than they were asked for. What can be read for certain is read; a field
that cannot counts as one that may not be read.
"""

import json
from typing import Any, TypeGuard

from connectors.servicenow.page import PageRequest, Record, RecordPage
from connectors.servicenow.rate import message

_NOTHING = "no record found"
_MOST_DIGITS = 18


def is_empty(status: int | None, body: object) -> bool:
    """Say whether an answer is that of older instances where no row matches: 404, and not that there is no table."""
    return status == 404 and message(body).casefold().startswith(_NOTHING)


def are_rows(found: object) -> TypeGuard[list[dict[str, Any]]]:
    """Say whether something is a list of rows."""
    return isinstance(found, list) and all(isinstance(row, dict) for row in found)


def is_record(found: object) -> TypeGuard[Record]:
    """Say whether something is a record that was written: it says which."""
    return isinstance(found, dict) and bool(found.get("sys_id"))


def page_of_rows(rows: list[dict[str, Any]], count: str, date: int, ask: PageRequest) -> RecordPage:
    """Return a page of rows; those hidden by access rules are missing, or come as {}."""
    total = int(count) if count.isdecimal() and len(count) <= _MOST_DIGITS else None
    return RecordPage([_record(row, ask) for row in rows if row], total, date, ask.limit)


def _record(row: dict[str, Any], ask: PageRequest) -> Record:
    if all(isinstance(held, str) for held in row.values()):  # as nearly all are
        return row
    return {name: text for name, held in row.items() if (text := _field(held, ask)) is not None}


def _field(held: object, ask: PageRequest) -> object:
    """Return what a field holds in the form that was asked for, None where it holds nothing that can be read."""
    if isinstance(held, str):
        return held
    if held is None:
        return ""
    if isinstance(held, bool | int | float):
        return json.dumps(held)
    if not isinstance(held, dict) or not isinstance(held.get("value"), str):
        return None
    if ask.display or (ask.links and isinstance(held.get("link"), str)):
        return held
    return held["value"]
