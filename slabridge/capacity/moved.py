"""Histories as a replay moves them (docs/capacity.md, "The replay")."""

from dataclasses import dataclass

import numpy as np

from sla_engine.instant import NULL
from sla_engine.table import Column, Rows, Table
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Moves:
    """How the visits of some copies of tickets are moved.

    `ticket` is whose copy each is, by its place in a table, `first` its first visit. Of each visit: `begin` and `end`
    (rows, from its ticket's first on), `came` and `left` in truth, and when it `leaves`, ms UTC.
    """

    ticket: Rows
    first: Rows
    begin: Rows
    end: Rows
    came: Instants
    left: Instants
    leaves: Instants


def moved(table: Table, moves: Moves, until: int) -> Table:
    """Return the table of the copies, each row at the instant to which it moves; no row after `until` (ms UTC).

    What happened in a visit happens at the same share of it, what happened after it is later by as much as it was.
    """
    size = np.diff(table.first)[moves.ticket]
    first = np.concatenate([[0], np.cumsum(size)])
    copy = np.repeat(np.arange(len(size)), size)
    rows = np.arange(first[-1]) + np.repeat(table.first[moves.ticket] - first[:-1], size)
    columns = {name: Column(column.codes[rows], column.values) for name, column in table.columns.items()}
    at = _moved(table.at[rows], copy, first, moves)
    np.minimum(at, until + 1, out=at)
    return Table(first, at, table.kind[rows], columns, table.comments[rows], table.authors).until(until)


def _moved(at: Instants, copy: Rows, first: Rows, moves: Moves) -> Instants:
    if not len(moves.came):
        return at
    of = np.repeat(np.arange(len(moves.ticket)), np.diff(moves.first))
    there = moves.left == NULL
    late = np.where(there, 0, moves.leaves - moves.left)
    before = np.zeros_like(late)
    before[1:] = np.where(of[1:] == of[:-1], late[:-1], 0)
    begin, end = first[of] + moves.begin, first[of] + moves.end
    visit = np.searchsorted(begin, np.arange(len(at)), side="right") - 1
    known = (visit >= 0) & (of[visit] == copy)
    visit = np.where(known, visit, 0)
    inside = np.arange(len(at)) < end[visit]
    long = np.where(there, 1, moves.left - moves.came)
    lasts = np.where(there, 1, np.maximum(moves.leaves - moves.came - before, 0))
    share = (at - moves.came[visit]) * (lasts / long)[visit]
    within = moves.came[visit] + before[visit] + np.floor(share).astype(np.int64)
    result: Instants = np.where(known, np.where(inside, within, at + late[visit]), at)
    return result
