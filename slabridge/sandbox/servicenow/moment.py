"""Instants as ServiceNow writes them: whole seconds, UTC when stored, the user's zone when displayed."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
"""The zone in which users of the instance see times: ServiceNow's own default."""

_FORMAT = "%Y-%m-%d %H:%M:%S"


def stamp_of(instant: int) -> str:
    """Return milliseconds UTC as they are stored: `2026-03-02 08:00:00`, cut to the second."""
    return time.strftime(_FORMAT, time.gmtime(instant // 1000))


def displayed(stored: str) -> str:
    """Return a stored value as a user sees it."""
    return f"{datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(ZONE):{_FORMAT}}"


def stored(displayed: str) -> str:
    """Return what a user sees as it is stored.

    Raises:
        ValueError: it is no time.
    """
    return f"{datetime.fromisoformat(displayed).replace(tzinfo=ZONE).astimezone(UTC):{_FORMAT}}"
