"""Instants: integer milliseconds UTC since 1970 began."""

from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(moment: datetime) -> int:
    """Return the instant of an aware datetime, cut to the millisecond."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def moment_of(instant: int) -> datetime:
    """Return an instant as a datetime in UTC."""
    return EPOCH + timedelta(milliseconds=instant)


def parse_instant(text: str) -> int:
    """Read `2026-03-02T08:00:00Z`, or the like with another offset.

    Raises:
        ValueError: it is no time, or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC, as the Z of 2026-03-02T08:00:00Z")
    return instant_of(moment)


def format_instant(instant: int) -> str:
    """Return `2026-03-02T08:00:00Z`, with milliseconds only where there are any."""
    local = moment_of(instant).replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds" if instant % SECOND else "seconds") + "Z"
