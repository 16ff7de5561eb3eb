"""Deadlines: the instants that `by` names, which no pause moves (docs/engine.md, "Deadlines")."""

import re
from datetime import date, datetime, time

import numpy as np

from sla_engine.agreement import DayDeadline
from sla_engine.instant import DAY, MINUTE, NEVER, NULL, instant_of, parse_instant, require_plausible
from sla_engine.table import Column, Rows
from sla_engine.worktime import HORIZON, Calendar, Instants
from sla_engine.zone import Zone

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEAR = 366 * DAY


def field_deadlines(column: Column, rows: Rows, zone: Zone) -> tuple[Instants, dict[int, str]]:
    """Return what a field says at these rows (ms UTC, NULL where nothing), and code -> why one says nothing.

    A date means 23:59:59 of it. A field that is unset says nothing, and nothing is wrong with it.
    """
    wrong: dict[int, str] = {}
    codes, place = np.unique(column.codes[rows], return_inverse=True)
    found = np.full(len(codes), NULL, np.int64)
    for n, code in enumerate(codes.tolist()):
        values = column.values[code]
        if len(values) > 1:
            wrong[code] = f"holds several values ({', '.join(map(repr, values))}), and a deadline is one"
        for text in values if len(values) == 1 else ():
            try:
                found[n] = _deadline(text, zone)
            except (ValueError, OverflowError):
                wrong[code] = f"holds {text!r}, which is no instant (2026-03-02T08:00:00Z) and no date (2026-03-02)"
    return found[place], wrong


def _deadline(text: str, zone: Zone) -> int:
    if _DATE.fullmatch(text):
        last_second = datetime.combine(date.fromisoformat(text), time(23, 59, 59), tzinfo=zone.info)
        return require_plausible(instant_of(last_second), text)
    return require_plausible(parse_instant(text), text)


def deadline_of(limit: DayDeadline, calendar: Calendar, received: int) -> int:
    """Return that of one instant."""
    return int(day_deadlines(limit, calendar, np.array([received], np.int64))[0])


def day_deadlines(limit: DayDeadline, calendar: Calendar, received: Instants) -> Instants:
    """Return the end of the `days`-th working day after each day of receipt; NEVER where that is beyond the horizon.

    Where that would not be later than the receipt, the day of receipt is the next working day.
    """
    if not len(received):
        return received
    first, last = int(received.min()), int(received.max())
    today, clock = np.divmod(calendar.zone.local(received), DAY)
    in_time = np.ones(len(received), np.bool_) if limit.cutoff is None else clock < limit.cutoff * MINUTE
    reach = last
    while True:
        working = calendar.working_days(first, reach)
        ends = [NEVER if limit.at is None else calendar.zone.instant(day, limit.at) for day in working.day.tolist()]
        until = np.append(working.end if limit.at is None else np.array(ends, np.int64), NEVER)
        here = np.searchsorted(working.day, today, side="left")
        next_day = np.searchsorted(working.day, today, side="right")
        place = np.where(in_time, here, next_day) + limit.days
        due = _later(until, place, received)
        if (due != NEVER).all() or reach > last + HORIZON:
            return due
        reach += _YEAR


def _later(until: Instants, place: Rows, received: Instants) -> Instants:
    """Return the first of the ends, from a place on, that is later than the receipt."""
    while True:
        due: Instants = until[np.minimum(place, len(until) - 1)]
        late = due <= received
        if not late.any():
            return due
        place = place + late
