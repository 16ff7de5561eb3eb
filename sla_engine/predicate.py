"""Conditions as vector predicates over a table's rows.

Each entry becomes a lookup table over a column's codes: it is decided once per distinct value, not once per row.
"""

from collections.abc import Callable
from functools import reduce

import numpy as np

from sla_engine.condition import (
    AllOf,
    AnyOf,
    AuthorEvent,
    ChangeEvent,
    CommentEvent,
    Condition,
    CreatedEvent,
    Differs,
    Equals,
    IsSet,
    Not,
)
from sla_engine.table import CREATION, HISTORY, Codes, Mask, Rows, Table
from sla_engine.ticket import Values


def holds(  # noqa: C901, PLR0911 - one line per kind of condition
    condition: Condition | None, table: Table, rows: Rows | None = None
) -> Mask:
    """Return where a condition holds, at these rows or (None) at all; no condition holds nowhere."""
    match condition:
        case None:
            return np.zeros(len(table.at) if rows is None else len(rows), np.bool_)
        case AllOf(parts):
            return reduce(np.logical_and, (holds(part, table, rows) for part in parts))
        case AnyOf(parts):
            return reduce(np.logical_or, (holds(part, table, rows) for part in parts))
        case Not(inner):
            return ~holds(inner, table, rows)
        case CommentEvent():
            return _chosen(_comment_event(condition, table), rows)
        case AuthorEvent(field):
            return _chosen(_author_event(field, table), rows)
        case CreatedEvent():
            return _chosen(table.kind == CREATION, rows)
        case ChangeEvent():
            return _chosen(_change_event(condition, table), rows)
        case Equals(field, values):
            return _looked_up(table, field, rows, lambda held: any(value in values for value in held))
        case Differs(field, values):
            return _looked_up(table, field, rows, lambda held: not any(value in values for value in held))
        case IsSet(field, expected):
            return _looked_up(table, field, rows, lambda held: bool(held) is expected)


def _chosen(mask: Mask, rows: Rows | None) -> Mask:
    return mask if rows is None else mask[rows]


def _looked_up(table: Table, field: str, rows: Rows | None, test: Callable[[Values], bool]) -> Mask:
    column = table.columns[field]
    verdicts = np.array([test(values) for values in column.values], np.bool_)
    codes: Codes = column.codes if rows is None else column.codes[rows]
    return np.take(verdicts, codes)


def _comment_event(event: CommentEvent, table: Table) -> Mask:
    verdicts = [
        (event.roles is None or role in event.roles)
        and (event.public is None or public is event.public)
        and (event.by is None or by in event.by)
        for role, public, by, _ in table.authors
    ]
    return np.array([*verdicts, False], np.bool_)[table.comments]


def _author_event(field: str, table: Table) -> Mask:
    """Decide once for each pair of an author and what the field holds that there is."""
    column = table.columns[field]
    found = np.zeros(len(table.at), np.bool_)
    rows = np.flatnonzero(table.comments >= 0)
    pairs, place = np.unique(
        table.comments[rows] * np.int64(len(column.values)) + column.codes[rows], return_inverse=True
    )
    authors, held = np.divmod(pairs, max(1, len(column.values)))
    called = [frozenset((by, *names)) for _, _, by, names in table.authors]
    verdicts = [not called[who].isdisjoint(column.values[code]) for who, code in zip(authors, held, strict=True)]
    found[rows] = np.array(verdicts, np.bool_)[place]
    return found


def _change_event(event: ChangeEvent, table: Table) -> Mask:
    column = table.columns[event.field]
    changed = np.zeros(len(column.codes), np.bool_)
    np.not_equal(column.codes[1:], column.codes[:-1], out=changed[1:])
    changed &= table.kind == HISTORY
    for wanted, shift in ((event.before, 1), (event.after, 0)):
        if wanted is not None:
            verdicts = np.array([any(value in wanted for value in values) for values in column.values], np.bool_)
            changed[shift:] &= verdicts[column.codes[: len(column.codes) - shift]]
    return changed
