"""Schedules worked out minute by minute, from what the columns of a span mean and from nothing of slabridge's."""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

Columns = Mapping[str, str]
DAY = timedelta(days=1)

DEFAULTS = {
    "name": "an entry",
    "type": "",
    "all_day": "false",
    "repeat_type": "",
    "repeat_count": "1",
    "repeat_until": "00000000",
    "days_of_week": "1",
    "monthly_type": "dom",
    "yearly_type": "doy",
    "float_week": "1",
    "float_day": "1",
    "month": "1",
    "override_start_date": "00000000",
}


def span(start: str, end: str, **columns: str) -> dict[str, str]:
    """Return a row with the defaults that ServiceNow fills in."""
    return {**DEFAULTS, "start_date_time": start, "end_date_time": end, **columns}


def minutes(rows: Iterable[Columns], first: date, last: date) -> dict[date, bytearray]:
    """Return for each date which of its minutes are working time: in any entry, and in no exclusion."""
    rows = list(rows)
    found = {day: bytearray(1440) for day in _days(first, last)}
    for excluded in (False, True):
        for row in rows:
            if (row["type"] == "exclude") is excluded:
                for start, end in _times(row, last):
                    _mark(found, start, end, 0 if excluded else 1)
    return found


def _days(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += DAY


def _mark(found: dict[date, bytearray], start: datetime, end: datetime, value: int) -> None:
    day = start.date()
    while day <= end.date():
        midnight = datetime.combine(day, time())
        begin, until = max(start, midnight), min(end, midnight + DAY)
        if day in found and begin < until:
            a, b = (int((moment - midnight).total_seconds()) // 60 for moment in (begin, until))
            found[day][a:b] = bytes([value]) * (b - a)
        day += DAY


def _times(row: Columns, last: date) -> Iterable[tuple[datetime, datetime]]:
    start, end = (datetime.fromisoformat(row[name]) for name in ("start_date_time", "end_date_time"))
    if row["end_date_time"].endswith("235959"):
        end += timedelta(seconds=1)
    until = last if row["repeat_until"] == "00000000" else date.fromisoformat(row["repeat_until"])
    for day in _dates(row, start.date(), min(last, until)):
        moved = day - start.date()
        yield start + moved, end + moved


def _dates(row: Columns, first: date, last: date) -> Iterable[date]:
    kind, every = row["repeat_type"], int(row["repeat_count"])
    if not kind:
        return [first]
    if kind == "daily":
        return list(_days(first, last))[::every]
    weekdays = {"weekdays": "12345", "weekends": "67", "weekMWF": "135", "weekTT": "24", "weekly": row["days_of_week"]}
    if kind in weekdays:
        monday = first - timedelta(days=first.isoweekday() - 1)
        weeks = [day for day in _days(monday, last) if day.isoweekday() == 1][::every]
        days = [week + timedelta(days=int(digit) - 1) for week in weeks for digit in weekdays[kind]]
        return [day for day in days if first <= day <= last]
    months = [(year, month) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    months = [one for one in months if one >= (first.year, first.month)]
    if kind == "monthly":
        found = [_in_month(row["monthly_type"], first, *one) for one in months[::every]]
    else:
        years = range(first.year, last.year + 1, every)
        found = [_in_year(row, first, year) for year in years]
    return [day for day in found if day is not None and first <= day <= last]


def _in_month(kind: str, first: date, year: int, month: int) -> date | None:
    length = calendar.monthrange(year, month)[1]
    column = [week[first.weekday()] for week in calendar.monthcalendar(year, month) if week[first.weekday()]]
    match kind:
        case "dom":
            return date(year, month, first.day) if first.day <= length else None
        case "dow":
            return date(year, month, column[(first.day - 1) // 7])
        case "ldom":
            return date(year, month, length)
        case _:
            return date(year, month, column[-1])


def _in_year(row: Columns, first: date, year: int) -> date | None:
    if row["yearly_type"] == "doy":
        return (
            date(year, first.month, first.day) if (first.month, first.day) != (2, 29) or calendar.isleap(year) else None
        )
    weekday = (int(row["float_day"]) + 5) % 7  # 1 is Sunday there, Monday is 0 here
    month = int(row["month"])
    column = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    return date(year, month, column[-1 if row["float_week"] == "last" else int(row["float_week"]) - 1])
