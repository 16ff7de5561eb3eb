"""Calendars in words: when time counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from holidays.registry import COUNTRIES

from sla_engine.calendar import CalendarDefinition, DayOfYear, HolidayCode, Span
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import MONTHS, WEEKDAYS, amount, said_date
from slabridge.wording.listed import COMMA, SEMICOLON, Text, both, folded, shown

_WHOLE_DAY = 24 * 60
_COUNTRIES = {
    "SE": word("Sweden"),
    "NO": word("Norway"),
    "DK": word("Denmark"),
    "FI": word("Finland"),
    "IS": word("Iceland"),
    "DE": word("Germany"),
    "GB": word("United Kingdom"),
    "US": word("United States"),
    "FR": word("France"),
    "NL": word("Netherlands"),
    "PL": word("Poland"),
}
"""Countries that have a name in every language; the others have the one of the library, which is English."""
_CATEGORIES = {"public": word("public holidays"), "de_facto": word("customary days off"), "bank": word("bank holidays")}


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar in words: its usual hours, and each exception from them."""

    name: str
    timezone: str
    sentences: tuple[Said, ...]


def hours_of(name: str, calendar: CalendarDefinition) -> Hours:
    """Return a calendar in words."""
    return Hours(name, calendar.timezone, tuple(_sentences(calendar)))


def _sentences(calendar: CalendarDefinition) -> Iterator[Said]:
    zone = calendar.timezone
    if all(spans == (Span(0, _WHOLE_DAY),) for spans in calendar.weekly):
        yield said("Time counts around the clock, in the local time of %(zone)s.", zone=zone)
    elif any(calendar.weekly):
        yield said("Time counts %(hours)s, in the local time of %(zone)s.", hours=_week(calendar.weekly), zone=zone)
    else:
        yield said("Time counts on single dates alone, in the local time of %(zone)s.", zone=zone)
    if calendar.holidays:
        yield said("It does not count on %(holidays)s.", holidays=both([_holidays(one) for one in calendar.holidays]))
    if calendar.closed:
        yield said(
            "It does not count on %(days)s.", days=both([_closed(*one) for one in sorted(calendar.closed, key=_when)])
        )
    if calendar.open:
        opened = folded([_dated(said_date(day), spans) for day, spans in sorted(calendar.open)], SEMICOLON)
        yield said("These dates have hours of their own, holiday or not: %(days)s.", days=opened)
    if calendar.weekly_maintenance:
        windows = both([_dated(said(WEEKDAYS[day]), (span,)) for day, span in sorted(calendar.weekly_maintenance)])
        yield said("It does not count in planned maintenance, %(windows)s.", windows=windows)
    for start, end in sorted(calendar.maintenance):
        ends = [said("%(day)s %(time)s", day=said_date(one), time=f"{one:%H:%M}") for one in (start, end)]
        yield said("It does not count in planned maintenance from %(start)s to %(end)s.", start=ends[0], end=ends[1])
    if calendar.day is not None:
        yield said("A working day is %(length)s of it.", length=amount(calendar.day))


def _week(weekly: Sequence[tuple[Span, ...]]) -> Text:
    """Return the hours of a week: neighbouring days that are alike in one."""
    found: list[Text] = []
    first = 0
    for day in range(7):
        if day == 6 or weekly[day + 1] != weekly[day]:
            if weekly[day]:
                found.append(_dated(_days(first, day), weekly[day]))
            first = day + 1
    return folded(found, SEMICOLON)


def _days(first: int, last: int) -> Said:
    start, end = said(WEEKDAYS[first]), said(WEEKDAYS[last])
    return start if first == last else said("%(first)s-%(last)s", first=start, last=end)


def _dated(day: Text, spans: Sequence[Span]) -> Said:
    if not spans:
        return said("%(day)s not at all", day=day)
    return said("%(day)s %(times)s", day=day, times=folded([_span(span) for span in spans], COMMA))


def _span(span: Span) -> Text:
    times = f"{time_of(span.start)}-{time_of(span.end if span.end <= _WHOLE_DAY else span.end - _WHOLE_DAY)}"
    return times if span.end <= _WHOLE_DAY else said("%(times)s the next day", times=times)


def time_of(minutes: int) -> str:
    """Return a local time in minutes since midnight; the end of a day is 24:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _holidays(code: HolidayCode) -> Said:
    place = country_of(code)
    days = both([said(_CATEGORIES[one]) if one in _CATEGORIES else shown(one) for one in code.categories])
    return said("%(days)s of %(place)s", days=days, place=place)


def country_of(code: HolidayCode) -> Text:
    """Return a country, and its part where the holidays are those of one."""
    if code.country in _COUNTRIES:
        country: Text = said(_COUNTRIES[code.country])
    else:
        known = (name for name, codes in COUNTRIES.items() if code.country in codes)
        country = next(known, code.country).replace("_", " ").title()
    if code.subdivision is None:
        return country
    return said("%(country)s (%(part)s)", country=country, part=shown(code.subdivision))


def _closed(day: date | DayOfYear, span: Span | None) -> Text:
    if isinstance(day, DayOfYear):
        name: Text = said("%(day)s %(month)s of every year", day=str(day.day), month=said(MONTHS[day.month - 1]))
    else:
        name = said_date(day)
    return name if span is None else _dated(name, (span,))


def _when(closed: tuple[date | DayOfYear, Span | None]) -> tuple[int, int, int, Span]:
    """Return what closed days are sorted by: those of every year last."""
    day, span = closed
    year = date.max.year if isinstance(day, DayOfYear) else day.year
    return year, day.month, day.day, span or Span(0, 0)
