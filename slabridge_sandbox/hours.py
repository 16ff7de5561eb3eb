"""Hours by which the tools' own SLA clocks count, by name."""

from datetime import date
from zoneinfo import ZoneInfo

from holidays import country_holidays

from slabridge_sandbox.calendar import WHOLE_DATE, Calendar, Shift

SERVICE_DESK = "Service desk hours"
OFFICE = "Office hours"
_ZONE = ZoneInfo("Europe/Stockholm")


def _shift(start: float, end: float) -> tuple[Shift]:
    """Return a day's one shift, from and until an hour."""
    return ((int(start * 60), int(end * 60)),)


HOURS = {
    SERVICE_DESK: Calendar(  # as [calendars.service-desk] of the example configuration has it
        _ZONE,
        weekly=(*[_shift(7, 19)] * 5, _shift(9, 15), ()),
        holidays=country_holidays("SE", categories=("public", "de_facto")),
        excluded={date(2026, 6, 5): (WHOLE_DATE,), date(2026, 1, 5): _shift(12, 24)},
        weekly_excluded={3: _shift(6, 8.5)},
    ),
    OFFICE: Calendar(_ZONE, weekly=(*[_shift(8, 17)] * 5, (), ())),
}
_ALWAYS = Calendar(_ZONE, weekly=((WHOLE_DATE,),) * 7)


def hours_named(name: str) -> Calendar:
    """Return the hours of a name; where there is none, all time counts."""
    return HOURS[name] if name else _ALWAYS
