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


def share_used(used: int, target: int, percent: float | None) -> str:
    """Return how much of a target is used: `5h of 8h used (62.5 %)`."""
    share = "" if percent is None else f" ({shown_percent(percent)} %)"
    return f"{spoken(used)} of {spoken(target)} used{share}"


def shown_percent(percent: float | None) -> str:
    """Return a share as it is shown, nothing where there is none."""
    return "" if percent is None else f"{percent:g}"


def spoken(ms: int) -> str:
    """Return working time as people say it: `26h 10m`, `45s`."""
    if ms < MINUTE:
        return f"{ms // SECOND}s"
    hours, minutes = ms // HOUR, ms % HOUR // MINUTE
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)


def roughly(ms: int) -> str:
    """Return a stretch of time as people speak of it: `2d 3h`, `1h 18m`, `6m`, `45s`."""
    return span(ms) if not MINUTE <= ms < HOUR else f"{ms // MINUTE}m"


def span(ms: int) -> str:
    """Return a stretch of time in its largest two units: `2d 3h`, `45s`."""
    seconds = max(0, ms) // 1000
    for size, unit, rest, small in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s")):
        if seconds >= size:
            return f"{seconds // size}{unit} {seconds % size // rest}{small}"
    return f"{seconds}s"
