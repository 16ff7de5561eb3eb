"""Values that a request sends, as they are stored."""

import re
from collections.abc import Mapping

from slabridge_sandbox.servicenow.query import DATE_TIME
from slabridge_sandbox.servicenow.record import Record, Stored
from slabridge_sandbox.servicenow.table import Column, Table

_DURATION = re.compile(r"(?:1970-01-)?(\d\d?) (\d\d:\d\d:\d\d)")


def values_of(table: Table, body: Mapping[str, object]) -> Record:
    """Return the writable fields of a body as they are stored.

    Ignored are names that the table does not have, system fields, and dates and numbers that cannot be read.
    """
    values: Record = {}
    for name, given in body.items():
        column = table.columns.get(name)
        if column is None or column.kind == "journal_input" or name.startswith("sys_"):
            continue
        raw = given.get("value") if isinstance(given, dict) else given
        text = "" if raw is None else str(raw).lower() if isinstance(raw, bool) else str(raw)
        if not text or _fits(column, text):
            values[name] = _stored(column, text)
    return values


def _fits(column: Column, text: str) -> bool:
    match column.kind:
        case "integer":
            return text.removeprefix("-").isdecimal()
        case "glide_date_time":
            return DATE_TIME.fullmatch(text) is not None
        case "glide_duration":
            return _DURATION.fullmatch(text) is not None
        case _:
            return True


def _stored(column: Column, text: str) -> Stored:
    if not text:
        return None
    match column.kind:
        case "integer":
            return int(text)
        case "boolean":
            return "true" if text.lower() in {"true", "1"} else "false"
        case "glide_date_time":
            return text if len(text) > 10 else f"{text} 00:00:00"
        case "glide_duration":
            return _duration(text)
        case _:
            return text


def _duration(text: str) -> str:
    """Return a duration as it is stored: `1970-01-02 08:00:00`, or `1 08:00:00`, is a day and eight hours."""
    match = _DURATION.fullmatch(text)
    assert match  # noqa: S101 - it fits
    days = int(match[1]) + (not text.startswith("1970"))
    return f"1970-01-{days:02} {match[2]}"
