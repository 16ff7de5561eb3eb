"""Which target, which calendar: what is chosen at a row (docs/engine.md, "Deciding row")."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from sla_engine.agreement import Agreement, CalendarChoice, Target, Threshold, calendars_of
from sla_engine.duration import Duration
from sla_engine.instant import DAY, EPOCH, NEVER
from sla_engine.predicate import holds
from sla_engine.table import Mask, Rows, Table
from sla_engine.worktime import Calendar, Instants
from sla_engine.zone import Zone

NONE = -1


def chosen_target(targets: Sequence[Target], table: Table, rows: Rows | None = None) -> Rows:
    """Return the index of the first target whose `when` holds, NONE where there is none."""
    chosen = np.full(len(table.at) if rows is None else len(rows), NONE, np.int64)
    for index in reversed(range(len(targets))):
        when = targets[index].when
        if when is None:
            chosen[:] = index
        else:
            chosen[holds(when, table, rows)] = index
    return chosen


def chosen_calendar(choice: CalendarChoice, names: Sequence[str], table: Table, rows: Rows) -> Rows:
    """Return at each row the index in `names` of the calendar chosen there."""
    if choice.field is None:
        return np.full(len(rows), names.index(choice.otherwise), np.int64)
    column = table.columns[choice.field]
    by_code = [
        next((name for value, name in choice.values if value in held), choice.otherwise) for held in column.values
    ]
    return np.array([names.index(name) for name in by_code], np.int64)[column.codes[rows]]


def target_lengths(targets: Sequence[Target], names: Sequence[str], calendars: Mapping[str, Calendar]) -> Instants:
    """Return target x calendar in milliseconds; 0 for a calendar that a target cannot choose, and for a deadline."""
    lengths = np.zeros((len(targets), len(names)), np.int64)
    for row, target in enumerate(targets):
        if isinstance(target.limit, Duration):
            for name in calendars_of([target]):
                lengths[row, names.index(name)] = target.limit.within(calendars[name].definition.day)
    return lengths


def at_risk_from(thresholds: Sequence[Threshold], target: Instants, day: int | None) -> Instants:
    """Return the elapsed time from which a cycle is at risk, NEVER without thresholds; a fraction is rounded up."""
    earliest = np.full(len(target), NEVER, np.int64)
    for threshold in thresholds:
        if threshold.share is not None:
            np.minimum(earliest, share_of(threshold.share, target), out=earliest)
        if threshold.left is not None:
            np.minimum(earliest, target - threshold.left.within(day), out=earliest)
    return earliest


def share_of(percent: int, target: Instants) -> Instants:
    """Return a share of targets; a fraction is rounded up."""
    return -(-percent * target // 100)


def valid_at(agreement: Agreement, started: Instants, zone: Zone) -> Mask:
    """Return where the local date of an instant lies in the agreement's validity."""
    valid = np.ones(len(started), np.bool_)
    if agreement.valid_from is not None or agreement.valid_to is not None:
        day = zone.local(started) // DAY
        if agreement.valid_from is not None:
            valid &= day >= _days(agreement.valid_from)
        if agreement.valid_to is not None:
            valid &= day < _days(agreement.valid_to)
    return valid


def _days(day: date) -> int:
    return (day - EPOCH.date()).days
