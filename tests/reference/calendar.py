"""Working time, one local date at a time. Instants are integer milliseconds since 1970-01-01T00:00:00Z."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

Interval = tuple[int, int]
"""Half-open: [start, end)."""

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000}


def instant(moment: datetime) -> int:
    """Return the instant of an aware datetime, cut to the millisecond.

    With `fold=0` a local time in a spring gap moves forward by the gap, an ambiguous one is its first occurrence.
    """
    return (moment.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def text(at: int) -> str:
    """Return the instant as the result rows show it: `Z`, milliseconds only where they are not zero."""
    moment = (EPOCH + timedelta(milliseconds=at)).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds").removesuffix(".000") + "Z"


def local_date(at: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(milliseconds=at)).astimezone(zone).date()


def weekdays(name: str) -> list[int]:
    """Return the weekdays (0 is Monday) of `mon`, `mon-thu` or, wrapping, `fri-mon`."""
    first, _, last = name.partition("-")
    start, end = DAYS.index(first), DAYS.index(last or first)
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def subtract(intervals: list[Interval], hole: Interval) -> list[Interval]:
    rest = []
    for start, end in intervals:
        rest += [(start, min(end, hole[0])), (max(start, hole[1]), end)]
    return [(start, end) for start, end in rest if start < end]


@cache
def holiday_calendar(code: str) -> holidays.HolidayBase:
    place, _, categories = code.partition(":")
    country, _, subdivision = place.partition("-")
    return holidays.country_holidays(
        country, subdiv=subdivision or None, categories=tuple(categories.split("+")) if categories else None
    )


class Calendar:
    """A table [calendars.<name>], with the tables it is `like`."""

    def __init__(self, tables: dict[str, Any], name: str) -> None:
        table = tables[name]
        while "like" in table:
            above = tables[table["like"]]
            table = {key: value for key, value in table.items() if key != "like"}
            table = {**above, **table}
        self.zone = ZoneInfo(table["timezone"])
        self.hours: dict[int, list[str]] = {}
        weekly = {"mon-sun": ["00:00-24:00"]} if table["hours"] == "24x7" else table["hours"]
        for days, spans in weekly.items():
            for weekday in weekdays(days):
                self.hours[weekday] = spans
        self.holidays = [holiday_calendar(code) for code in table.get("holidays", [])]
        self.open: dict[str, list[str]] = table.get("open", {})
        self.day: str | None = table.get("day")
        self.weekly_maintenance: list[tuple[int, str]] = []
        self.holes: list[Interval] = []
        self.yearly: list[tuple[str, str]] = []
        for closed in table.get("closed", []):
            day, _, span = closed.partition(" ")
            if len(day) == len("12-31"):
                self.yearly.append((day, span or "00:00-24:00"))
            else:
                self.holes += self.span(date.fromisoformat(day), span or "00:00-24:00")
        for window in table.get("maintenance", []):
            if "weekly" in window:
                days, span = window["weekly"].split(" ")
                self.weekly_maintenance += [(weekday, span) for weekday in weekdays(days)]
            else:
                start, end = (instant(window[key].replace(tzinfo=self.zone)) for key in ("from", "to"))
                self.holes.append((start, end))
        self.days: dict[date, list[Interval]] = {}
        self.times: dict[Interval, int] = {}

    def local(self, day: date, clock: str) -> int:
        """Return the instant of a local time; `24:00` is the end of the day."""
        if clock == "24:00":
            day, clock = day + DAY, "00:00"
        return instant(datetime.combine(day, time.fromisoformat(clock), tzinfo=self.zone))

    def span(self, day: date, span: str) -> list[Interval]:
        """Return the interval of a span that starts on `day`; none if the zone's rules leave it empty or reversed."""
        first, last = span.split("-")
        start = self.local(day, first)
        end = self.local(day if first < last else day + DAY, last)
        return [(start, end)] if start < end else []

    def opening(self, day: date) -> list[Interval]:
        """Return the intervals that start on `day`, before anything is taken away."""
        spans = self.open.get(day.isoformat(), self.hours.get(day.weekday(), []))
        return [interval for span in spans for interval in self.span(day, span)]

    def maintenance(self, day: date) -> list[Interval]:
        spans = [span for weekday, span in self.weekly_maintenance if weekday == day.weekday()]
        return [interval for span in spans for interval in self.span(day, span)]

    def closings(self, day: date) -> list[Interval]:
        """Return what is closed on `day` in every year."""
        spans = [span for closed, span in self.yearly if day.isoformat().endswith(closed)]
        return [interval for span in spans for interval in self.span(day, span)]

    def is_holiday(self, day: date) -> bool:
        return day.isoformat() not in self.open and any(day in calendar for calendar in self.holidays)

    def working_on(self, day: date) -> list[Interval]:
        """Return the working time in the local date `day`, sorted, nothing overlapping or touching."""
        if day not in self.days:
            self.days[day] = self._working_on(day)
        return self.days[day]

    def _working_on(self, day: date) -> list[Interval]:
        midnight, midnight_after = self.local(day, "00:00"), self.local(day, "24:00")
        if self.is_holiday(day):
            return []
        # A shift runs into the next date; where a zone leaves a date out (Apia, 2011-12-30), into the one after it.
        near = [day - 2 * DAY, day - DAY, day]
        intervals = [interval for start in near for interval in self.opening(start)]
        intervals = [(max(start, midnight), min(end, midnight_after)) for start, end in intervals]
        intervals = [(start, end) for start, end in intervals if start < end]
        for hole in self.holes + [hole for start in near for hole in self.closings(start) + self.maintenance(start)]:
            intervals = subtract(intervals, hole)
        merged: list[Interval] = []
        for start, end in sorted(intervals):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def dates(self, a: int, b: int) -> Iterator[date]:
        """Yield every local date that an instant of [a, b] may lie in, and one more at both sides."""
        first, last = local_date(a, self.zone) - DAY, local_date(b, self.zone) + DAY
        for number in range((last - first).days + 1):
            yield first + number * DAY

    def elapsed(self, a: int, b: int) -> int:
        """Return the working time in [a, b), in milliseconds."""
        if (a, b) not in self.times:
            total = 0
            for day in self.dates(a, b):
                for start, end in self.working_on(day):
                    total += max(0, min(b, end) - max(a, start))
            self.times[a, b] = total
        return self.times[a, b]

    def due(self, a: int, n: int, latest: int) -> int | None:
        """Return the earliest instant t with elapsed(a, t) = n; None where that is later than `latest`."""
        if n == 0:
            return a
        for day in self.dates(a, latest):
            for start, end in self.working_on(day):
                worked = max(0, end - max(a, start))
                if n <= worked:
                    t = max(a, start) + n
                    return t if t <= latest else None
                n -= worked
        return None

    def milliseconds(self, duration: str) -> int:
        """Return a duration such as `1h30m` or `2wd`, whose working days are as long as `day` says."""
        total = 0
        for number, unit in re.findall(r"(\d+)(wd|[smh])", duration):
            if unit == "wd":
                assert self.day is not None, "a duration in wd needs the calendar's day"
                total += int(number) * self.milliseconds(self.day)
            else:
                total += int(number) * UNITS[unit]
        return total
