"""Calendars of Jira Service Management: working hours of weekdays, and holidays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from slabridge.importing import hours
from slabridge.importing.calendar import Pieces
from slabridge.importing.finding import Untranslatable
from slabridge.importing.time import known_zone
from slabridge.importing.wanted import Horizon

_MINUTE = 60_000
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_WHOLE = (0, hours.DAY)


def read_calendar(raw: Mapping[str, Any], horizon: Horizon) -> tuple[Pieces, str]:
    """Return the pieces of a calendar, and its time zone.

    Raises:
        Untranslatable: something in it is of another form than is known.
    """
    name = str(raw.get("name"))
    pieces = Pieces()
    try:
        for one in raw["workingTimes"]:
            piece = (int(one["start"]) // _MINUTE, int(one["end"]) // _MINUTE)
            if not 0 <= piece[0] < piece[1] <= hours.DAY:
                raise Untranslatable("workingTimes", name, f"has hours from {one['start']} to {one['end']} ms of a day")
            pieces.weekly[_WEEKDAYS.index(str(one["weekday"]).upper())].append(piece)
        for holiday in raw.get("holidays") or ():
            day = date.fromisoformat(str(holiday["iso8601Date"])[:10])
            if holiday.get("recurring"):
                pieces.close_yearly(day, _WHOLE)
            elif horizon.first <= day <= horizon.last:
                pieces.closed[day] = [_WHOLE]
        zone = str(raw["timezone"])
    except (KeyError, TypeError, ValueError) as error:
        raise Untranslatable("calendar", name, f"has another form than is known: {error}") from None
    return pieces, known_zone(zone, "timezone")
