"""Calendars of Jira Service Management: working hours of weekdays, and holidays."""

from datetime import date

from slabridge.importing import hours
from slabridge.importing.calendar import Pieces
from slabridge.importing.finding import Untranslatable
from slabridge.importing.jira.form import CalendarForm
from slabridge.importing.time import known_zone
from slabridge.importing.wanted import Horizon

_MINUTE = 60_000
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_WHOLE = (0, hours.DAY)


def read_calendar(found: CalendarForm, horizon: Horizon) -> tuple[Pieces, str]:
    """Return the pieces of a calendar, and its time zone.

    Raises:
        Untranslatable: something in it is no time, day or zone.
    """
    pieces = Pieces()
    for one in found.hours:
        piece, weekday = (one.start // _MINUTE, one.end // _MINUTE), one.weekday.upper()
        if not 0 <= piece[0] < piece[1] <= hours.DAY or weekday not in _WEEKDAYS:
            text = f"{one.weekday} {one.start} to {one.end}"
            raise Untranslatable("workingTimes", text, "are no hours of a day, in ms since its midnight")
        pieces.weekly[_WEEKDAYS.index(weekday)].append(piece)
    for holiday in found.holidays:
        try:
            day = date.fromisoformat(holiday.day[:10])
        except ValueError:
            raise Untranslatable("holidays", holiday.day, "is no date") from None
        if holiday.recurring:
            pieces.close_yearly(day, _WHOLE)
        elif horizon.first <= day <= horizon.last:
            pieces.closed[day] = [_WHOLE]
    return pieces, known_zone(found.timezone, "timezone")
