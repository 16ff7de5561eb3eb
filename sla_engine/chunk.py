"""From verdicts in columns to results, one value per cycle."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress, repeat
from operator import attrgetter
from typing import Any

import numpy as np

from sla_engine.agreement import calendars_of
from sla_engine.attribution import Segment, breach_holders, holder_text, opened, segments_of
from sla_engine.chain.chained import Chained
from sla_engine.decide import chosen_since
from sla_engine.instant import NULL
from sla_engine.judged import ClauseResults
from sla_engine.lines import NUL, head_of, lines_of
from sla_engine.result import Result
from sla_engine.step import next_steps
from sla_engine.table import Column
from sla_engine.ticket import Name, Ticket, Values
from sla_engine.verdict import Stage, Status
from sla_engine.worktime import Instants

_STAGES = tuple(stage.name.lower() for stage in Stage)
_STATUSES = tuple(status.name.lower() for status in Status)
_PRINTED = 500
"""Tickets whose lines are made at a time: memory this small is used again, where more is had anew from the system."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some tickets' results; `places` says where each stands in the input, `overdue` ones have none.

    Nor have those that stand behind the first `wanted`. `dimensions` are the fields that results show as they were at
    their deciding row.
    """

    places: Sequence[int]
    tickets: Sequence[Ticket | Name]
    by_clause: Sequence[ClauseResults]
    overdue: frozenset[int]
    holder: str
    segments: bool
    chained: Chained | None = None
    wanted: int = sys.maxsize
    dimensions: Sequence[str] = ()

    def results(self) -> list[Result]:
        """Return the results ordered by (ticket, agreement, objective, cycle)."""
        found = [result for clause in range(len(self.by_clause)) for result in _results(clause, self)]
        found.sort(key=attrgetter("position"))
        return found

    def lines(self) -> Iterator[bytes]:
        """Yield what `results` gives as lines of JSON, some at a time, without segments."""
        written = [
            lines_of(one.clause, one.verdicts, one.timeline.table.columns[self.holder]) for one in self.by_clause
        ]
        of = [one.verdicts.ticket for one in self.by_clause]
        without = list[int]()
        if self.overdue or max(self.places, default=0) >= self.wanted:
            without = [n for n, at in enumerate(self.places) if n in self.overdue or at >= self.wanted]
        for begin in range(0, len(self.tickets), _PRINTED):
            heads = [head_of(ticket) for ticket in self.tickets[begin : begin + _PRINTED]]
            middles, ends, place = list[bytes](), list[bytes](), np.empty(0, np.int64)
            for lines, ticket in zip(written, of, strict=True):
                mine = slice(*np.searchsorted(ticket, [begin, begin + _PRINTED]))
                middles += lines.middles(mine)
                ends += map(lines.ends.__getitem__, lines.end[mine].tolist())
                place = np.append(place, ticket[mine])
            order = np.argsort(place, kind="stable")
            if without:
                order = order[~np.isin(place[order], without)]
            pieces = [b""] * (3 * len(order))  # one behind the other: to join each line first takes longer
            pieces[0::3] = map(heads.__getitem__, (place[order] - begin).tolist())
            pieces[1::3] = map(middles.__getitem__, order.tolist())
            pieces[2::3] = map(ends.__getitem__, order.tolist())
            yield b"".join(pieces).translate(None, NUL)


def _results(clause: int, chunk: Chunk) -> Iterable[Result]:
    part = chunk.by_clause[clause]
    verdicts, decided = part.verdicts, part.verdicts.decided
    agreement, objective = part.clause.agreement, part.clause.objective
    holder = part.timeline.table.columns[chunk.holder]
    held = [holder_text(values) for values in holder.values] or [None]
    of = verdicts.ticket.tolist()
    tickets = [chunk.tickets[n] for n in of]
    places = [chunk.places[n] for n in of]
    columns: dict[str, Iterable[Any]] = {
        "position": places,
        "source": [ticket.source for ticket in tickets],
        "ticket": [ticket.key for ticket in tickets],
        "id": [ticket.id for ticket in tickets],
        "table": repeat(agreement.table),
        "agreement": repeat(agreement.id),
        "kind": repeat(agreement.kind),
        "objective": repeat(objective.name),
        "cycle": verdicts.cycle.tolist(),
        "stage": map(_STAGES.__getitem__, verdicts.stage.tolist()),
        "status": map(_STATUSES.__getitem__, verdicts.status.tolist()),
        "breached": verdicts.breached.tolist(),
        "excluded": verdicts.excluded.tolist(),
        "started_at": verdicts.started_at.tolist(),
        "stopped_at": _known(verdicts.stopped_at),
        "due_at": _known(verdicts.due_at),
        "due_if_resumed": _known(verdicts.due_if_resumed),
        "breached_at": _known(verdicts.breached_at),
        "next_change_at": _known(verdicts.next_change_at),
        "target": verdicts.target.tolist(),
        "elapsed": verdicts.elapsed.tolist(),
        "remaining": verdicts.remaining.tolist(),
        "paused": verdicts.paused.tolist(),
        "holder": map(held.__getitem__, holder.codes[decided.deciding].tolist()),
        "calendar": map(calendars_of(objective.targets).__getitem__, decided.calendar.tolist()),
        "definition": repeat(part.clause.definition),
        "since": _known(_since(part)),
        "deadline": _known(decided.deadline),
        "segments": _segments(part, chunk, holder),
        "breach_holder": _blamed(part, chunk, holder, held),
        "chain": repeat(None) if chunk.chained is None else map(partial(chunk.chained.of, clause), range(len(of))),
        "dimensions": _dimensions(part, chunk.dimensions),
        "next_step_at": _known(next_steps(part)),
    }
    found = map(Result, *(columns[name] for name in Result.__struct_fields__))
    if not chunk.overdue and max(places, default=0) < chunk.wanted:
        return found
    wanted = (n not in chunk.overdue and place < chunk.wanted for n, place in zip(of, places, strict=True))
    return compress(found, wanted)


def _segments(part: ClauseResults, chunk: Chunk, holder: Column) -> Iterable[tuple[Segment, ...]]:
    if not chunk.segments:
        return repeat(())
    pieces = segments_of(part.clause.objective, part.cycles, part.verdicts, part.timeline, holder)
    return (opened(pieces, index, holder) for index in range(len(part.verdicts.ticket)))


def _blamed(part: ClauseResults, chunk: Chunk, holder: Column, held: Sequence[str | None]) -> Iterable[str | None]:
    """Return who held the ticket at each breach, where that is asked for."""
    if not chunk.segments and not chunk.dimensions:
        return repeat(None)
    blamed = breach_holders(part.clause.objective, part.verdicts, part.timeline, holder)
    return (None if code < 0 else held[code] for code in blamed.tolist())


def _dimensions(part: ClauseResults, names: Sequence[str]) -> list[dict[str, Values]]:
    """Return for each result what these fields held at its deciding row."""
    if not names:
        return [{} for _ in range(len(part.verdicts.ticket))]
    columns = [part.timeline.table.columns[name] for name in names]
    deciding = part.verdicts.decided.deciding
    held = [map(column.values.__getitem__, column.codes[deciding].tolist()) for column in columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*held, strict=True)]


def _since(part: ClauseResults) -> Instants:
    verdicts, decided, table = part.verdicts, part.verdicts.decided, part.timeline.table
    chosen = table.at[chosen_since(part.clause.objective, table, decided.begin, decided.deciding)]
    at_risk = verdicts.status == Status.AT_RISK
    reached = np.where(verdicts.breached, verdicts.breached_at, verdicts.at_risk_at)
    return np.where(at_risk | verdicts.breached, np.maximum(reached, chosen), NULL)


def _known(instants: Instants) -> list[int | None]:
    unknown = instants == NULL
    found = instants.astype(np.object_)
    found[unknown] = None
    listed: list[int | None] = found.tolist()
    return listed
