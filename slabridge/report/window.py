"""The window of planned maintenance, as a calendar."""

from collections.abc import Mapping

from sla_engine import Calendar
from sla_engine.calendar import CalendarDefinition, Span
from slabridge.config.services.availability import Terms


def window_of(terms: Terms, calendars: Mapping[str, CalendarDefinition]) -> Calendar | None:
    """Return the time in which planned outages excuse, in the zone of the agreed service time; None: any."""
    if terms.window is None:
        return None
    weekly: list[tuple[Span, ...]] = [()] * 7
    for day, span in terms.window:
        weekly[day] = (*weekly[day], span)
    return Calendar(CalendarDefinition(timezone=calendars[terms.calendar].timezone, weekly=tuple(weekly)))
