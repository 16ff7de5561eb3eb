"""Results as lines of JSON, straight from the columns: what `Result.as_json` says, several times faster.

Printing costs more than judging. What is the same for a ticket or for an objective is turned into text once, and what
is left of a line is put together in one go.
"""

import json
from collections.abc import Iterator, Sequence

import numpy as np

from sla_engine.attribution import holder_text
from sla_engine.clause import Clause
from sla_engine.instant import DAY, MINUTE, SECOND, format_instant
from sla_engine.judge import NULL, Judged, Stage, Status
from sla_engine.result import seconds
from sla_engine.table import Column
from sla_engine.ticket import Ticket
from sla_engine.worktime import Instants

_STAGES = tuple(f'"{stage.name.lower()}"' for stage in Stage)
_STATUSES = tuple(f'"{status.name.lower()}"' for status in Status)
_BOOLEANS = ("false", "true")


def lines_of(clause: Clause, judged: Judged, heads: Sequence[str], holder: Column) -> Iterator[tuple[int, str]]:
    """Yield (place of the ticket, line) for one objective's results; `heads` has how each ticket's lines begin."""
    agreement, decided = clause.agreement, judged.decided
    promise = (
        f'"agreement":{json.dumps(agreement.id)},"kind":"{agreement.kind}",'
        f'"objective":{json.dumps(clause.objective.name)},"cycle":'
    )
    holders = [json.dumps(holder_text(values)) for values in holder.values]
    columns = (
        judged.ticket.tolist(),
        judged.cycle.tolist(),
        judged.stage.tolist(),
        judged.status.tolist(),
        judged.breached.tolist(),
        judged.excluded.tolist(),
        _instants(judged.started_at),
        _instants(judged.stopped_at),
        _instants(judged.due_at),
        _instants(judged.due_if_resumed),
        _instants(judged.breached_at),
        _instants(judged.next_change_at),
        _seconds(decided.target),
        _seconds(judged.elapsed),
        _seconds(decided.target - judged.elapsed),
        _seconds(judged.paused),
        (judged.elapsed * 10_000 // decided.target / 100).tolist(),
        holder.codes[decided.deciding].tolist(),
    )
    for place, cycle, stage, status, breached, excluded, *rest in zip(*columns, strict=True):
        started, stopped, due, resumed, breach, change, target, elapsed, remaining, paused, percent, code = rest
        line = (
            f'{{{heads[place]}{promise}{cycle},"stage":{_STAGES[stage]},"status":{_STATUSES[status]},'
            f'"breached":{_BOOLEANS[breached]},"excluded":{_BOOLEANS[excluded]},"started_at":{started},'
            f'"stopped_at":{stopped},"due_at":{due},"due_if_resumed":{resumed},"breached_at":{breach},'
            f'"next_change_at":{change},"target_seconds":{target},"elapsed_seconds":{elapsed},'
            f'"remaining_seconds":{remaining},"paused_seconds":{paused},"percent":{percent},'
            f'"holder":{holders[code]},"definition":"{clause.definition}"}}\n'
        )
        yield place, line


def head_of(ticket: Ticket) -> str:
    """Return how all lines of a ticket begin."""
    return f'"source":{json.dumps(ticket.source)},"ticket":{json.dumps(ticket.key)},"id":{json.dumps(ticket.id)},'


def _instants(column: Instants) -> list[str]:
    """Return instants as JSON: date, minute and second are each turned into text once."""
    texts = np.full(len(column), "null", np.object_)
    known = np.flatnonzero(column != NULL)
    days, ms = np.divmod(column[known], DAY)
    distinct, day = np.unique(days, return_inverse=True)
    dates = np.array([f'"{format_instant(n * DAY)[:11]}' for n in distinct.tolist()], np.object_)
    tails = np.full(len(known), 'Z"', np.object_)
    fractions = ms % SECOND
    odd = np.flatnonzero(fractions)
    tails[odd] = [f'.{fraction:03}Z"' for fraction in fractions[odd].tolist()]
    texts[known] = dates[day] + _MINUTES[ms // MINUTE] + _SECONDS[ms // SECOND % 60] + tails
    return texts.tolist()


_MINUTES = np.array([f"{n // 60:02}:{n % 60:02}:" for n in range(24 * 60)], np.object_)
_SECONDS = np.array([f"{n:02}" for n in range(60)], np.object_)


def _seconds(column: Instants) -> list[int | float]:
    if not np.any(column % SECOND):
        return (column // SECOND).tolist()  # type: ignore[no-any-return]
    return [seconds(ms) for ms in column.tolist()]
