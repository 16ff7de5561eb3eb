"""An entry of a schedule (cmn_schedule_span): on which dates it begins, and from when until when it lasts.

Dates are local to the schedule. Columns that do not apply to an entry hold defaults, so each is read only where its
kind of repetition has it: `days_of_week` counts from Monday as 1, `float_day` from Sunday as 1.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from slabridge.importing.finding import Untranslatable
from slabridge.importing.row import Row

_LOCAL = re.compile(r"\d{8}T\d{6}Z?")
_NONE = {"", "0", "00000000", "00000000T000000"}
_DAY = timedelta(days=1)
_YEAR = timedelta(days=366)
_YEARS = (1970, 2199)
_WEEKDAYS = {"weekdays": "12345", "weekends": "67", "weekMWF": "135", "weekTT": "24", "daily": "1234567"}
_ONCE_A_TIME = {"weekdays", "weekends", "weekMWF", "weekTT"}

Occurs = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Span:
    """An entry. It begins on dates from `first` to `last` on which `occurs` holds, at `at`, and lasts `length`.

    `weekly` has the weekdays (Monday is 0) of one that repeats every week and never ends, `yearly` is whether one
    repeats on the same date of every year and never ends.
    """

    name: str
    excluded: bool
    first: date
    last: date | None
    at: timedelta
    length: timedelta
    occurs: Occurs
    repeats: bool
    weekly: tuple[int, ...] = ()
    yearly: bool = False

    def between(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the local times from when until when it lasts, of all that touch these dates, by their beginning."""
        day = max(self.first, first - self.length - _DAY)
        end = last if self.last is None else min(last, self.last)
        end = end if self.repeats else min(end, self.first)
        while day <= end:
            if self.occurs(day):
                start = datetime(day.year, day.month, day.day) + self.at  # noqa: DTZ001 - local, as the schedule says it
                yield start, start + self.length
            day += _DAY


def read_span(row: Row, zone: str) -> Span:
    """Return an entry of a schedule in a zone ("" where it has none).

    Raises:
        Untranslatable: it says something that has no equal here, or that is not known.
    """
    kind, repeat = row["type"], row["repeat_type"]
    if kind not in {"", "exclude"}:
        raise Untranslatable("type", kind, "is neither working time nor an exclusion")
    if row.get("override_start_date") not in _NONE:
        raise Untranslatable(
            "override_start_date", row.get("override_start_date"), "replaces one date of another entry"
        )
    start, end = (_local(row, column, zone) for column in ("start_date_time", "end_date_time"))
    if row.true("all_day"):
        start, end = (moment.replace(hour=0, minute=0, second=0) for moment in (start, end))
        end += _DAY
    elif (end.hour, end.minute, end.second) == (23, 59, 59):
        end += timedelta(seconds=1)
    if start.second or end.second:
        raise Untranslatable("end_date_time", row["end_date_time"], "has seconds, and times here have none")
    if end <= start:
        raise Untranslatable("end_date_time", row["end_date_time"], "is not after the start")
    if repeat and end - start > _YEAR:
        why = "is more than a year after the start of an entry that repeats; is repeat_until meant?"
        raise Untranslatable("end_date_time", row["end_date_time"], why)
    first = start.date()
    every = _count(row)
    if every != 1 and repeat in _ONCE_A_TIME:
        raise Untranslatable("repeat_count", str(every), f"is not for {repeat}")
    if repeat not in _RULES:
        raise Untranslatable("repeat_type", repeat, "is a kind of repetition whose meaning is not known")
    until = _date(row, "repeat_until") if repeat else None
    midnight = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - as above
    forever = until is None and every == 1
    days = _days(row, repeat) if repeat in _WEEKDAYS or repeat == "weekly" else ""
    return Span(
        name=row.get("name"),
        excluded=kind == "exclude",
        first=first,
        last=until,
        at=start - midnight,
        length=end - start,
        occurs=_RULES[repeat](row, first, every),
        repeats=bool(repeat),
        weekly=tuple(int(digit) - 1 for digit in days) if forever else (),
        yearly=forever and repeat == "yearly" and row["yearly_type"] == "doy",
    )


def _local(row: Row, column: str, zone: str) -> datetime:
    text = row[column].replace(" ", "T").replace("-", "").replace(":", "")
    try:
        moment = datetime.strptime(text.removesuffix("Z") if _LOCAL.fullmatch(text) else "", "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
    except ValueError:
        raise Untranslatable(column, row[column], "is no date and time") from None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise Untranslatable(column, row[column], f"lies in no year from {_YEARS[0]} to {_YEARS[1]}")
    if not text.endswith("Z"):
        return moment
    if not zone:
        raise Untranslatable(column, row[column], "is in UTC, and the schedule has no time zone of its own")
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _date(row: Row, column: str) -> date | None:
    text = row[column].replace("-", "")
    if text in _NONE:
        return None
    try:
        return datetime.strptime(text[:8], "%Y%m%d").date()  # noqa: DTZ007 - local
    except ValueError:
        raise Untranslatable(column, row[column], "is no date") from None


def _count(row: Row) -> int:
    text = row["repeat_count"]
    if not text.isdecimal():
        text = "1" if not text else "x"
    if text == "x":
        raise Untranslatable("repeat_count", row["repeat_count"], "is no number")
    return max(1, int(text))


def _days(row: Row, repeat: str) -> str:
    if repeat != "weekly":
        return _WEEKDAYS[repeat]
    days = row["days_of_week"]
    if not days or not set(days) <= set("1234567"):
        raise Untranslatable("days_of_week", days, "are no days: Monday is 1, Sunday 7")
    return "".join(sorted(set(days)))


def _once(_row: Row, first: date, _every: int) -> Occurs:
    return lambda day: day == first


def _daily(_row: Row, first: date, every: int) -> Occurs:
    return lambda day: (day - first).days % every == 0


def _weekly(row: Row, first: date, every: int) -> Occurs:
    days = _days(row, row["repeat_type"])
    monday = first - timedelta(days=first.weekday())
    return lambda day: str(day.isoweekday()) in days and (day - monday).days // 7 % every == 0


def _monthly(row: Row, first: date, every: int) -> Occurs:
    kind = row["monthly_type"]
    rules: dict[str, Occurs] = {
        "dom": lambda day: day.day == first.day,
        "dow": lambda day: day.weekday() == first.weekday() and (day.day - 1) // 7 == (first.day - 1) // 7,
        "ldom": lambda day: (day + _DAY).day == 1,
        "ldow": lambda day: day.weekday() == first.weekday() and (day + 7 * _DAY).month != day.month,
    }
    if kind not in rules:
        raise Untranslatable("monthly_type", kind, "is a kind of repetition whose meaning is not known")
    if (kind == "dom" and first.day > 28) or (kind == "dow" and first.day > 28):
        raise Untranslatable(
            "monthly_type", kind, f"{first}: in months that do not have it, a setting of the instance decides"
        )
    rule = rules[kind]
    return lambda day: rule(day) and (12 * (day.year - first.year) + day.month - first.month) % every == 0


def _yearly(row: Row, first: date, every: int) -> Occurs:
    kind = row["yearly_type"]
    if kind == "doy":
        return lambda day: (day.month, day.day) == (first.month, first.day) and (day.year - first.year) % every == 0
    if kind != "float":
        raise Untranslatable("yearly_type", kind, "is a kind of repetition whose meaning is not known")
    week, weekday, month = row["float_week"], row["float_day"], row["month"]
    if week not in {"1", "2", "3", "4", "last"} or weekday not in set("1234567") or not month.isdecimal():
        raise Untranslatable(
            "float_week", f"{week}, day {weekday}, month {month}", "is no week, day and month that is known"
        )

    def occurs(day: date) -> bool:
        if day.month != int(month) or day.isoweekday() % 7 + 1 != int(weekday) or (day.year - first.year) % every:
            return False
        return (day + 7 * _DAY).month != day.month if week == "last" else (day.day - 1) // 7 == int(week) - 1

    return occurs


_RULES: dict[str, Callable[[Row, date, int], Occurs]] = {
    "": _once,
    "daily": _daily,
    **dict.fromkeys((*_ONCE_A_TIME, "weekly"), _weekly),
    "monthly": _monthly,
    "yearly": _yearly,
}
