"""Tickets of a file in, results out: no connection, no state (docs/evaluate.md)."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sla_engine import Engine, Evaluation, Ticket
from sla_engine.agreement import fields_read
from sla_engine.condition import OWN_FIELDS
from sla_engine.ticket import Name
from slabridge.config import read_definitions
from slabridge.ticket.file import read_batches, read_tables
from slabridge.ticket.linked import Linked, read_linked


@dataclass(frozen=True, slots=True)
class EvaluatedBatch:
    """Some tickets' results; `invalid` and `warnings` are (line of the file, text)."""

    evaluation: Evaluation
    invalid: Sequence[tuple[int, str]]
    warnings: Sequence[tuple[int, str]]


@dataclass(slots=True)
class Evaluating:
    """An evaluation of a file; `unseen` are, at its end, fields that the agreements read and that no ticket has."""

    config: Path
    tickets: Path
    as_of: int
    segments: bool
    chain: bool = False
    unseen: Sequence[str] = ()

    def batches(self) -> Iterator[EvaluatedBatch]:
        """Evaluate the file batch by batch.

        Raises:
            ConfigError: the configuration has problems.
            UnreadableFile: the file cannot be read on.
        """
        engine = Engine(read_definitions(self.config))
        gc.disable()  # nothing here forms cycles, and the collector would walk millions of values again and again
        yield from self._with_chain(engine) if self.chain else self._alone(engine)

    def _alone(self, engine: Engine) -> Iterator[EvaluatedBatch]:
        unseen = _fields_of(engine)
        for lines, read in read_tables(self.tickets, engine.columns):
            evaluation = engine.evaluate_read(read, self.as_of, segments=self.segments)
            invalid = [(lines[place], reason) for place, reason in read.invalid]
            whole = len(read.places) == len(lines)
            yield _batch(evaluation, lines if whole else [lines[n] for n in read.places], read.names, invalid)
            unseen &= set(read.missing)
        self.unseen = sorted(unseen)

    def _with_chain(self, engine: Engine) -> Iterator[EvaluatedBatch]:
        unseen = _fields_of(engine)
        linked = read_linked(self.tickets) if engine.definitions.chain else Linked()
        for batch in read_batches(self.tickets):
            others = linked.others(batch.tickets)
            evaluation = engine.evaluate(batch.tickets, self.as_of, segments=self.segments, chain=True, others=others)
            yield _batch(evaluation, batch.lines, batch.tickets, batch.invalid)
            for ticket in batch.tickets:
                unseen = unseen.difference(ticket.fields, *(entry.changes for entry in ticket.history))
        self.unseen = sorted(unseen)


def _fields_of(engine: Engine) -> frozenset[str]:
    """Return the fields of tickets that the agreements read."""
    return frozenset().union(*(fields_read(a) for a in engine.definitions.agreements)).difference(OWN_FIELDS)


def _batch(
    evaluation: Evaluation, lines: Sequence[int], tickets: Sequence[Ticket | Name], invalid: Sequence[tuple[int, str]]
) -> EvaluatedBatch:
    wrong = sorted([*invalid, *((lines[n], text) for n, text in evaluation.invalid)])
    return EvaluatedBatch(
        evaluation, wrong, [(lines[n], f"{tickets[n].key}: {text}") for n, text in evaluation.warnings]
    )
