"""Calendars of Jira Service Management: working hours of weekdays, and holidays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from slabridge.importing import hours
from slabridge.importing.finding import Untranslatable

_MINUTE = 60_000
_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def calendar_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a calendar of the configuration.

    Raises:
        Untranslatable: something in it is of another form than is known.
    """
    name = str(raw.get("name"))
    week: list[list[hours.Piece]] = [[] for _ in range(7)]
    try:
        for one in raw["workingTimes"]:
            piece = (int(one["start"]) // _MINUTE, int(one["end"]) // _MINUTE)
            if not 0 <= piece[0] < piece[1] <= hours.DAY:
                raise Untranslatable("workingTimes", name, f"has hours from {one['start']} to {one['end']} ms of a day")
            week[_WEEKDAYS.index(str(one["weekday"]).upper())].append(piece)
        closed = sorted(_closed(one) for one in raw.get("holidays") or ())
        entries = {"timezone": str(raw["timezone"]), "hours": hours.weekly([hours.merged(of_day) for of_day in week])}
    except (KeyError, TypeError, ValueError) as error:
        raise Untranslatable("calendar", name, f"has another form than is known: {error}") from None
    return entries | ({"closed": closed} if closed else {})


def _closed(holiday: Mapping[str, Any]) -> str:
    day = date.fromisoformat(str(holiday["iso8601Date"])[:10])
    return f"{day:%m-%d}" if holiday.get("recurring") else day.isoformat()
