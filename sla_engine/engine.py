"""The engine: tickets and definitions in, results out. No I/O, no clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sla_engine.agreement import Definitions, Rule, fields_read
from sla_engine.chunk import Chunk, ClauseResults
from sla_engine.clause import clauses_of
from sla_engine.condition import SOURCE
from sla_engine.decide import decide
from sla_engine.derived import derived
from sla_engine.replay import Cycles, find_cycles
from sla_engine.result import Result
from sla_engine.table import Table
from sla_engine.tabulate import tabulate
from sla_engine.ticket import Ticket
from sla_engine.timeline import Timeline
from sla_engine.verdict import verdicts_of
from sla_engine.worktime import Calendar
from sla_engine.zone import Zone

CHUNK: Final = 32_000
"""Tickets judged at a time: the arrays of a chunk stay in the processor's cache, and memory stays bounded."""

TOO_FAR: Final = "a due time lies more than 3,653 days after its cycle's end: the calendar has too little working time"


@dataclass(frozen=True)
class Evaluation:
    """What evaluating tickets gave: results, and (position, text) of what is wrong with tickets.

    An invalid ticket has no results; a warning is about data that was read all the same.
    """

    chunks: Sequence[Chunk]
    invalid: Sequence[tuple[int, str]]
    warnings: Sequence[tuple[int, str]]

    @cached_property
    def results(self) -> Sequence[Result]:
        """Results ordered by (ticket, agreement, objective, cycle)."""
        return [result for chunk in self.chunks for result in chunk.results()]

    def lines(self) -> Iterator[str]:
        """Yield each of `results` as a line of JSON, without segments; much faster than going through `results`."""
        for chunk in self.chunks:
            yield from chunk.lines()


class Engine:
    """Definitions made ready to judge by: calendars are compiled as tickets reach them, and kept."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.calendars = {name: Calendar(definition) for name, definition in definitions.calendars.items()}
        self.zone = Zone(definitions.timezone)
        self.clauses = clauses_of(definitions)
        read = (fields_read(agreement) for agreement in definitions.agreements)
        self.fields = frozenset([definitions.holder, SOURCE]).union(*read)

    def evaluate(self, tickets: Sequence[Ticket], as_of: int, *, segments: bool = False) -> Evaluation:
        """Evaluate tickets as at `as_of` (ms UTC); what happened after it is not seen."""
        chunks: list[Chunk] = []
        invalid: list[tuple[int, str]] = []
        warnings: list[tuple[int, str]] = []
        for base in range(0, len(tickets), CHUNK):
            part_of = tickets[base : base + CHUNK]
            table, problems = tabulate(part_of, self.fields)
            found = list(self.judge(derived(table.until(as_of), self.fields, self.calendars), as_of))
            problems += [warning for part in found for warning in part.warnings]
            warnings += dict.fromkeys((base + position, text) for position, text in problems)
            overdue = frozenset(int(ticket) for part in found for ticket in part.verdicts.ticket[part.verdicts.overdue])
            invalid += [(base + position, TOO_FAR) for position in sorted(overdue)]
            chunks.append(Chunk(base, part_of, found, overdue, self.definitions.holder, segments))
        return Evaluation(chunks, invalid, warnings)

    def judge(self, table: Table, as_of: int) -> Iterator[ClauseResults]:
        """Judge every objective over a table that holds no row after `as_of`, column by column."""
        timeline = Timeline(table, as_of, self.calendars)
        replayed: dict[Rule, Cycles] = {}
        for clause in self.clauses:
            objective = clause.objective
            if objective.rule not in replayed:
                replayed[objective.rule] = find_cycles(objective.rule, timeline)
            cycles = replayed[objective.rule]
            decided, warnings = decide(clause.agreement, objective, cycles, timeline, self.zone)
            verdicts = verdicts_of(clause.agreement, objective, cycles, decided, timeline)
            yield ClauseResults(clause, cycles, verdicts, timeline, warnings)


def evaluate(tickets: Sequence[Ticket], definitions: Definitions, as_of: int, *, segments: bool = True) -> Evaluation:
    """Evaluate tickets once; who evaluates more than once keeps an `Engine`."""
    return Engine(definitions).evaluate(tickets, as_of, segments=segments)
