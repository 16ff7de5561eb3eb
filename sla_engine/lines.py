"""Results as lines of JSON, straight from the columns: what `Result.as_json` says, several times faster.

Printing costs more than judging. What is the same for a ticket or for an objective is turned into text once, and what
is left of a line is put together in one go.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np

from sla_engine.attribution import holder_text
from sla_engine.clause import Clause
from sla_engine.instant import DAY, MINUTE, NULL, SECOND, format_instant
from sla_engine.result import FIELDS
from sla_engine.table import Column
from sla_engine.ticket import Ticket
from sla_engine.verdict import Stage, Status, Verdicts
from sla_engine.worktime import Instants

Texts = Iterable[str]

_OF_TICKET = {"source": "source", "ticket": "key", "id": "id"}
"""The keys with which all lines of a ticket begin -> its attributes."""
_FLAG_NAMES = ("stage", "status", "breached", "excluded")
"""Keys that follow each other and have few values: their texts are looked up together."""
_REST = tuple(name for name in FIELDS if name not in (*_OF_TICKET, *_FLAG_NAMES[1:]))


def lines_of(clause: Clause, verdicts: Verdicts, heads: Sequence[str], holder: Column) -> list[str]:
    """Return a line for each of one objective's results; `heads` has how each ticket's lines begin."""
    agreement, decided = clause.agreement, verdicts.decided
    flags = (verdicts.stage * len(Status) + verdicts.status) * 4 + verdicts.breached * 2 + verdicts.excluded
    holders = np.array([json.dumps(holder_text(values)) for values in holder.values], np.object_)
    texts: dict[str, str | Texts] = {
        "agreement": json.dumps(agreement.id),
        "kind": json.dumps(agreement.kind),
        "objective": json.dumps(clause.objective.name),
        "cycle": map(str, verdicts.cycle.tolist()),
        "stage": _FLAGS[flags].tolist(),
        "started_at": _instants(verdicts.started_at),
        "stopped_at": _instants(verdicts.stopped_at),
        "due_at": _instants(verdicts.due_at),
        "due_if_resumed": _instants(verdicts.due_if_resumed),
        "breached_at": _instants(verdicts.breached_at),
        "next_change_at": _instants(verdicts.next_change_at),
        "target_seconds": _seconds(verdicts.target),
        "elapsed_seconds": _seconds(verdicts.elapsed),
        "remaining_seconds": _seconds(verdicts.remaining),
        "paused_seconds": _seconds(verdicts.paused),
        "percent": _percents(verdicts.target - verdicts.remaining, verdicts.target),
        "holder": holders[holder.codes[decided.deciding]].tolist(),
        "definition": json.dumps(clause.definition),
    }
    beginnings = map(heads.__getitem__, verdicts.ticket.tolist())
    return list(map("".join, zip(beginnings, *_parts(texts), strict=False)))


def head_of(ticket: Ticket) -> str:
    """Return how all lines of a ticket begin."""
    return "{" + ",".join(
        f'"{name}":{json.dumps(getattr(ticket, attribute))}' for name, attribute in _OF_TICKET.items()
    )


def _parts(texts: Mapping[str, str | Texts]) -> Iterator[Texts]:
    """Yield what a line consists of, key by key; what is the same in all lines is one text."""
    same = ""
    for name in _REST:
        same += f',"{name}":'
        text = texts[name]
        if isinstance(text, str):
            same += text
        else:
            yield repeat(same)
            yield text
            same = ""
    yield repeat(f"{same}}}\n")


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


def _percents(used: Instants, target: Instants) -> Texts:
    """Return shares of the target in percent; of a target without working time there is none."""
    hundredths = used * 10_000 // np.maximum(target, 1)
    signs = np.where(hundredths < 0, "-", "").tolist()
    whole, rest = np.divmod(np.abs(hundredths), 100)
    texts = map("".join, zip(signs, map(str, whole.tolist()), _HUNDREDTHS[rest].tolist(), strict=True))
    if target.all():
        return texts
    return [text if length else "null" for text, length in zip(texts, target.tolist(), strict=True)]


_FLAGS = np.array(
    [
        f'"{stage.name.lower()}","{_FLAG_NAMES[1]}":"{status.name.lower()}","{_FLAG_NAMES[2]}":{breached},'
        f'"{_FLAG_NAMES[3]}":{excluded}'
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
