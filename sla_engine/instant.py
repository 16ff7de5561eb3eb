"""Instants: integer milliseconds since 1970-01-01T00:00:00Z, and their RFC 3339 text."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NEVER = (1 << 63) - 1
"""After every instant: the largest number that a column holds."""
NULL: Final = -1 << 63
"""An instant that is not there: the smallest number that a column holds."""
FIRST_INSTANT: Final = 0
LAST_INSTANT: Final = (datetime(2200, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)
"""Instants outside [first, last) are a broken clock or a slip of the pen, not a ticket's life."""
_MILLISECOND = timedelta(milliseconds=1)


def parse_instant(text: str) -> int:
    """Return the instant that an RFC 3339 text names; finer than a millisecond is cut.

    Raises:
        ValueError: the text is no instant, or has no offset from UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; write 2026-03-02T08:00:00Z or ...+01:00")
    return instant_of(moment)


def instant_of(moment: datetime) -> int:
    """Return an aware datetime as milliseconds UTC, cut, never rounded."""
    return (moment - EPOCH) // _MILLISECOND


def require_plausible(instant: int, text: str) -> int:
    """Return the instant that a text names if it can be one of a ticket's life.

    Raises:
        ValueError: it lies before 1970 or after 2199.
    """
    if not FIRST_INSTANT <= instant < LAST_INSTANT:
        raise ValueError(f"{text!r} is not between the years 1970 and 2199")
    return instant


def moment_of(instant: int) -> datetime:
    """Return milliseconds UTC as an aware datetime."""
    return EPOCH + timedelta(milliseconds=instant)


def seconds(ms: int) -> int | float:
    """Return milliseconds as seconds, a whole number where it is one."""
    return ms // SECOND if ms % SECOND == 0 else ms / SECOND


def format_instant(instant: int) -> str:
    """Return `2026-03-02T08:00:00Z`, with milliseconds only where they are not zero."""
    days, ms = divmod(instant, DAY)
    seconds, fraction = divmod(ms, SECOND)
    text = _date(days) + _time(seconds)
    return f"{text}.{fraction:03}Z" if fraction else text + "Z"


@lru_cache(maxsize=20_000)
def _date(days: int) -> str:
    return f"{moment_of(days * DAY):%Y-%m-%d}"


@lru_cache(maxsize=86_400)
def _time(seconds: int) -> str:
    return f"T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
