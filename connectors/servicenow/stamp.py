"""Stamps: how ServiceNow writes an instant, `2026-03-02 08:00:00`, whole seconds UTC. As texts they sort by time."""

import re
from datetime import UTC, datetime

from sla_engine import instant

EARLIEST = "1970-01-01 00:00:00"
FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


def instant_of(stamp: str, field: str) -> int:
    """Return a stamp as milliseconds UTC; `field` is where it stands.

    Raises:
        ValueError: the text is no stamp, or none of a time in which tickets live.
    """
    try:
        moment = datetime.fromisoformat(stamp if FORM.fullmatch(stamp) else "")
    except ValueError:
        raise ValueError(f"{field} is {stamp[:40]!r}, which is no date and time") from None
    try:
        return instant.require_plausible(instant.instant_of(moment.replace(tzinfo=UTC)), stamp)
    except ValueError as error:
        raise ValueError(f"{field}: {error}") from None


def rfc3339(stamp: str) -> str:
    """Return `2026-03-02T08:00:00Z` for a text of the form of a stamp."""
    return stamp.replace(" ", "T") + "Z"


def stamp_of(at: int) -> str:
    """Return milliseconds UTC as a stamp; what is finer than a second is cut."""
    return instant.moment_of(at).strftime("%Y-%m-%d %H:%M:%S")
