"""Hours by which the tools' own SLA clocks count."""

from datetime import date
from functools import cache

import numpy as np

from sla_engine.calendar import CalendarDefinition, HolidayCode, Span
from sla_engine.worktime import Calendar

SERVICE_DESK = "Service desk hours"
OFFICE = "Office hours"
ZONE = "Europe/Stockholm"


def _week(*spans: tuple[int, int] | None) -> tuple[tuple[Span, ...], ...]:
    """Return a week, Monday first; None is a day off."""
    return tuple((Span(span[0] * 60, span[1] * 60),) if span else () for span in spans)


HOURS = {
    SERVICE_DESK: CalendarDefinition(  # as [calendars.service-desk] of the example configuration has it
        timezone=ZONE,
        weekly=_week(*[(7, 19)] * 5, (9, 15), None),
        holidays=(HolidayCode("SE", None, ("public", "de_facto")),),
        closed=((date(2026, 6, 5), None), (date(2026, 1, 5), Span(12 * 60, 24 * 60))),
        weekly_maintenance=((3, Span(6 * 60, 8 * 60 + 30)),),
    ),
    OFFICE: CalendarDefinition(timezone=ZONE, weekly=_week(*[(8, 17)] * 5, None, None)),
}
"""By name. Time of no name is all time."""


class Hours:
    """Working time by name; without one, all time is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._calendar = Calendar(HOURS[name]) if name else None

    def worked(self, start: int, end: int) -> int:
        """Return the working time in [start, end), ms."""
        if self._calendar is None or end <= start:
            return max(0, end - start)
        return int(self._calendar.elapsed(np.array([start]), np.array([end]))[0])

    def add(self, start: int, amount: int) -> int:
        """Return when so much working time is over, counted from `start`."""
        if self._calendar is None:
            return start + amount
        return int(self._calendar.due(np.array([start]), np.array([amount]))[0])

    def open_at(self, instant: int) -> bool:
        """Say whether an instant is working time."""
        return self.worked(instant, instant + 1) == 1


hours_named = cache(Hours)
