"""Comments as a record shows them, where the journal may not be read: one text of all entries, in our account's zone.

`2026-03-02 09:14:00 - Ada Agent (Work notes)`, then the text. Authors are names here, and times have the offset that
the record's own dates show. Where that is not certain, no comment but our own is read: an hour's error is worse than a
gap.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.servicenow import stamp
from connectors.servicenow.page import Record, raw
from connectors.servicenow.pull.comment import INTERNAL, PUBLIC, JournalEntry, markers_in
from connectors.servicenow.selection import Selection

_DATES = ("sys_created_on", "sys_updated_on")
_HEAD = re.compile(r"^([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}) - (.*) \([^()\n]+\)$", re.MULTILINE)


class OurAccount(NamedTuple):
    """Our account as people see it, and the zone in which it sees times ("" where it has none of its own)."""

    name: str
    zone: str


def shown_selection(table: str, ids: Sequence[str], caller: str) -> Selection:
    """Return what to read of the records themselves; `caller` is the field that says who called."""
    return Selection(table, "sys_id", ids, (*_DATES, PUBLIC, INTERNAL, caller), display=True)


def entries_shown(row: Record, us: OurAccount, caller: str) -> list[JournalEntry]:
    """Return the comments that a record shows, oldest first.

    Where their times are not certain, only our own markers: what we posted must be found all the same.
    """
    zone = _zone(row, us.zone)
    if zone is None:
        at = raw(row.get("sys_updated_on")) or ""
        texts = [(name, _seen(row, name)) for name in (PUBLIC, INTERNAL)]
        return [
            JournalEntry(at, us.name, name, line, ours=True, callers=False)
            for name, text in texts
            for line in _marked(text)
        ]
    found = [entry for name in (PUBLIC, INTERNAL) for entry in _entries(row, name, zone, us, _seen(row, caller))]
    return sorted(found, key=lambda entry: entry.created)


def _marked(text: str) -> list[str]:
    return [line for line in text.splitlines() if markers_in(line)]


def _entries(
    row: Record, element: str, zone: "ZoneInfo | timedelta", us: OurAccount, caller: str
) -> Iterator[JournalEntry]:
    text = _seen(row, element)
    heads = [head for head in _HEAD.finditer(text) if _moment(head[1])]
    for head, following in zip(reversed(heads), [None, *reversed(heads)], strict=False):
        body = text[head.end() : following.start() if following else None].strip()
        by = head[2]
        yield JournalEntry(_utc(head[1], zone), by, element, body, by == us.name, bool(caller) and by == caller)


def _zone(row: Record, name: str) -> "ZoneInfo | timedelta | None":
    """Return the zone of the times shown: ours, else the offset that both of the record's dates have."""
    offsets = set()
    for date in _DATES:
        stored, seen = _moment(raw(row.get(date)) or ""), _moment(_seen(row, date))
        if stored is None or seen is None:
            return None
        offsets.add(seen - stored)
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            return None
    return offsets.pop() if len(offsets) == 1 else None


def _utc(seen: str, zone: "ZoneInfo | timedelta") -> str:
    moment = datetime.fromisoformat(seen)
    offset = zone if isinstance(zone, timedelta) else zone.utcoffset(moment)
    try:
        return str(moment - (offset or timedelta()))
    except OverflowError:  # in the year 1 or 9999, which no ticket lives in
        return seen


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if stamp.FORM.fullmatch(text) else None
    except ValueError:
        return None


def _seen(row: Record, name: str) -> str:
    held = row.get(name)
    return str((held.get("display_value") if isinstance(held, dict) else held) or "")
