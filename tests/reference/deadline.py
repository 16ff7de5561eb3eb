"""The instants that `by` names."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.reference.calendar import EPOCH, Calendar, instant, local_date
from tests.reference.condition import Row


def deadline_of(by: dict[str, Any], row: Row, received: int, calendar: Calendar) -> int | None:
    """Return the instant of a deadline, None where there is none. `received` is when the counting began."""
    if "field" in by:
        held = list(row.fields.get(by["field"], frozenset()))
        return instant_of_text(held[0], calendar) if len(held) == 1 else None
    today = local_date(received, calendar.zone)
    wall = (EPOCH + timedelta(milliseconds=received)).astimezone(calendar.zone).time()
    if not calendar.working_on(today) or ("cutoff" in by and wall >= time.fromisoformat(by["cutoff"])):
        today = next_working_day(today, calendar)
    while True:
        day = today
        for _ in range(by["days"]):
            day = next_working_day(day, calendar)
        if day > local_date(received, calendar.zone) + timedelta(days=9000):
            return None
        deadline = calendar.local(day, by["at"]) if "at" in by else calendar.working_on(day)[-1][1]
        if deadline > received:
            return deadline
        today = next_working_day(today, calendar)


def next_working_day(day: date, calendar: Calendar) -> date:
    for _ in range(9000):
        day += timedelta(days=1)
        if calendar.working_on(day):
            return day
    return day


def instant_of_text(text: str, calendar: Calendar) -> int | None:
    """Return the instant that a text says, a date at its last second; None where it says neither."""
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            found = instant(datetime.combine(date.fromisoformat(text), time(23, 59, 59), tzinfo=calendar.zone))
        else:
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                return None
            found = instant(moment)
    except ValueError:
        return None
    return found if 1970 <= (EPOCH + timedelta(milliseconds=found)).year <= 2199 else None
