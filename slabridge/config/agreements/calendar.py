"""[calendars]: the tables, and the engine's definitions that they mean."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator

from connectors.tool import Inside, TomlTable
from sla_engine.calendar import WEEKDAYS, CalendarDefinition, DayOfYear, HolidayCode, Span
from sla_engine.instant import DAY
from slabridge.config.agreements.holiday import read_holidays
from slabridge.config.agreements.hours import read_closed, read_days, read_local_time, read_span, read_weekly
from slabridge.config.agreements.zone import read_zone
from slabridge.config.like import resolve_like
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.config.shape import DateValue, read_real_time, shape, tables, text_as

_WEEK = 7 * 24 * 60


def _hours(value: object) -> object:
    if value == "24x7":
        return {"mon-sun": ["00:00-24:00"]}
    if not isinstance(value, Mapping):
        raise ValueError('is no opening hours; write "24x7" or { mon-fri = ["08:00-17:00"] }')  # noqa: TRY004 - pydantic collects ValueError
    return value


def _day(text: str) -> int:
    length = read_real_time(text)
    if length > DAY:
        raise ValueError("is longer than a day; write at most 24h")
    return length


Days = Annotated[tuple[int, ...], text_as(read_days)]
SpanText = Annotated[Span, text_as(read_span)]


class CalendarTable(TomlTable):
    """[calendars.NAME]."""

    like: str | None = None
    """The calendar from which whole keys come that are not given here."""
    timezone: Annotated[str, text_as(read_zone)] = Field(examples=['"Europe/Stockholm"'])
    """IANA name; all times of the calendar are local to it."""
    hours: Annotated[
        dict[Days, list[SpanText]], BeforeValidator(_hours, json_schema_input_type=str | dict[str, list[str]])
    ] = Field(examples=['{ mon-fri = ["08:00-17:00"] }'])
    """`"24x7"`, or a table from days to lists of times."""
    holidays: list[Annotated[HolidayCode, text_as(read_holidays)]] = Field(default=[], examples=['["SE"]'])
    """Codes of the [`holidays`](https://holidays.readthedocs.io) library: `COUNTRY`, `COUNTRY-SUBDIVISION`, each with
    `:category+category` behind it; without categories: `public`. Default: `[]`.
    """
    closed: list[
        Annotated[tuple[date | DayOfYear, Span | None], PlainValidator(read_closed, json_schema_input_type=date | str)]
    ] = Field(default=[], examples=['["2026-06-05"]'])
    """Further local dates, or parts of one; without a year (`"12-31"`) those of every year. Default: `[]`."""
    open: dict[Annotated[date, DateValue], list[SpanText]] = Field(
        default={}, examples=['{ 2026-05-02 = ["10:00-14:00"] }']
    )
    """The hours of one date, instead of its weekly hours and its holiday. Default: `{}`."""
    maintenance: Annotated[list[Any], Inside("[MaintenanceTable]")] = Field(
        default=[], examples=['[{ weekly = "thu 16:00-20:00" }]']
    )
    """Planned service windows, in which time never counts: `weekly`, or `from` and `to` (local). Default: `[]`."""
    day: Annotated[int | None, text_as(_day)] = None
    """What `wd` means in a duration, itself without `wd`. Default: none: `wd` is refused."""


class MaintenanceTable(TomlTable):
    """[[calendars.NAME.maintenance]]."""

    weekly: Annotated[tuple[tuple[int, Span], ...] | None, text_as(read_weekly)] = None
    """A day and local times, as `"thu 16:00-20:00"`. Default: this, or `from` and `to`."""
    start: Annotated[datetime | None, PlainValidator(read_local_time, json_schema_input_type=datetime | str)] = Field(
        None, alias="from"
    )
    """When one window begins, a local date and time. Default: with `to`."""
    end: Annotated[datetime | None, PlainValidator(read_local_time, json_schema_input_type=datetime | str)] = Field(
        None, alias="to"
    )
    """When it ends. Default: with `from`."""


def read_calendars(document: Mapping[str, Any], reading: Reading) -> dict[str, CalendarDefinition]:
    """Return the calendars that have no problem."""
    completed = resolve_like(tables(document, "calendars", reading), ("calendars",), reading)
    read = {name: _calendar(raw, ("calendars", name), reading) for name, raw in completed.items()}
    return {name: calendar for name, calendar in read.items() if calendar is not None}


def _calendar(raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> CalendarDefinition | None:
    table = shape(CalendarTable, raw, path, reading)
    weekly_windows: list[tuple[int, Span]] = []
    windows: list[tuple[datetime, datetime]] = []
    maintenance = raw.get("maintenance")
    for n, item in enumerate(maintenance if isinstance(maintenance, list) else ()):
        _maintenance(item, (*path, "maintenance", n), reading, weekly_windows, windows)
    if table is None:
        return None
    weekly: list[tuple[Span, ...]] = [()] * 7
    named: set[int] = set()
    for days, spans in table.hours.items():
        for day in days:
            if day in named:
                reading.problem((*path, "hours"), f"names {WEEKDAYS[day]} twice; give each day once, in one list")
            named.add(day)
            weekly[day] = tuple(spans)
    definition = CalendarDefinition(
        timezone=table.timezone,
        weekly=tuple(weekly),
        holidays=tuple(table.holidays),
        closed=tuple(table.closed),
        open=tuple((day, tuple(spans)) for day, spans in table.open.items()),
        weekly_maintenance=tuple(weekly_windows),
        maintenance=tuple(windows),
        day=table.day,
    )
    if not reading.broken(path) and not _has_working_time(definition):
        reading.problem((*path, "hours"), "leaves no working time at all; nothing would ever be due", raw["hours"])
    return definition


def _maintenance(
    raw: object,
    path: KeyPath,
    reading: Reading,
    weekly: list[tuple[int, Span]],
    windows: list[tuple[datetime, datetime]],
) -> None:
    table = shape(MaintenanceTable, raw, path, reading)
    if table is None:
        return
    if table.weekly is not None and table.start is None and table.end is None:
        weekly.extend(table.weekly)
    elif table.weekly is None and table.start is not None and table.end is not None:
        if table.start < table.end:
            windows.append((table.start, table.end))
        else:
            reading.problem(path, "from must be before to", raw)
    else:
        reading.problem(path, 'is either weekly = "thu 16:00-20:00", or from and to', raw)


def _has_working_time(calendar: CalendarDefinition) -> bool:
    if any(spans for _, spans in calendar.open):
        return True
    week = bytearray(_WEEK)
    for day, spans in enumerate(calendar.weekly):
        for span in spans:
            _mark(week, day, span, 1)
    for day, span in calendar.weekly_maintenance:
        _mark(week, day, span, 0)
    return any(week)


def _mark(week: bytearray, day: int, span: Span, value: int) -> None:
    for minute in range(day * 1440 + span.start, day * 1440 + span.end):
        week[minute % _WEEK] = value
