"""Which target, which calendar: what is chosen at a row (docs/engine.md, "Deciding row")."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from sla_engine.agreement import Agreement, CalendarChoice, Target, Threshold, calendars_of
from sla_engine.instant import DAY, NEVER, instant_of, moment_of
from sla_engine.predicate import holds
from sla_engine.table import Mask, Rows, Table
from sla_engine.worktime import Calendar, Instants

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
    """Return target x calendar in milliseconds; 0 where a target in working days meets a calendar it cannot choose."""
    lengths = np.zeros((len(targets), len(names)), np.int64)
    for row, target in enumerate(targets):
        for name in calendars_of([target]):
            lengths[row, names.index(name)] = target.within.within(calendars[name].definition.day)
    return lengths


def at_risk_from(thresholds: Sequence[Threshold], target: Instants, day: int | None) -> Instants:
    """Return the elapsed time from which a cycle is at risk, NEVER without thresholds; a fraction is rounded up."""
    earliest = np.full(len(target), NEVER, np.int64)
    for threshold in thresholds:
        if threshold.share is not None:
            np.minimum(earliest, -(-threshold.share * target // 100), out=earliest)
        if threshold.left is not None:
            np.minimum(earliest, target - threshold.left.within(day), out=earliest)
    return earliest


def valid_at(agreement: Agreement, started: Instants, zone: ZoneInfo) -> Mask:
    """Return where the local date of an instant lies in the agreement's validity."""
    valid = np.ones(len(started), np.bool_)
    if agreement.valid_from is not None:
        valid &= _on_or_after(started, agreement.valid_from, zone)
    if agreement.valid_to is not None:
        valid &= ~_on_or_after(started, agreement.valid_to, zone)
    return valid


def _on_or_after(instants: Instants, day: date, zone: ZoneInfo) -> Mask:
    """Compare with midnight; near it ask the zone itself, because clocks that go back there repeat a date."""
    midnight = instant_of(datetime(day.year, day.month, day.day, tzinfo=UTC))
    result = instants >= midnight
    for index in np.flatnonzero(np.abs(instants - midnight) < 2 * DAY):
        result[index] = moment_of(int(instants[index])).astimezone(zone).date() >= day
    return result
