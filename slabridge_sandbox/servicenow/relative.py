"""Relative durations (cmn_relative_duration): a deadline by the day of arrival, as DurationCalculator works it out.

The day counts from the first date, from that of the arrival on, in which there is working time. Whether a time is after
another is asked of the next working time: so what arrives on a closed day is late, whatever the hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from slabridge_sandbox.calendar import Calendar
from slabridge_sandbox.instant import instant_of, moment_of
from slabridge_sandbox.servicenow.record import Record, identify

_SCRIPT = """// Due {days} working days later at {at}, a day more if after {cutoff}
var days = {days};
if (calculator.isAfter(calculator.startDateTime, "{cutoff}:00"))
  days++;
calculator.calcRelativeDueDate(calculator.startDateTime, days, "{at}:00");
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """So many working days later at a local time, a day more for what arrives after another; times are `16:00`."""

    days: int
    at: str
    cutoff: str

    def due(self, start: int, calendar: Calendar) -> int:
        """Return the deadline of what arrives at `start`."""
        today = moment_of(start).astimezone(calendar.zone).date()
        arrived = start if calendar.open_at(start) else calendar.add(start, 1) - 1
        more = int(arrived > _local(today, self.cutoff, calendar))
        day = today - timedelta(days=1)
        for _ in range(self.days + more + 1):
            day += timedelta(days=1)
            while not calendar.worked(
                _local(day, "00:00", calendar), _local(day + timedelta(days=1), "00:00", calendar)
            ):
                day += timedelta(days=1)
        return _local(day, self.at, calendar)


RELATIVE = {
    "Next day at 4pm if before 10am": Relative(1, "16:00", "10:00"),
    "2 bus days by 4pm if before 10am": Relative(2, "16:00", "10:00"),
}
"""The relative durations of a new instance, by name."""


def rows() -> Iterator[Record]:
    """Yield their records."""
    for name, relative in RELATIVE.items():
        script = _SCRIPT.format(days=relative.days, at=relative.at, cutoff=relative.cutoff)
        yield {"sys_id": identify("cmn_relative_duration", name), "name": name, "script": script, "sys_mod_count": 0}


def _local(day: date, time: str, calendar: Calendar) -> int:
    hour, minute = map(int, time.split(":"))
    return instant_of(datetime(day.year, day.month, day.day, hour, minute, tzinfo=calendar.zone))
