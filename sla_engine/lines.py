"""Results as lines of JSON, straight from the columns: what `Result.as_json` says, several times faster.

Printing costs more than judging. What is the same for a ticket or for an objective is turned into text once, and what
is left of a line is put together in one go.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import repeat

import numpy as np
import numpy.typing as npt

from sla_engine.attribution import holder_text
from sla_engine.clause import Clause
from sla_engine.instant import DAY, MINUTE, SECOND, format_instant
from sla_engine.table import Column
from sla_engine.ticket import Ticket
from sla_engine.verdict import NULL, Judged, Stage, Status
from sla_engine.worktime import Instants

Texts = Iterable[str]


def lines_of(clause: Clause, judged: Judged, heads: Sequence[str], holder: Column) -> list[str]:
    """Return a line for each of one objective's results; `heads` has how each ticket's lines begin."""
    agreement, decided = clause.agreement, judged.decided
    promise = (
        f'"agreement":{json.dumps(agreement.id)},"kind":"{agreement.kind}",'
        f'"objective":{json.dumps(clause.objective.name)},"cycle":'
    )
    ending = f',"definition":"{clause.definition}"}}\n'
    holders = np.array([json.dumps(holder_text(values)) + ending for values in holder.values], np.object_)
    flags = (judged.stage * len(Status) + judged.status) * 4 + judged.breached * 2 + judged.excluded
    parts: tuple[Texts, ...] = (
        map(heads.__getitem__, judged.ticket.tolist()),
        repeat(promise),
        map(str, judged.cycle.tolist()),
        _FLAGS[flags].tolist(),
        _instants(judged.started_at),
        repeat(',"stopped_at":'),
        _instants(judged.stopped_at),
        repeat(',"due_at":'),
        _instants(judged.due_at),
        repeat(',"due_if_resumed":'),
        _instants(judged.due_if_resumed),
        repeat(',"breached_at":'),
        _instants(judged.breached_at),
        repeat(',"next_change_at":'),
        _instants(judged.next_change_at),
        repeat(',"target_seconds":'),
        _seconds(decided.target),
        repeat(',"elapsed_seconds":'),
        _seconds(judged.elapsed),
        repeat(',"remaining_seconds":'),
        _seconds(decided.target - judged.elapsed),
        repeat(',"paused_seconds":'),
        _seconds(judged.paused),
        repeat(',"percent":'),
        _percents(judged.elapsed * 10_000 // decided.target),
        repeat(',"holder":'),
        holders[holder.codes[decided.deciding]].tolist(),
    )
    return list(map("".join, zip(*parts, strict=False)))


def head_of(ticket: Ticket) -> str:
    """Return how all lines of a ticket begin."""
    return f'{{"source":{json.dumps(ticket.source)},"ticket":{json.dumps(ticket.key)},"id":{json.dumps(ticket.id)},'


def _instants(column: Instants) -> list[str]:
    """Return instants as JSON: date, minute, second and fraction are each turned into text once."""
    texts = np.full(len(column), "null", np.object_)
    known = np.flatnonzero(column != NULL)
    days, ms = np.divmod(column[known], DAY)
    distinct, day = np.unique(days, return_inverse=True)
    dates = np.array([f'"{format_instant(n * DAY)[:11]}' for n in distinct.tolist()], np.object_)
    texts[known] = dates[day] + _MINUTES[ms // MINUTE] + _SECONDS[ms // SECOND % 60] + _TAILS[ms % SECOND]
    return texts.tolist()


def _seconds(column: Instants) -> Texts:
    """Return milliseconds as seconds, a whole number where it is one."""
    if not np.any(column % SECOND):
        return map(str, (column // SECOND).tolist())
    signs = np.where(column < 0, "-", "").tolist()
    whole, ms = np.divmod(np.abs(column), SECOND)
    return map("".join, zip(signs, map(str, whole.tolist()), _THOUSANDTHS[ms].tolist(), strict=True))


def _percents(hundredths: npt.NDArray[np.int64]) -> Texts:
    whole, rest = np.divmod(hundredths, 100)
    return map("".join, zip(map(str, whole.tolist()), _HUNDREDTHS[rest].tolist(), strict=True))


_FLAGS = np.array(
    [
        f',"stage":"{stage.name.lower()}","status":"{status.name.lower()}","breached":{breached},'
        f'"excluded":{excluded},"started_at":'
        for stage in Stage
        for status in Status
        for breached in ("false", "true")
        for excluded in ("false", "true")
    ],
    np.object_,
)
_MINUTES = np.array([f"{n // 60:02}:{n % 60:02}:" for n in range(24 * 60)], np.object_)
_SECONDS = np.array([f"{n:02}" for n in range(60)], np.object_)
_TAILS = np.array(['Z"', *(f'.{n:03}Z"' for n in range(1, 1000))], np.object_)
_THOUSANDTHS = np.array(["", *(f".{n:03}".rstrip("0") for n in range(1, 1000))], np.object_)
_HUNDREDTHS = np.array([".0", *(f".{n:02}".rstrip("0") for n in range(1, 100))], np.object_)
