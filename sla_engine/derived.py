"""Fields that the engine itself knows, as columns (docs/engine.md, "Conditions")."""

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from sla_engine.condition import LAST_COMMENT, LAST_PUBLIC_COMMENT, OPENED_IN
from sla_engine.table import CREATION, Codes, Column, Rows, Table
from sla_engine.ticket import ROLES, Values
from sla_engine.worktime import Calendar

_WORDS: tuple[Values, ...] = ((), *((role,) for role in ROLES))


def derived(table: Table, fields: Collection[str], calendars: Mapping[str, Calendar]) -> Table:
    """Return the table with those of the engine's own fields that are asked for."""
    columns = dict(table.columns)
    if LAST_COMMENT in fields:
        columns[LAST_COMMENT] = _last_word(table, public=False)
    if LAST_PUBLIC_COMMENT in fields:
        columns[LAST_PUBLIC_COMMENT] = _last_word(table, public=True)
    if OPENED_IN in fields:
        columns[OPENED_IN] = _opened_in(table, calendars)
    return replace(table, columns=columns)


def _last_word(table: Table, *, public: bool) -> Column:
    """Return who wrote the last comment so far; what the system wrote is nobody's word."""
    spoken = [
        _WORDS.index((role,)) if role != "system" and (is_public or not public) else -1
        for role, is_public, *_ in table.authors
    ]
    word = np.where(table.kind == CREATION, 0, np.array([*spoken, -1], np.int32)[table.comments])
    return Column(_spread(word[word >= 0].astype(np.int32), np.flatnonzero(word >= 0), len(word)), _WORDS)


def _opened_in(table: Table, calendars: Mapping[str, Calendar]) -> Column:
    """Return the names of the calendars in whose working time each ticket was created."""
    rows = np.flatnonzero(table.kind == CREATION)
    opened = table.at[rows]
    names = sorted(calendars)
    within = np.zeros((len(names), len(rows)), np.bool_)
    for index, name in enumerate(names):
        within[index] = calendars[name].elapsed(opened, opened + 1) > 0
    distinct, codes = np.unique(within, axis=1, return_inverse=True)
    values = [tuple(name for name, is_open in zip(names, column, strict=True) if is_open) for column in distinct.T]
    return Column(_spread(codes.reshape(-1).astype(np.int32), rows, len(table.at)), values)


def _spread(codes: Codes, rows: Rows, total: int) -> Codes:
    """Return the codes of all rows, each in force from its row on; the first row has one."""
    return np.repeat(codes, np.diff(np.append(rows, total)))
