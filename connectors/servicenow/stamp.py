"""Stamps: how ServiceNow writes an instant, `2026-03-02 08:00:00`, whole seconds UTC. As texts they sort by time."""

import re
from datetime import UTC, datetime, timedelta

EARLIEST = "1970-01-01 00:00:00"
FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(stamp: str, field: str) -> int:
    """Return a stamp as milliseconds UTC; `field` is where it stands.

    Raises:
        ValueError: the text is no stamp.
    """
    try:
        moment = datetime.fromisoformat(stamp if FORM.fullmatch(stamp) else "")
    except ValueError:
        raise ValueError(f"{field} is {stamp[:40]!r}, which is no date and time") from None
    return (moment.replace(tzinfo=UTC) - _EPOCH) // timedelta(milliseconds=1)


def stamp_of(instant: int) -> str:
    """Return milliseconds UTC as a stamp; what is finer than a second is cut."""
    return (_EPOCH + timedelta(milliseconds=instant)).strftime("%Y-%m-%d %H:%M:%S")
