"""Instants as ServiceNow writes them: whole seconds, UTC when stored, the user's zone when displayed."""

import calendar
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Los_Angeles")
"""The zone in which users see times who have none of their own: ServiceNow's default."""

_FORMAT = "%Y-%m-%d %H:%M:%S"


def stamp_of(instant: int) -> str:
    """Return milliseconds UTC as they are stored: `2026-03-02 08:00:00`, cut to the second."""
    return time.strftime(_FORMAT, time.gmtime(instant // 1000))


def instant_at(stamp: str) -> int:
    """Return a stored value as milliseconds UTC."""
    return calendar.timegm(time.strptime(stamp, _FORMAT)) * 1000


def displayed(stored: str, zone: ZoneInfo) -> str:
    """Return a stored value as a user of a zone sees it."""
    return f"{datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(zone):{_FORMAT}}"


def stored(displayed: str, zone: ZoneInfo) -> str:
    """Return what a user of a zone sees as it is stored.

    Raises:
        ValueError: it is no time.
    """
    return f"{datetime.fromisoformat(displayed).replace(tzinfo=zone).astimezone(UTC):{_FORMAT}}"


def displayed_duration(stored: str) -> str:
    """Return a stored duration (1970-01-01 08:00:00) as users see it: `8 Hours`."""
    seconds = instant_at(stored) // 1000
    parts = []
    for size, unit in ((86_400, "Day"), (3_600, "Hour"), (60, "Minute"), (1, "Second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts) or "0 Seconds"
