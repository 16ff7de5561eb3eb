"""The cycles of all objectives one below the other, and for what the time behind each of their rows counts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sla_engine.agreement import calendars_of
from sla_engine.attribution import modes_of
from sla_engine.decide import carried, chosen_since, rows_of
from sla_engine.instant import NEVER
from sla_engine.judged import ClauseResults
from sla_engine.table import Mask, Rows
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Courses:
    """Cycles with a result, objective by objective; calendars are places in the list of all names.

    `late_from` is when a breached one is late, NEVER for others; `chosen_at` when its target in force was chosen.
    Stretches stand in order of cycle and time, the first of cycle q at `first[q]`; none is without length. Their time
    counts on the calendar `on`.
    """

    clause: Rows
    place: Rows
    number: Rows
    ticket: Rows
    start: Instants
    end: Instants
    calendar: Rows
    breached: Mask
    breached_at: Instants
    chosen_at: Instants
    late_from: Instants
    first: Rows
    cycle: Rows
    stretch_start: Instants
    stretch_end: Instants
    mode: npt.NDArray[np.int64]
    on: Rows


def courses_of(parts: Sequence[ClauseResults], calendars: Sequence[str]) -> Courses:
    """Return the courses of all cycles that were judged; `calendars` are the names that any target can choose."""
    cycles: list[tuple[npt.NDArray[np.int64], ...]] = []
    stretches: list[tuple[npt.NDArray[np.int64], ...]] = []
    base = 0
    for clause, part in enumerate(parts):
        objective, verdicts, decided, timeline = (
            part.clause.objective,
            part.verdicts,
            part.verdicts.decided,
            part.timeline,
        )
        at, size = timeline.table.at, len(decided.kept)
        names = np.array([calendars.index(name) for name in calendars_of(objective.targets)], np.int64)
        chosen_at = at[chosen_since(objective, timeline.table, decided.begin, decided.deciding)]
        late = np.where(verdicts.breached, np.maximum(verdicts.breached_at, chosen_at), NEVER)
        cycles.append(
            (
                np.full(size, clause),
                np.arange(size),
                verdicts.cycle,
                decided.ticket,
                verdicts.started_at,
                decided.end_at,
                names[decided.calendar],
                verdicts.breached.astype(np.int64),
                verdicts.breached_at,
                chosen_at,
                late,
            )
        )
        cycle, row = rows_of(decided)
        on_row = carried(objective, decided, timeline)
        on = names[decided.calendar[cycle] if on_row is None else on_row[row]]
        columns = (base + cycle, at[row], timeline.following[row], modes_of(part.cycles, decided, cycle, row), on)
        long = columns[1] < columns[2]
        stretches.append(tuple(column[long] for column in columns))
        base += size
    clause_, place, number, ticket, start, end, calendar, breached, breached_at, chosen_at, late = _below(cycles, 11)
    cycle, stretch_start, stretch_end, mode, on = _below(stretches, 5)
    return Courses(
        clause_,
        place,
        number,
        ticket,
        start,
        end,
        calendar,
        breached.astype(np.bool_),
        breached_at,
        chosen_at,
        late,
        np.searchsorted(cycle, np.arange(base + 1)),
        cycle,
        stretch_start,
        stretch_end,
        mode,
        on,
    )


def _below(parts: Sequence[tuple[npt.NDArray[np.int64], ...]], columns: int) -> list[npt.NDArray[np.int64]]:
    """Return the columns of all parts, one below the other."""
    empty = np.zeros(0, np.int64)
    return [np.concatenate([empty, *(part[n] for part in parts)]) for n in range(columns)]
