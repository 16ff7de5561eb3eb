"""Attribution: where the time of a cycle went, and who held the ticket (docs/engine.md, "Attribution")."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import Objective, calendars_of
from sla_engine.decide import Decided, carried, chosen_since, rows_of
from sla_engine.measure import work_on
from sla_engine.replay import Cycles
from sla_engine.table import Column, Mask, Rows
from sla_engine.ticket import Values
from sla_engine.timeline import Timeline
from sla_engine.verdict import Verdicts
from sla_engine.worktime import Instants


class Mode(IntEnum):
    """What a stretch of a cycle counts for."""

    COUNTED = 0
    PAUSED = 1
    STOPPED = 2
    RESTARTED = 3


MODES = tuple(mode.name.lower() for mode in Mode)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one cycle: instants in ms UTC, `worked` is working time in ms, `row` the causing row from 0."""

    start: int
    end: int
    mode: str
    worked: int
    row: int
    holder: str | None


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments of many cycles, in order; those of cycle i are [first[i], first[i + 1]).

    `row` is the causing row, counted from the ticket's first; `worked` is working time in ms; `holder` is a code of the
    holder's column.
    """

    first: Rows
    start: Instants
    end: Instants
    mode: npt.NDArray[np.int64]
    worked: Instants
    row: Rows
    holder: Rows


def holder_text(values: Values) -> str | None:
    """Return a holder as text; a list is joined, an unset field is None."""
    return ", ".join(values) or None


def modes_of(cycles: Cycles, decided: Decided, cycle: Rows, row: Rows) -> npt.NDArray[np.int64]:
    """Return for what the stretch behind each row of each cycle counts."""
    paused = cycles.paused[row] & ~decided.by_deadline[cycle]
    modes = [Mode.STOPPED, Mode.PAUSED, Mode.RESTARTED]
    found = np.select([~cycles.active[row], paused, row < decided.counted_from[cycle]], modes, Mode.COUNTED)
    return found.astype(np.int64)


def segments_of(
    objective: Objective, cycles: Cycles, verdicts: Verdicts, timeline: Timeline, holder: Column
) -> Segments:
    """Open every judged cycle into segments: gapless, none of zero length, neighbours that are alike joined."""
    table, decided = timeline.table, verdicts.decided
    cycle, row = rows_of(decided)
    mode = modes_of(cycles, decided, cycle, row)
    held = holder.codes[row].astype(np.int64)
    start, end = table.at[row], timeline.following[row]
    on_row = carried(objective, decided, timeline)
    if on_row is not None:
        worked = work_on(on_row, objective, timeline)[row]
    else:
        worked = np.zeros(len(row), np.int64)
        for index, name in enumerate(calendars_of(objective.targets)):
            mine = decided.calendar[cycle] == index
            worked[mine] = timeline.work(name)[row[mine]]

    # Joined before what has no length is dropped, so that a segment's row is the one that caused it; and once more
    # after, because dropping makes new neighbours.
    for _ in range(2):
        heads = np.flatnonzero(_changes(cycle, mode, held))
        if not len(heads):
            break
        tails = np.append(heads[1:], len(cycle)) - 1
        worked = np.add.reduceat(worked, heads)
        end = end[tails]
        cycle, mode, held, start, row = (column[heads] for column in (cycle, mode, held, start, row))
        long = start < end
        cycle, mode, held, start, end, worked, row = (
            column[long] for column in (cycle, mode, held, start, end, worked, row)
        )
    first = np.searchsorted(cycle, np.arange(len(decided.kept) + 1))
    return Segments(first, start, end, mode, worked, row - table.first[decided.ticket[cycle]], held)


def breach_holders(objective: Objective, verdicts: Verdicts, timeline: Timeline, holder: Column) -> Rows:
    """Return the code of who held the ticket at the breach, or when the target was chosen if later; -1 unbreached."""
    table, decided = timeline.table, verdicts.decided
    result = np.full(len(decided.begin), -1, np.int64)
    breached = np.flatnonzero(verdicts.breached)
    row = timeline.row_at(decided.begin[breached], verdicts.breached_at[breached])
    chosen = chosen_since(objective, table, decided.begin, decided.deciding)[breached]
    result[breached] = holder.codes[np.maximum(row, chosen)]
    return result


def opened(segments: Segments, cycle: int, holder: Column) -> tuple[Segment, ...]:
    """Return one cycle's segments as values."""
    part = slice(int(segments.first[cycle]), int(segments.first[cycle + 1]))
    columns = (segments.start, segments.end, segments.mode, segments.worked, segments.row, segments.holder)
    return tuple(
        Segment(start, end, MODES[mode], worked, row, holder_text(holder.values[code]))
        for start, end, mode, worked, row, code in zip(*(column[part].tolist() for column in columns), strict=True)
    )


def _changes(*columns: npt.NDArray[np.int64]) -> Mask:
    changes = np.ones(len(columns[0]), np.bool_)
    if len(changes) > 1:
        changes[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in columns])
    return changes
