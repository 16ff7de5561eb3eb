"""Schedules as an administrator enters them: rows that mean what the calendars of `hours` compute.

Holidays are a schedule of their own that others include. Dates are local text; what repeats on a date or weekday does
so for ever, a holiday that moves stands there once for each of these years.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache

from slabridge_sandbox.calendar import WHOLE_DATE, Calendar, Shift
from slabridge_sandbox.hours import HOURS
from slabridge_sandbox.servicenow.record import Record, identify

_BEGIN = date(2010, 1, 4)
_YEARS = range(2014, 2032)
_WORKDAYS = (0, 1, 2, 3, 4)
_DEFAULTS: Mapping[str, str | int] = {
    "repeat_count": 1,
    "days_of_week": "1",
    "float_week": "1",
    "float_day": "1",
    "month": "1",
    "monthly_type": "dom",
    "yearly_type": "doy",
    "repeat_type": "",
    "repeat_until": "00000000",
    "override_start_date": "00000000",
    "show_as": "busy",
    "type": "",
    "all_day": "false",
    "sys_mod_count": 0,
}
"""What a row holds in columns that its kind of repetition does not use."""


@cache
def rows() -> tuple[tuple[str, Record], ...]:
    """Return (table, row) of all schedules."""
    return tuple(row for name, calendar in HOURS.items() for row in _of(name, calendar))


def _of(name: str, calendar: Calendar) -> Iterator[tuple[str, Record]]:
    zone = calendar.zone.key
    schedule = identify("cmn_schedule", name)
    yield "cmn_schedule", {"sys_id": schedule, "name": name, "time_zone": zone, "sys_mod_count": 0}
    for shift, weekdays in _shifts(calendar):
        yield "cmn_schedule_span", _weekly(schedule, "", shift, weekdays)
    for weekday, shifts in calendar.weekly_excluded.items():
        for shift in shifts:
            yield "cmn_schedule_span", _weekly(schedule, "exclude", shift, (weekday,))
    for day, shifts in calendar.excluded.items():
        for shift in shifts:
            yield "cmn_schedule_span", _span(schedule, "exclude", shift, day)
    days = [
        day
        for year in _YEARS
        for day in (date(year, 1, 1) + timedelta(days=n) for n in range(366))
        if day.year == year and day in calendar.holidays
    ]
    if days:
        yield from _holidays(f"{name}: holidays", schedule, days)


def _holidays(name: str, parent: str, days: list[date]) -> Iterator[tuple[str, Record]]:
    schedule = identify("cmn_schedule", name)
    yield "cmn_schedule", {"sys_id": schedule, "name": name, "time_zone": "floating", "sys_mod_count": 0}
    link: Record = {"schedule": parent, "child_schedule": schedule, "type": "include", "sys_mod_count": 0}
    yield "cmn_other_schedule", link | {"sys_id": identify("cmn_other_schedule", name)}
    always = {(day.month, day.day) for day in days if all(day.replace(year=year) in days for year in _YEARS)}
    for month, day in sorted(always):
        first = date(_BEGIN.year, month, day)
        yield "cmn_schedule_span", _span(schedule, "exclude", WHOLE_DATE, first) | {"repeat_type": "yearly"}
    for moving in days:
        if (moving.month, moving.day) not in always:
            yield "cmn_schedule_span", _span(schedule, "exclude", WHOLE_DATE, moving)


def _shifts(calendar: Calendar) -> Iterator[tuple[Shift, tuple[int, ...]]]:
    """Yield each shift of the week with the weekdays that it begins on."""
    every = dict.fromkeys(shift for shifts in calendar.weekly for shift in shifts)
    for shift in every:
        yield shift, tuple(weekday for weekday, shifts in enumerate(calendar.weekly) if shift in shifts)


def _weekly(schedule: str, kind: str, shift: Shift, weekdays: tuple[int, ...]) -> Record:
    row = _span(schedule, kind, shift, _BEGIN + timedelta(days=weekdays[0]))
    if weekdays == _WORKDAYS:
        return row | {"repeat_type": "weekdays"}
    return row | {"repeat_type": "weekly", "days_of_week": "".join(str(weekday + 1) for weekday in weekdays)}


def _span(schedule: str, kind: str, shift: Shift, day: date) -> Record:
    start, end = shift
    return {
        **_DEFAULTS,
        "sys_id": identify("cmn_schedule_span", schedule, kind, shift, day),
        "schedule": schedule,
        "name": f"{'Closed' if kind else 'Open'} {day}",
        "type": kind,
        "all_day": "true" if shift == WHOLE_DATE else "false",
        "start_date_time": _text(day, start),
        "end_date_time": f"{day:%Y%m%d}T235959" if end == WHOLE_DATE[1] else _text(day, end),
    }


def _text(day: date, minutes: int) -> str:
    """Return a local time of a date, or of the next one."""
    later, minute = divmod(minutes, WHOLE_DATE[1])
    return f"{day + timedelta(days=later):%Y%m%d}T{minute // 60:02}{minute % 60:02}00"
