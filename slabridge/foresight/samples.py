"""What was known of cycles at instants, and what became of them (docs/foresight.md, "What it learns from").

Known is what the engine says of a ticket of which it sees no row after that instant. Nothing that came later is in it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Protocol, Self

import numpy as np

from sla_engine import Engine
from sla_engine.clause import Clause
from sla_engine.derived import derived
from sla_engine.judged import ClauseResults
from sla_engine.table import Mask, Rows, Table
from sla_engine.verdict import Stage, Verdicts
from sla_engine.worktime import Instants
from slabridge.foresight.columns import joined, taken

MOMENTS: Final = (0.0, 0.125, 0.25, 0.5, 0.75)
"""When a cycle is looked at: shares of the time from its start until it is due, as it is known at its start."""
HANDED_OVER: Final = -1
"""Stands for the moments at which a cycle comes to another holder."""

Held = tuple[Rows, tuple[str | None, ...]]
"""What a field held: a code for each sample, and the text of each code (None: unset)."""


class Seen(Protocol):
    """Cycles of one objective as they stood at instants: what is looked at to say what becomes of them."""

    @property
    def at(self) -> Instants:
        """When, ms UTC."""

    @property
    def began(self) -> Instants:
        """When they began, ms UTC."""

    @property
    def used(self) -> Instants:
        """Working time in ms."""

    @property
    def target(self) -> Instants:
        """Working time in ms."""

    @property
    def fields(self) -> Mapping[str, Held]:
        """What the fields held."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Cycles of one objective at instants at which they were open and not breached, one element each.

    `ticket` and `cycle` tell them apart, `moment` is a place in MOMENTS or HANDED_OVER. `at`, `began` and `due` are
    ms UTC, `used` and `target` ms of working time, as known then; and so are `fields`. What became of them is known
    until an instant: `took`, working time in ms, and whether it is `breached`, or has `ended`.
    """

    ticket: Rows
    cycle: Rows
    moment: Rows
    at: Instants
    began: Instants
    due: Instants
    used: Instants
    target: Instants
    took: Instants
    ended: Mask
    breached: Mask
    fields: Mapping[str, Held]

    @property
    def decided(self) -> Mask:
        """Whether it is known if they broke."""
        return self.ended | self.breached

    def only(self, chosen: Mask | Rows) -> Self:
        """Return some of them."""
        columns: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        return type(self)(
            **columns, fields={name: (codes[chosen], values) for name, (codes, values) in self.fields.items()}
        )

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Return samples of many tables, ticket by ticket: the same however tickets were cut into tables."""
        tickets = np.concatenate([[0], np.cumsum([int(part.ticket.max(initial=-1)) + 1 for part in parts])])
        numbered = [part.ticket + before for part, before in zip(parts, tickets[:-1].tolist(), strict=True)]
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS if name != "ticket"
        }
        held = {name: joined([part.fields[name] for part in parts]) for name in parts[0].fields}
        found = cls(ticket=np.concatenate(numbered), **columns, fields=held)
        return found.only(np.lexsort((found.moment, found.at, found.cycle, found.ticket)))


_COLUMNS: Final = tuple(field.name for field in fields(Samples) if field.name != "fields")


@dataclass(frozen=True, slots=True)
class Looks:
    """At which instants cycles are looked at: their places among the verdicts, ms UTC, and which moment that is."""

    cycle: Rows
    at: Instants
    moment: Rows

    @classmethod
    def together(cls, parts: Sequence[Self]) -> Self:
        """Return all of these."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("cycle", "at", "moment")))


def samples_of(
    engine: Engine, table: Table, until: int, since: int, names: Collection[str]
) -> Iterator[tuple[Clause, Samples]]:
    """Yield what cycles that began in [since, until), ms UTC, teach about each clause; `names` are the fields wanted.

    What became of them is as it stood at `until`. One whose agreement held no more in the end, and one that is
    excluded, teaches nothing.
    """
    whole = derived(table.until(until), engine.fields.union(names), engine.calendars)
    for final in engine.judge(whole, until):
        verdicts = final.verdicts
        cycle = np.flatnonzero((verdicts.started_at >= since) & ~verdicts.excluded & ~verdicts.overdue)
        begun = Looks(cycle, verdicts.started_at[cycle], np.zeros(len(cycle), np.int64))
        looks = [begun, *_later(engine, final, begun), _handovers(engine, final, cycle)]
        yield final.clause, samples_at(engine, final, Looks.together(looks), names)


def samples_at(engine: Engine, final: ClauseResults, looks: Looks, names: Collection[str]) -> Samples:
    """Return what was known at instants at which cycles were open and not breached, and what became of them."""
    look, place, then = _open_at(engine, final, looks)
    seen, became, cycle = then.verdicts, final.verdicts, looks.cycle[look]
    row = seen.decided.deciding[place]
    return Samples(
        ticket=became.ticket[cycle],
        cycle=became.cycle[cycle],
        moment=looks.moment[look],
        at=looks.at[look],
        began=became.started_at[cycle],
        due=_due(seen)[place],
        used=seen.target[place] - seen.remaining[place],
        target=seen.target[place],
        took=np.maximum(became.target[cycle] - became.remaining[cycle], seen.target[place] - seen.remaining[place]),
        ended=became.stage[cycle] > Stage.PAUSED,
        breached=became.breached[cycle],
        fields={name: taken(then.timeline.table.columns[name], row) for name in names},
    )


def _later(engine: Engine, final: ClauseResults, begun: Looks) -> Iterator[Looks]:
    """Yield the moments after the first: how far apart they are is what was known at the start."""
    look, place, then = _open_at(engine, final, begun)
    due = _due(then.verdicts)[place]
    cycle, at = begun.cycle[look], begun.at[look]
    for moment, share in enumerate(MOMENTS[1:], 1):
        later = at + (share * (due - at)).astype(np.int64)
        here = (later > at) & (later <= final.timeline.until[final.verdicts.ticket[cycle]])
        yield Looks(cycle[here], later[here], np.full(int(here.sum()), moment))


def _due(verdicts: Verdicts) -> Instants:
    """Return when cycles are due; those that are paused as if they ran on."""
    found: Instants = np.maximum(verdicts.due_at, verdicts.due_if_resumed)
    return found


def _handovers(engine: Engine, final: ClauseResults, cycle: Rows) -> Looks:
    """Return the instants at which cycles came to another holder."""
    table, decided = final.timeline.table, final.verdicts.decided
    held = table.columns[engine.definitions.holder].codes
    changed = np.flatnonzero(np.append(False, held[1:] != held[:-1]))
    first, end = (np.searchsorted(changed, rows[cycle]) for rows in (decided.begin + 1, decided.end))
    many = np.maximum(end - first, 0)
    begins = np.cumsum(many) - many
    rows = changed[np.arange(int(many.sum())) + np.repeat(first - begins, many)]
    return Looks(np.repeat(cycle, many), table.at[rows], np.full(len(rows), HANDED_OVER))


def _open_at(engine: Engine, final: ClauseResults, looks: Looks) -> tuple[Rows, Rows, ClauseResults]:
    """Judge cycles as at instants; of those that were open then and not breached, return look and place there."""
    ticket = final.verdicts.ticket[looks.cycle]
    seen = final.timeline.table.as_at(ticket, looks.at)
    then = engine.judge_each(final.clause, seen, looks.at)
    verdicts = then.verdicts
    same = verdicts.cycle == final.verdicts.cycle[looks.cycle[verdicts.ticket]]
    place = np.flatnonzero(same & (verdicts.stage <= Stage.PAUSED) & ~verdicts.breached & ~verdicts.overdue)
    return verdicts.ticket[place], place, then
