"""Results as lines of JSON, straight from the columns: what `Result.as_json` says, many times faster.

Printing costs more than judging. Every key and value has a width of its own, so that the lines of an objective are one
block of bytes, filled column by column; what a value leaves of its width is NUL, which stands in no JSON, and is taken
out of many lines at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sla_engine.attribution import holder_text
from sla_engine.clause import Clause
from sla_engine.instant import DAY, NULL, SECOND
from sla_engine.result import FIELDS
from sla_engine.table import Codes, Column, Rows
from sla_engine.ticket import Name, Ticket, Values
from sla_engine.verdict import Stage, Status, Verdicts
from sla_engine.worktime import Instants

Block = npt.NDArray[np.uint8]
"""A row of bytes for each line."""

NUL = b"\0"

_FIRST = ("source", "ticket", "id")
"""The keys with which all lines of a ticket begin."""
_FLAG_NAMES = ("stage", "status", "breached", "excluded")
"""Keys that follow each other and have few values: their texts are looked up together."""
_LAST = ("holder", "definition")
"""The keys with which lines end; who holds a ticket is the last thing that a line says of it alone."""
_REST = tuple(name for name in FIELDS if name not in (*_FIRST, *_FLAG_NAMES[1:], *_LAST))


class Lines(NamedTuple):
    """How lines go on after their head, part by part, and how they end: `end` is the place of that in `ends`.

    Parts that are bytes are the same in all lines.
    """

    parts: Sequence[bytes | Block]
    end: Codes
    ends: Sequence[bytes]

    def middles(self, chosen: slice) -> list[bytes]:
        """Return how these lines go on, with NULs in it: a line that is the same everywhere, with columns written."""
        lines = len(self.end[chosen])
        if not lines:
            return []
        widths = [len(part) if isinstance(part, bytes) else part.shape[1] for part in self.parts]
        same = b"".join(part if isinstance(part, bytes) else bytes(part.shape[1]) for part in self.parts)
        filled = np.full(lines, same, f"S{len(same)}")
        for begin, width, part in zip(accumulate(widths, initial=0), widths, self.parts, strict=False):
            if not isinstance(part, bytes):
                column = np.ndarray(lines, f"V{width}", filled, begin, filled.strides)
                column[:] = np.ascontiguousarray(part[chosen]).view(column.dtype)[:, 0]
        found: list[bytes] = filled.tolist()
        return found


def lines_of(clause: Clause, verdicts: Verdicts, holder: Column) -> Lines:
    """Return the lines of one objective's results."""
    agreement, target, remaining = clause.agreement, verdicts.target, verdicts.remaining
    flags = (verdicts.stage * len(Status) + verdicts.status) * 4 + verdicts.breached * 2 + verdicts.excluded
    blocks: dict[str, bytes | list[Block]] = {
        "agreement": quoted(agreement.id).encode(),
        "kind": quoted(agreement.kind).encode(),
        "objective": quoted(clause.objective.name).encode(),
        "cycle": [_digits(verdicts.cycle)],
        "stage": [_FLAGS.take(flags, 0)],
        "started_at": _instants(verdicts.started_at),
        "stopped_at": _instants(verdicts.stopped_at),
        "due_at": _instants(verdicts.due_at),
        "due_if_resumed": _instants(verdicts.due_if_resumed),
        "breached_at": _instants(verdicts.breached_at),
        "next_change_at": _instants(verdicts.next_change_at),
        "target_seconds": _seconds(target),
        "elapsed_seconds": _seconds(verdicts.elapsed),
        "remaining_seconds": _seconds(remaining),
        "paused_seconds": _seconds(verdicts.paused),
        "percent": _percents(target - remaining, target),
    }
    definition = quoted(clause.definition)
    ends = [f',"holder":{_text(values)},"definition":{definition}}}\n'.encode() for values in holder.values]
    return Lines([*_parts(blocks)], holder.codes[verdicts.decided.deciding], ends)


def head_of(ticket: Ticket | Name) -> bytes:
    """Return how all lines of a ticket begin."""
    key = quoted(ticket.key)
    identity = key if ticket.id == ticket.key else quoted(ticket.id)
    return f'{{"source":{quoted(ticket.source)},"ticket":{key},"id":{identity}'.encode()


def _parts(blocks: Mapping[str, bytes | list[Block]]) -> Iterator[bytes | Block]:
    """Yield what lines consist of between head and holder; bytes are the same in all of them."""
    for name in _REST:
        block = blocks[name]
        yield f',"{name}":'.encode()
        yield from [block] if isinstance(block, bytes) else block


def _text(values: Values) -> str:
    text = holder_text(values)
    return "null" if text is None else quoted(text)


def _instants(column: Instants) -> bytes | list[Block]:
    """Return instants as JSON; dates, times and fractions of a second are looked up."""
    there = np.flatnonzero(column != NULL)
    if not len(there):
        return b"null"
    days, ms = _divided(column[there], DAY)
    seconds, fractions = _divided(ms, SECOND)
    first, beyond = (int(days.min()) // _SPAN, int(days.max()) // _SPAN + 1)
    ends = _fractions() if fractions.any() else _WHOLE
    blocks = [_dates(first, beyond).take(days - first * _SPAN, 0), _times().take(seconds, 0), ends.take(fractions, 0)]
    if len(there) == len(column):
        return blocks
    written = np.concatenate(blocks, axis=1)
    every = np.full(len(column), "null", f"S{written.shape[1]}")
    every[there] = written.view(every.dtype)[:, 0]
    return [every.view(np.uint8).reshape(len(column), -1)]


_SPAN = 3_653
"""Days of whose dates a block is made at a time: ten years."""


@lru_cache(maxsize=64)
def _dates(first: int, beyond: int) -> Block:
    days = np.arange(first * _SPAN, beyond * _SPAN).astype("datetime64[D]")
    return _block([f'"{date}T' for date in np.datetime_as_string(days).tolist()])


@cache
def _times() -> Block:
    texts = np.datetime_as_string(np.arange(DAY // SECOND).astype("datetime64[s]")).astype(np.bytes_)
    times = texts.view(np.uint8).reshape(len(texts), -1)[:, len("1970-01-01T") : len("1970-01-01T00:00:00")]
    return np.ascontiguousarray(times)


@cache
def _fractions() -> Block:
    return _block(['Z"', *(f'.{n:03}Z"' for n in range(1, 1000))])


def _block(texts: Sequence[str]) -> Block:
    """Return texts as rows of bytes, filled up with NUL."""
    rows = np.array([text.encode() for text in texts])
    return rows.view(np.uint8).reshape(len(texts), -1)


def _seconds(column: Instants) -> list[Block]:
    """Return milliseconds as seconds, a whole number where it is one."""
    whole, ms = _divided(np.abs(column), SECOND)
    blocks = [*_signs(column), _digits(whole)]
    return [*blocks, _THOUSANDTHS.take(ms, 0)] if ms.any() else blocks


def _percents(used: Instants, target: Instants) -> list[Block]:
    """Return shares of the target in percent; of a target without working time there is none."""
    hundredths = used * 10_000 // np.maximum(target, 1)
    whole, rest = _divided(np.abs(hundredths), 100)
    blocks = [*_signs(hundredths), _digits(whole), _HUNDREDTHS.take(rest, 0)]
    if not target.all():
        block = np.concatenate(blocks, axis=1)
        block = np.concatenate([block, np.zeros((len(block), len("null")), np.uint8)], axis=1)
        block[target == 0] = 0
        block[target == 0, : len("null")] = np.frombuffer(b"null", np.uint8)
        return [block]
    return blocks


def _divided(column: Rows, by: int) -> tuple[Rows, Rows]:
    """Return what `np.divmod` does, in half the time."""
    whole = column // by
    return whole, column - whole * by


def _signs(column: Rows) -> list[Block]:
    negative = column < 0
    return [np.where(negative, np.uint8(ord("-")), np.uint8(0))[:, None]] if negative.any() else []


def _digits(column: Rows) -> Block:
    """Return whole numbers that are not negative; zeros in front of them are NUL."""
    largest = int(column.max(initial=0))
    rest: npt.NDArray[np.unsignedinteger] = column.astype(np.uint32 if largest < 1 << 32 else np.uint64)
    block = np.empty((len(column), len(str(largest))), np.uint8)
    for place in range(block.shape[1] - 1, -1, -1):
        shown = rest > 0 if place < block.shape[1] - 1 else True
        ahead = rest // 10
        block[:, place] = np.where(shown, rest - ahead * 10 + ord("0"), 0)
        rest = ahead
    return block


_FLAGS = _block(
    [
        f'"{stage.name.lower()}","{_FLAG_NAMES[1]}":"{status.name.lower()}","{_FLAG_NAMES[2]}":{breached},'
        f'"{_FLAG_NAMES[3]}":{excluded}'
        for stage in Stage
        for status in Status
        for breached in ("false", "true")
        for excluded in ("false", "true")
    ]
)
_WHOLE = _block(['Z"'])
_THOUSANDTHS = _block(["", *(f".{n:03}".rstrip("0") for n in range(1, 1000))])
_HUNDREDTHS = _block([".0", *(f".{n:02}".rstrip("0") for n in range(1, 100))])
