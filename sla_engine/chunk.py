"""From verdicts in columns to results, one value per cycle."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from sla_engine.agreement import calendars_of
from sla_engine.attribution import breach_holders, holder_text, opened, segments_of
from sla_engine.chain.chained import Chained
from sla_engine.decide import chosen_since
from sla_engine.instant import NULL
from sla_engine.judged import ClauseResults
from sla_engine.lines import NUL, head_of, lines_of
from sla_engine.result import Result
from sla_engine.step import next_steps
from sla_engine.ticket import Name, Ticket, Values
from sla_engine.verdict import Stage, Status
from sla_engine.worktime import Instants

_STAGES = tuple(stage.name.lower() for stage in Stage)
_STATUSES = tuple(status.name.lower() for status in Status)


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

    def lines(self) -> str:
        """Return what `results` gives as lines of JSON, without segments."""
        heads = [head_of(ticket) for ticket in self.tickets]
        found: list[bytes] = []
        for part in self.by_clause:
            found += lines_of(part.clause, part.verdicts, heads, part.timeline.table.columns[self.holder])
        place = (
            np.concatenate([part.verdicts.ticket for part in self.by_clause])
            if self.by_clause
            else np.empty(0, np.int64)
        )
        order = np.argsort(place, kind="stable")
        without = [n for n, at in enumerate(self.places) if n in self.overdue or at >= self.wanted]
        if without:
            order = order[~np.isin(place[order], without)]
        return b"".join(map(found.__getitem__, order.tolist())).translate(None, NUL).decode("ascii")


def _results(clause: int, chunk: Chunk) -> Iterator[Result]:
    part = chunk.by_clause[clause]
    verdicts, decided = part.verdicts, part.verdicts.decided
    agreement, objective = part.clause.agreement, part.clause.objective
    holder = part.timeline.table.columns[chunk.holder]
    held = [holder_text(values) for values in holder.values] or [None]
    names = calendars_of(objective.targets)
    pieces = segments_of(objective, part.cycles, verdicts, part.timeline, holder) if chunk.segments else None
    is_blamed = chunk.segments or bool(chunk.dimensions)
    blamed = breach_holders(objective, verdicts, part.timeline, holder).tolist() if is_blamed else None
    dimensions = _dimensions(part, chunk.dimensions)
    columns = (
        verdicts.ticket,
        verdicts.cycle,
        verdicts.stage,
        verdicts.status,
        verdicts.breached,
        verdicts.excluded,
        verdicts.started_at,
        verdicts.stopped_at,
        verdicts.due_at,
        verdicts.due_if_resumed,
        verdicts.breached_at,
        verdicts.next_change_at,
        verdicts.target,
        verdicts.elapsed,
        verdicts.remaining,
        verdicts.paused,
        decided.deadline,
        holder.codes[decided.deciding],
        decided.calendar,
        _since(part),
        next_steps(part),
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for index, (position, cycle, stage, status, breached, excluded, started, *rest) in enumerate(rows):
        stopped, due, resumed, breach, change, target, elapsed, remaining, paused, deadline, *others = rest
        code, calendar, since, step = others
        if position in chunk.overdue or chunk.places[position] >= chunk.wanted:
            continue
        ticket = chunk.tickets[position]
        yield Result(
            position=chunk.places[position],
            source=ticket.source,
            ticket=ticket.key,
            id=ticket.id,
            table=agreement.table,
            agreement=agreement.id,
            kind=agreement.kind,
            objective=objective.name,
            cycle=cycle,
            stage=_STAGES[stage],
            status=_STATUSES[status],
            breached=breached,
            excluded=excluded,
            started_at=started,
            stopped_at=_known(stopped),
            due_at=_known(due),
            due_if_resumed=_known(resumed),
            breached_at=_known(breach),
            next_change_at=_known(change),
            target=target,
            elapsed=elapsed,
            remaining=remaining,
            paused=paused,
            holder=held[code],
            calendar=names[calendar],
            definition=part.clause.definition,
            since=_known(since),
            deadline=_known(deadline),
            segments=() if pieces is None else opened(pieces, index, holder),
            breach_holder=None if blamed is None or blamed[index] < 0 else held[blamed[index]],
            chain=None if chunk.chained is None else chunk.chained.of(clause, index),
            dimensions=dimensions[index] if dimensions else {},
            next_step_at=_known(step),
        )


def _dimensions(part: ClauseResults, names: Sequence[str]) -> list[dict[str, Values]]:
    """Return for each result what these fields held at its deciding row."""
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


def _known(instant: int) -> int | None:
    return None if instant == NULL else instant
