"""The engine: tickets and definitions in, results out. No I/O, no clock."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from typing import Final

from sla_engine.agreement import Agreement, Definitions, Rule, fields_read
from sla_engine.chain.backing import backing
from sla_engine.chain.chained import chaining_of
from sla_engine.chain.group import together
from sla_engine.chain.hours import Hours
from sla_engine.chain.position import Position
from sla_engine.chunk import Chunk
from sla_engine.clause import Clause, clauses_of
from sla_engine.condition import SOURCE, fields_of
from sla_engine.decide import decide
from sla_engine.derived import derived
from sla_engine.instant import NULL
from sla_engine.judged import ClauseResults
from sla_engine.replay import Cycles, find_cycles
from sla_engine.result import Result
from sla_engine.table import Table
from sla_engine.tabulate import Warned, tabulate
from sla_engine.ticket import Name, Ticket
from sla_engine.ticket_lines import TicketsRead
from sla_engine.timeline import Timeline
from sla_engine.verdict import verdicts_of
from sla_engine.worktime import Calendar, Instants
from sla_engine.zone import Zone

CHUNK: Final = 8_000
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
        found = [result for chunk in self.chunks for result in chunk.results()]
        found.sort(key=attrgetter("position"))
        return found

    def lines(self) -> Iterator[bytes]:
        """Yield `results` as lines of JSON in ASCII, many at a time, without segments; faster than one by one."""
        return (lines for chunk in self.chunks for lines in chunk.lines())


class Engine:
    """Definitions made ready to judge by: calendars are compiled as tickets reach them, and kept."""

    def __init__(self, definitions: Definitions, dimensions: Collection[str] = ()) -> None:
        """Make definitions ready; results show these fields as they were at their deciding row, and breach holders."""
        self.definitions = definitions
        self.calendars = {name: Calendar(definition) for name, definition in definitions.calendars.items()}
        self.zone = Zone(definitions.timezone)
        self.clauses = clauses_of(definitions)
        read = (fields_read(agreement) for agreement in definitions.agreements)
        chain = (fields_of(condition) for rule in definitions.chain for condition in rule.conditions())
        self.fields = frozenset([definitions.holder, SOURCE]).union(*read, *chain)
        self.dimensions = tuple(sorted(dimensions))
        self.columns = self.fields.union(dimensions)
        self.chaining = chaining_of(definitions, backing(definitions.agreements), Hours(self.calendars))

    def only(self, agreement: Agreement) -> "Engine":
        """Return an engine of one of the agreements, without the chain; it shares the calendars that are compiled."""
        alone = copy(self)
        alone.definitions = replace(self.definitions, agreements=(agreement,), chain=(), paths=())
        alone.clauses = [clause for clause in self.clauses if clause.agreement is agreement]
        return alone

    def evaluate(
        self,
        tickets: Sequence[Ticket],
        as_of: int,
        *,
        segments: bool = False,
        chain: bool = False,
        others: Sequence[Ticket] = (),
    ) -> Evaluation:
        """Evaluate tickets as at `as_of` (ms UTC); what happened after it is not seen.

        With `chain`, what linked tickets say of each result is found too. All that are linked, directly or through
        others, must be among the tickets, or among `others`, of which nothing is returned.
        """
        every = [*tickets, *others]
        parts = together(every, CHUNK) if chain and self.definitions.chain else [*_ranges(len(every))]
        found = []
        for part in parts:
            part_of = [every[place] for place in part]
            linked = part_of if chain else None
            tabulated = tabulate(part_of, self.columns)
            found.append(self._chunk(part, part_of, tabulated, as_of, segments=segments, linked=linked))
        problems = [(chunk.places[place], TOO_FAR) for chunk, _ in found for place in chunk.overdue]
        warnings = [(chunk.places[place], text) for chunk, warned in found for place, text in warned]
        return Evaluation(
            [replace(chunk, wanted=len(tickets)) for chunk, _ in found],
            sorted(problem for problem in problems if problem[0] < len(tickets)),
            sorted(warning for warning in warnings if warning[0] < len(tickets)),
        )

    def evaluate_read(self, read: TicketsRead, as_of: int, *, segments: bool = False) -> Evaluation:
        """Evaluate tickets as `evaluate` does, as they were read from lines with `columns`, but without their chain."""
        tabulated = read.table, read.warned
        chunk, warned = self._chunk(range(len(read.names)), read.names, tabulated, as_of, segments=segments)
        return Evaluation([chunk], [(place, TOO_FAR) for place in sorted(chunk.overdue)], sorted(warned))

    def _chunk(  # noqa: PLR0913 - what a chunk is made of
        self,
        places: Sequence[int],
        tickets: Sequence[Ticket | Name],
        tabulated: tuple[Table, Warned],
        as_of: int,
        *,
        segments: bool,
        linked: Sequence[Ticket] | None = None,
    ) -> tuple[Chunk, Iterable[tuple[int, str]]]:
        timeline = self._timeline(tabulated[0], as_of)
        judged = list(self._judged(timeline))
        overdue = frozenset(int(ticket) for part in judged for ticket in part.verdicts.ticket[part.verdicts.overdue])
        problems = [*tabulated[1], *(warning for part in judged for warning in part.warnings)]
        chained = None if linked is None else self.chaining.chained(linked, judged, timeline, overdue)
        holder, wanted = self.definitions.holder, self.dimensions
        chunk = Chunk(places, tickets, judged, overdue, holder, segments, chained, dimensions=wanted)
        return chunk, dict.fromkeys(problems)

    def _timeline(self, table: Table, as_of: int) -> Timeline:
        return Timeline(derived(table.until(as_of), self.fields, self.calendars), as_of, self.calendars)

    def positions(self, tickets: Sequence[Ticket], as_of: int) -> list[Position]:
        """Return where each ticket stands in the chain as at `as_of`, in their order.

        All that are linked, directly or through others, must be among them. A ticket not created yet stands alone, and
        nobody holds it.
        """
        found: dict[int, Position] = {}
        for places in together(tickets, CHUNK):
            part_of = [tickets[place] for place in places]
            table, _ = tabulate(part_of, self.fields)
            timeline = self._timeline(table, as_of)
            judged = self._judged(timeline) if any(ticket.links for ticket in part_of) else ()
            overdue = frozenset(int(ticket) for one in judged for ticket in one.verdicts.ticket[one.verdicts.overdue])
            found |= zip(places, self.chaining.positions(part_of, timeline, overdue), strict=True)
        return [found[place] for place in range(len(tickets))]

    def judge(self, table: Table, as_of: int) -> Iterator[ClauseResults]:
        """Judge every objective over a table that holds no row after `as_of`, column by column."""
        return self._judged(Timeline(table, as_of, self.calendars))

    def judge_each(self, clause: Clause, table: Table, until: Instants) -> ClauseResults:
        """Judge one objective over a table, each ticket as at an instant of its own (ms UTC) behind all its rows."""
        timeline = Timeline(table, int(until.max(initial=NULL)), self.calendars, until)
        return self._results(clause, find_cycles(clause.objective.rule, timeline), timeline)

    def _judged(self, timeline: Timeline) -> Iterator[ClauseResults]:
        replayed: dict[Rule, Cycles] = {}
        for clause in self.clauses:
            objective = clause.objective
            if objective.rule not in replayed:
                replayed[objective.rule] = find_cycles(objective.rule, timeline)
            yield self._results(clause, replayed[objective.rule], timeline)

    def _results(self, clause: Clause, cycles: Cycles, timeline: Timeline) -> ClauseResults:
        decided, warnings = decide(clause.agreement, clause.objective, cycles, timeline, self.zone)
        verdicts = verdicts_of(clause.agreement, clause.objective, cycles, decided, timeline)
        return ClauseResults(clause, cycles, verdicts, timeline, warnings)


def _ranges(tickets: int) -> Iterator[range]:
    return (range(base, min(base + CHUNK, tickets)) for base in range(0, tickets, CHUNK))


def evaluate(
    tickets: Sequence[Ticket], definitions: Definitions, as_of: int, *, segments: bool = True, chain: bool = False
) -> Evaluation:
    """Evaluate tickets once; who evaluates more than once keeps an `Engine`."""
    return Engine(definitions).evaluate(tickets, as_of, segments=segments, chain=chain)
