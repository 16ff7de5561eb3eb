"""Tickets of a file in, results out: no connection, no state (docs/evaluate.md)."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sla_engine import Engine, Evaluation
from sla_engine.agreement import fields_read
from sla_engine.condition import OWN_FIELDS
from slabridge.config import read_definitions
from slabridge.ticket.file import read_batches
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
        wanted = frozenset().union(*(fields_read(a) for a in engine.definitions.agreements)).difference(OWN_FIELDS)
        seen: set[str] = set()
        linked = read_linked(self.tickets) if self.chain and engine.definitions.chain else Linked()
        for batch in read_batches(self.tickets):
            others = linked.others(batch.tickets)
            evaluation = engine.evaluate(
                batch.tickets, self.as_of, segments=self.segments, chain=self.chain, others=others
            )
            invalid = [*batch.invalid, *((batch.lines[n], text) for n, text in evaluation.invalid)]
            warnings = [(batch.lines[n], f"{batch.tickets[n].key}: {text}") for n, text in evaluation.warnings]
            yield EvaluatedBatch(evaluation, sorted(invalid), warnings)
            for ticket in batch.tickets:
                seen.update(ticket.fields, *(entry.changes for entry in ticket.history))
        self.unseen = sorted(wanted - seen)
