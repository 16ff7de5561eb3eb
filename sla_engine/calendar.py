"""What a calendar says, as data: local times in minutes since midnight (docs/engine.md, "Calendars")."""

from dataclasses import dataclass
from datetime import date, datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Local times of one date, in minutes since its midnight; `end` > 1440 runs into the next day."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class HolidayCode:
    """A holiday calendar of the `holidays` library."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A date of every year that has it."""

    month: int
    day: int


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """Working time: (weekly hours minus holidays) minus `closed` minus maintenance.

    `weekly` has seven entries, Monday first. `closed` holds whole dates (span None) and parts of dates.
    `open` replaces the hours that start on a date. `weekly_maintenance` is by weekday (0 is Monday), `maintenance`
    from one local time to another. `day` is what a working day of a duration means, in milliseconds.
    """

    timezone: str
    weekly: tuple[tuple[Span, ...], ...]
    holidays: tuple[HolidayCode, ...] = ()
    closed: tuple[tuple[date | DayOfYear, Span | None], ...] = ()
    open: tuple[tuple[date, tuple[Span, ...]], ...] = ()
    weekly_maintenance: tuple[tuple[int, Span], ...] = ()
    maintenance: tuple[tuple[datetime, datetime], ...] = ()
    day: int | None = None
