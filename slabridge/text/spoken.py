"""Instants and working time as people say them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sla_engine.instant import HOUR, MINUTE, SECOND, moment_of


def local(instant: int, zone: str) -> str:
    """Return an instant in a zone's local time: `Tue 2026-03-03 14:20 CET (Europe/Stockholm)`."""
    return f"{zoned(instant, zone):%a %Y-%m-%d %H:%M %Z} ({zone})"


def zoned(instant: int, zone: str) -> datetime:
    """Return an instant as a date and time of a zone."""
    return moment_of(instant).astimezone(ZoneInfo(zone))


def spoken(ms: int) -> str:
    """Return working time as people say it: `26h 10m`, `45s`."""
    if ms < MINUTE:
        return f"{ms // SECOND}s"
    hours, minutes = ms // HOUR, ms % HOUR // MINUTE
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)
