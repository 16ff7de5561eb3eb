"""Stamps: how ServiceNow writes an instant, `2026-03-02 08:00:00`, whole seconds UTC. As texts they sort by time."""

import re
from datetime import UTC, datetime, timedelta

EARLIEST = "1970-01-01 00:00:00"
FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(stamp: str) -> int:
    """Return a stamp as milliseconds UTC.

    Raises:
        ValueError: the text is no stamp.
    """
    if not FORM.fullmatch(stamp):
        raise ValueError(f"{stamp[:40]!r} is no date and time")
    return (datetime.fromisoformat(stamp).replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def stamp_of(instant: int) -> str:
    """Return milliseconds UTC as a stamp; what is finer than a second is cut."""
    return (_EPOCH + timedelta(milliseconds=instant)).strftime("%Y-%m-%d %H:%M:%S")
