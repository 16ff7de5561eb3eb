"""Durations and time zones as the configuration writes them."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slabridge.importing.finding import Untranslatable


def duration(seconds: int) -> str:
    """Return a duration as the configuration writes it."""
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if count)


def known_zone(zone: str, column: str) -> str:
    """Return a time zone that is one.

    Raises:
        Untranslatable: it is none of the time zone database.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Untranslatable(column, zone, "is no time zone of the time zone database") from None
    return zone
