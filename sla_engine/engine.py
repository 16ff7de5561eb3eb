"""The engine: tickets and definitions in, results out. No I/O, no clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final
from zoneinfo import ZoneInfo

from sla_engine.agreement import Definitions, Rule, fields_read
from sla_engine.condition import SOURCE
from sla_engine.decide import decide
from sla_engine.identity import definition_of
from sla_engine.judge import judge
from sla_engine.replay import Cycles, find_cycles
from sla_engine.result import Result
from sla_engine.results import Clause, Part, results_of
from sla_engine.table import Table
from sla_engine.tabulate import tabulate
from sla_engine.ticket import Ticket
from sla_engine.timeline import Timeline
from sla_engine.worktime import Calendar

CHUNK: Final = 32_000
"""Tickets judged at a time: the arrays of a chunk stay in the processor's cache, and memory stays bounded."""

TOO_FAR: Final = "a due time lies more than 3,653 days after its cycle's end: the calendar has too little working time"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results ordered by (ticket, agreement, objective, cycle), and (position, text) of what is wrong with tickets.

    An invalid ticket has no results; a warning is about data that was read all the same.
    """

    results: Sequence[Result]
    invalid: Sequence[tuple[int, str]]
    warnings: Sequence[tuple[int, str]]


class Engine:
    """Definitions made ready to judge by: calendars are compiled as tickets reach them, and kept."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.calendars = {name: Calendar(definition) for name, definition in definitions.calendars.items()}
        self.zone = ZoneInfo(definitions.timezone)
        self.clauses = [
            Clause(agreement, objective, definition_of(agreement, objective, definitions))
            for agreement in definitions.agreements
            for objective in agreement.objectives
        ]
        read = (fields_read(agreement) for agreement in definitions.agreements)
        self.fields = frozenset([definitions.holder, SOURCE]).union(*read)

    def evaluate(self, tickets: Sequence[Ticket], as_of: int, *, segments: bool = False) -> Evaluation:
        """Evaluate tickets as at `as_of` (ms UTC); what happened after it is not seen."""
        results: list[Result] = []
        invalid: list[tuple[int, str]] = []
        warnings: list[tuple[int, str]] = []
        for base in range(0, len(tickets), CHUNK):
            chunk = tickets[base : base + CHUNK]
            table, problems = tabulate(chunk, self.fields)
            warnings += [(base + position, text) for position, text in problems]
            parts = list(self.judged(table.until(as_of), as_of))
            overdue = {int(ticket) for part in parts for ticket in part.judged.ticket[part.judged.overdue]}
            invalid += [(base + position, TOO_FAR) for position in sorted(overdue)]
            found = [
                result
                for part in parts
                for result in results_of(part, chunk, self.definitions.holder, segments=segments)
                if result.position not in overdue
            ]
            found.sort(key=attrgetter("position"))
            results += [replace(result, position=base + result.position) for result in found] if base else found
        return Evaluation(results, invalid, warnings)

    def judged(self, table: Table, as_of: int) -> Iterator[Part]:
        """Judge every objective over a table that holds no row after `as_of`, column by column."""
        timeline = Timeline(table, as_of, self.calendars)
        replayed: dict[Rule, Cycles] = {}
        for clause in self.clauses:
            objective = clause.objective
            if objective.rule not in replayed:
                replayed[objective.rule] = find_cycles(objective.rule, timeline)
            cycles = replayed[objective.rule]
            decided = decide(clause.agreement, objective, cycles, timeline, self.zone)
            yield Part(clause, cycles, judge(clause.agreement, objective, cycles, decided, timeline), timeline)


def evaluate(tickets: Sequence[Ticket], definitions: Definitions, as_of: int, *, segments: bool = True) -> Evaluation:
    """Evaluate tickets once; who evaluates more than once keeps an `Engine`."""
    return Engine(definitions).evaluate(tickets, as_of, segments=segments)
