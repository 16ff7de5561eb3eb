"""The cycles of one objective that count, in columns, and what they sum up to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sla_engine import Engine
from sla_engine.agreement import calendars_of
from sla_engine.attribution import Mode, holder_text, segments_of
from sla_engine.calendar import CalendarDefinition
from sla_engine.derived import derived
from sla_engine.instant import NULL
from sla_engine.judged import ClauseResults
from sla_engine.table import Mask, Rows, Table
from sla_engine.verdict import Stage

PRIORITY = "priority"
Period = tuple[int, int]
"""Cycles that ended in [first, last), ms UTC, are counted."""


class Outcome(NamedTuple):
    """What one cycle comes to, amounts in ms."""

    breached: bool
    target: int
    elapsed: int
    paused: int
    remaining: int


BITS = 20
"""Of a key: how many its last part, the cycle's number, takes."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The counted cycles of one objective, ordered by `key`: ticket and number; and what they sum up to."""

    key: Rows
    breached: Mask
    target: Rows
    elapsed: Rows
    paused: Rows
    remaining: Rows
    calendar: Sequence[CalendarDefinition]
    by_priority: Sequence[tuple[str, int, int]] = ()
    by_holder: Mapping[str, int] = field(default_factory=dict)

    def outcome(self, place: int) -> Outcome:
        """Return what the cycle at a place comes to."""
        numbers = (int(getattr(self, name)[place]) for name in ("target", "elapsed", "paused", "remaining"))
        return Outcome(bool(self.breached[place]), *numbers)


_EMPTY = np.zeros(0, np.int64)
NOTHING = Columns(_EMPTY, _EMPTY.astype(np.bool_), _EMPTY, _EMPTY, _EMPTY, _EMPTY, [])


def objectives_of(engine: Engine, table: Table, as_of: int, period: Period) -> dict[str, Columns]:
    """Judge a table that holds no row after `as_of`; return the counted cycles by `agreement.objective`."""
    named: dict[str, list[ClauseResults]] = defaultdict(list)
    aside = np.zeros(len(table.first) - 1, np.bool_)  # tickets that cannot be judged have no results at all
    for part in engine.judge(derived(table, engine.fields, engine.calendars), as_of):
        named[f"{part.clause.agreement.id}.{part.clause.objective.name}"].append(part)
        aside[part.verdicts.ticket[part.verdicts.overdue]] = True
    found = {}
    for name, parts in named.items():
        chosen = [_counted(part, period, aside) for part in parts]
        found[name] = _columns(parts, chosen, engine)
    return found


def _columns(parts: Sequence[ClauseResults], chosen: Sequence[Rows], engine: Engine) -> Columns:
    """Return the chosen cycles of one objective, of all versions of its agreement."""
    key = np.concatenate(
        [(p.verdicts.ticket[c] << BITS) | p.verdicts.cycle[c] for p, c in zip(parts, chosen, strict=True)]
    )
    order = np.argsort(key, kind="stable")

    def column(name: str) -> Rows:
        found: Rows = np.concatenate([getattr(p.verdicts, name)[c] for p, c in zip(parts, chosen, strict=True)])
        return found[order]

    calendars: list[CalendarDefinition] = []
    priorities: dict[str, list[int]] = {}
    holders: dict[str, int] = defaultdict(int)
    for part, mine in zip(parts, chosen, strict=True):
        names = calendars_of(part.clause.objective.targets)
        of = [engine.calendars[name].definition for name in names]
        calendars += [of[place] for place in part.verdicts.decided.calendar[mine].tolist()]
        for priority, cycles, breached in _by_priority(part, mine):
            both = priorities.setdefault(priority, [0, 0])
            both[0] += cycles
            both[1] += breached
        for holder, worked in _by_holder(part, mine, engine.definitions.holder):
            holders[holder] += worked
    return Columns(
        key=key[order],
        breached=column("breached").astype(np.bool_),
        target=column("target"),
        elapsed=column("elapsed"),
        paused=column("paused"),
        remaining=column("remaining"),
        calendar=[calendars[n] for n in order.tolist()],
        by_priority=[(priority, cycles, breached) for priority, (cycles, breached) in priorities.items()],
        by_holder=holders,
    )


def _counted(part: ClauseResults, period: Period, aside: Mask) -> Rows:
    """Return which cycles count: completed in the period, and not excluded."""
    verdicts = part.verdicts
    ended = (verdicts.stopped_at != NULL) & (verdicts.stopped_at >= period[0]) & (verdicts.stopped_at < period[1])
    return np.flatnonzero(ended & (verdicts.stage == Stage.COMPLETED) & ~verdicts.excluded & ~aside[verdicts.ticket])


def _by_priority(part: ClauseResults, mine: Rows) -> Iterator[tuple[str, int, int]]:
    column = part.timeline.table.columns[PRIORITY]
    codes = column.codes[part.verdicts.decided.last[mine]]
    breached = part.verdicts.breached[mine]
    for code in np.unique(codes).tolist():
        here = codes == code
        yield holder_text(column.values[code]) or "", int(here.sum()), int(breached[here].sum())


def _by_holder(part: ClauseResults, mine: Rows, name: str) -> Iterator[tuple[str, int]]:
    holder = part.timeline.table.columns[name]
    segments = segments_of(part.clause.objective, part.cycles, part.verdicts, part.timeline, holder)
    counts = np.zeros(len(part.verdicts.cycle), np.bool_)
    counts[mine] = True
    cycle = np.repeat(np.arange(len(counts)), np.diff(segments.first))
    worked = np.zeros(len(holder.values), np.int64)
    here = counts[cycle] & (segments.mode == Mode.COUNTED)
    np.add.at(worked, segments.holder[here], segments.worked[here])
    for code in np.flatnonzero(worked).tolist():
        yield holder_text(holder.values[code]) or "", int(worked[code])
