"""Days of the week and local times, as text: `mon-thu`, `08:00-12:00`, `2026-12-24 12:00-24:00`."""

import re
from datetime import date, datetime

from sla_engine.calendar import WEEKDAYS, DayOfYear, Span
from sla_engine.instant import DAY, MINUTE
from slabridge.config.problem import instead
from slabridge.config.shape import read_date

_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_MINUTES = DAY // MINUTE


def read_days(text: str) -> tuple[int, ...]:
    """Return the weekdays (Monday is 0) of a day or a range, which may wrap.

    Raises:
        ValueError: it is neither.
    """
    names = text.split("-")
    for name in names:
        if name not in WEEKDAYS:
            raise ValueError(f'"{name}" is no day; {instead(name, WEEKDAYS)}')
    first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
    if len(names) > 2 or (len(names) == 2 and first == last):
        raise ValueError("is no range of days; write mon-fri, or one day alone")
    return tuple((first + n) % 7 for n in range((last - first) % 7 + 1))


def read_span(text: str) -> Span:
    """Return local times; an end at or before the start is on the next day.

    Raises:
        ValueError: it is no span of times.
    """
    match = _SPAN.fullmatch(text)
    if not match:
        raise ValueError("is no span of times; write 08:00-17:00")
    first_hour, first_minute, last_hour, last_minute = (int(number) for number in match.groups())
    start, end = 60 * first_hour + first_minute, 60 * last_hour + last_minute
    if first_minute > 59 or last_minute > 59 or start >= _MINUTES or end > _MINUTES:
        raise ValueError("has a time that is none; times are 00:00 to 23:59, and 24:00 as an end")
    if start == end:
        raise ValueError("has no length; for a whole day write 00:00-24:00")
    return Span(start, end if end > start else end + _MINUTES)


def read_closed(value: object) -> tuple[date | DayOfYear, Span | None]:
    """Return a closed date, of one year or of every year, or a part of one.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str) and " " in value:
        day, _, text = value.partition(" ")
        span = read_span(text)
        if span.end > _MINUTES:
            raise ValueError(
                "ends before it begins: close the rest of one date (to 24:00) and the beginning of the next"
            )
        return _read_day(day), span
    try:
        return _read_day(value), None
    except ValueError as error:
        raise ValueError(f'{error}, 06-05 for every year, or a part of one as "2026-12-24 12:00-24:00"') from None


def _read_day(value: object) -> date | DayOfYear:
    if isinstance(value, str) and re.fullmatch(r"\d\d-\d\d", value, re.ASCII):
        leap = read_date(f"2024-{value}")
        return DayOfYear(leap.month, leap.day)
    return read_date(value)


def read_time(text: str) -> int:
    """Return a local time in minutes since midnight; 24:00 is the end of the day.

    Raises:
        ValueError: it is none.
    """
    match = re.fullmatch(r"(\d\d):(\d\d)", text, re.ASCII)
    minutes = 60 * int(match[1]) + int(match[2]) if match else _MINUTES + 1
    if match is None or int(match[2]) > 59 or minutes > _MINUTES:
        raise ValueError("is no time; write 17:00")
    return minutes


def read_weekly(text: str) -> tuple[tuple[int, Span], ...]:
    """Return a weekly window, one span for each of its days.

    Raises:
        ValueError: it is none.
    """
    days, blank, span = text.partition(" ")
    if not blank:
        raise ValueError("is no weekly window; write thu 16:00-20:00")
    found = read_days(days)
    if re.fullmatch(r"\d\d:\d\d", span):
        raise ValueError(f"says when it begins and not when it ends; for the rest of the day write {days} {span}-24:00")
    return tuple((day, read_span(span)) for day in found)


def read_local_time(value: object) -> datetime:
    """Return a local date and time from TOML's own or from text.

    Raises:
        ValueError: it is none, or has an offset.
    """
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is not None:
        raise ValueError("is no local date and time; write 2026-06-01T22:00:00, in the calendar's zone, without offset")
    return moment
