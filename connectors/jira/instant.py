"""Instants as Jira writes them."""

from sla_engine.instant import format_instant, moment_of, parse_instant, require_plausible

_SECONDS_END = 100_000_000_000
"""Numbers below are seconds (until the year 5138), numbers from here on milliseconds (since 1973)."""


def instant(raw: object) -> int:
    """Return ms UTC for `2021-01-25T11:09:27.985+0800`, epoch seconds or epoch milliseconds: Jira sends all three.

    Raises:
        ValueError: it is none of them, or none of a time in which tickets live.
    """
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return require_plausible(int(raw * 1000 if raw < _SECONDS_END else raw), str(raw)[:40])
    try:
        at = parse_instant(str(raw))
    except ValueError:
        raise ValueError("a date-time is missing or cannot be read") from None
    return require_plausible(at, str(raw)[:40])


def date_time(at: int) -> str:
    """Return `2026-03-02T08:00:00.000+0000`: Jira wants three decimals and an offset without a colon.

    It is cut to the second, like what we read back: whether a site keeps milliseconds is its database's business.
    """
    return moment_of(at).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def rfc3339(text: str) -> str:
    """Return a date-time in the form in which tickets hold it, `2026-03-02T08:00:00Z`."""
    try:
        return format_instant(parse_instant(text))
    except (ValueError, OverflowError):
        return text


def normal(text: str) -> str:
    """Return a date-time in the form of `date_time`; Jira gives them in the reading account's time zone."""
    try:
        return date_time(parse_instant(text))
    except (ValueError, OverflowError):
        return text
