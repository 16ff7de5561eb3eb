"""What tickets come to in a period, gathered batch by batch."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs

from sla_engine import Engine, Result, Ticket
from slabridge.config.services.consequence import Consequences
from slabridge.config.services.reporting import Reporting
from slabridge.report.case import Case, Name, cases_of, decided_before, name_of
from slabridge.report.changed import Changed, Changes
from slabridge.report.life import Life, lives_of
from slabridge.report.period import Period
from slabridge.report.selection import Selection, asked_of, bases_of, dimensions_of, fields_asked
from slabridge.report.strictest import Strictest
from slabridge.report.usage import Usage

Held = tuple[tuple[str, tuple[str, ...]], ...]
"""What fields held: names and values."""

OfTicket = tuple[str, str]
"""A ticket's source and id."""

Keep = Callable[[Sequence[Result], int], list[Result]]
"""Returns results as at an instant as the state has them: what had ended keeps the definition it was judged by."""


@dataclass(slots=True)
class Counted:
    """The cycles that credits go by: the cases of a period, and all that are breached by its end."""

    cases: list[Case] = field(default_factory=list)
    late: list[Result] = field(default_factory=list)

    def merge(self, other: "Counted") -> None:
        """Add those of tickets that come after these."""
        self.cases += other.cases
        self.late += other.late

    def without(self, tickets: Collection[OfTicket]) -> "Counted":
        """Return those of all other tickets."""
        cases = [case for case in self.cases if (case.result.source, case.result.id) not in tickets]
        return Counted(cases, [one for one in self.late if (one.source, one.id) not in tickets])


@dataclass(slots=True)
class Billed:
    """The same by the targets that cycles had in the end, and by the strictest that each had."""

    last: Counted = field(default_factory=Counted)
    strictest: Counted = field(default_factory=Counted)

    def merge(self, other: "Billed") -> None:
        """Add those of tickets that come after these."""
        self.last.merge(other.last)
        self.strictest.merge(other.strictest)

    def without(self, tickets: Collection[OfTicket]) -> "Billed":
        """Return those of all other tickets."""
        return Billed(self.last.without(tickets), self.strictest.without(tickets))


@dataclass(slots=True)
class Evidence:
    """The cases of a period themselves, and the lives of its tickets."""

    cases: list[Case] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    def merge(self, other: "Evidence") -> None:
        """Add those of tickets that come after these."""
        self.cases += other.cases
        self.lives += other.lives

    def without(self, tickets: Collection[OfTicket]) -> "Evidence":
        """Return those of all other tickets."""
        return Evidence(
            [case for case in self.cases if (case.result.source, case.result.id) not in tickets],
            [life for life in self.lives if (life.source, life.id) not in tickets],
        )


@dataclass(slots=True)
class Gathered:
    """The facts of a period, as at an instant: results without their segments.

    `undecided` are neither met nor breached yet. `unmeasured` counts tickets with cycles of an agreement and none of
    this objective of it.
    """

    cases: list[Case] = field(default_factory=list)
    stopped: list[Result] = field(default_factory=list)
    open_breached: list[Result] = field(default_factory=list)
    billed: Billed = field(default_factory=Billed)
    changed: list[Changed] = field(default_factory=list)
    undecided: list[Result] = field(default_factory=list)
    unmeasured: Counter[tuple[str, str]] = field(default_factory=Counter)
    lives: list[Life] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)
    tickets: int = 0

    def last_values(self, field: str) -> dict[tuple[str, str], str]:
        """Return by source and id of each ticket what a field of `Asked.at_end` holds, where it holds anything."""
        held = (((life.source, life.id), ", ".join(life.last_values[field])) for life in self.lives)
        return {ticket: text for ticket, text in held if text}


class Gathering:
    """Judges tickets for a period, and keeps what counts."""

    def __init__(
        self, reporting: Reporting, period: Period, as_of: int, selection: Selection, *, whole: bool = True
    ) -> None:
        """Begin; without `whole` only the cases and what is late are looked for, as credits ask."""
        self.reporting, self._whole = reporting, whole
        agreements = reporting.definitions.agreements
        self._chained = bool(reporting.definitions.chain) or any(o.supports for a in agreements for o in a.objectives)
        self.period, self.as_of, self.selection = period, as_of, selection
        self._before = min(as_of, period.start + reporting.rules.closing)
        self._bases = bases_of(reporting)
        self._billed = {one.name for one in reporting.services if one.credits or one.consequences != Consequences()}
        self._asked = asked_of(reporting, selection)
        self._fields = fields_asked(self._asked)
        self.engine = Engine(reporting.definitions, dimensions_of(reporting, selection))
        self._current = frozenset(clause.definition for clause in self.engine.clauses)
        self._changes = Changes(reporting.definitions)
        self._strictest = Strictest(reporting.definitions)
        self._objectives: dict[str, set[str]] = {}
        for one in reporting.definitions.agreements:
            self._objectives.setdefault(one.id, set()).update(objective.name for objective in one.objectives)
        self._dimensions: dict[Held, Mapping[str, tuple[str, ...]]] = {}
        self.begin()

    def begin(self) -> None:
        """Gather from nothing."""
        self.found, self.usage = Gathered(), Usage(self.period.start, self.period.end, self.engine.calendars)

    def add(self, tickets: Sequence[Ticket], others: Sequence[Ticket] = (), keep: Keep | None = None) -> None:
        """Add tickets; with `others` they are linked, of which nothing is reported."""
        whole = self._whole
        chained = whole and self._chained
        beside = others if chained else ()
        evaluation = self.engine.evaluate(tickets, self.as_of, segments=whole, chain=chained, others=beside)
        results, before = evaluation.results, self._judged_before(tickets)
        if keep is not None:
            results, before = keep(results, self.as_of), keep(before, self._before)
        mine = [result for result in results if self.selection.has(result)]
        earlier = decided_before(before, self.period.start)
        found = self.found
        if whole:
            self.usage.add(mine)
        mine = [result if self._is_over(result, earlier) else self._bare(result) for result in mine]
        cases_here = cases_of(mine, self.period, self._bases, earlier)
        found.cases += cases_here
        for result in mine:
            self._note(result)
        moved = self._moved(tickets)
        harder = self._strictest.of(moved, self._of_today(mine), self.as_of)
        if self._billed:
            self._bill(mine, cases_here, harder, self._by_strictest(moved, before) if harder else ())
        if not whole:
            return
        decided = self._of_today(case.result for case in cases_here)
        found.changed += self._changes.of(moved, decided, harder, self.as_of)
        self._note_unmeasured(tickets, results)
        found.invalid += [
            f"{tickets[n].key}: {text}" for n, text in evaluation.invalid if self.selection.tells_of(tickets[n])
        ]
        end = min(self.period.end, self.as_of + 1)
        found.tickets += sum(ticket.created < end and self.selection.counts(ticket) for ticket in tickets)

    def _judged_before(self, tickets: Sequence[Ticket]) -> Sequence[Result]:
        """Judge as at the end of the period before; what was created since cannot have been decided by then."""
        there = [(n, ticket) for n, ticket in enumerate(tickets) if ticket.created < self.period.start]
        found = self.engine.evaluate([ticket for _, ticket in there], self._before).results
        if len(there) == len(tickets):
            return found
        return [structs.replace(one, position=there[one.position][0]) for one in found]

    def lives(self, tickets: Sequence[Ticket]) -> list[Life]:
        """Return the lives of tickets, which are in no figure thereby."""
        return [*lives_of(tickets, self.as_of, self._asked, self._fields, self.engine.calendars)]

    def add_lives(self, tickets: Sequence[Ticket]) -> None:
        """Add the lives of tickets."""
        self.found.lives += self.lives(tickets)

    def _is_over(self, result: Result, earlier: Collection[Name]) -> bool:
        """Return whether a cycle ended and counted before the period, and is in no figure of it."""
        ended = result.stopped_at is not None and result.stopped_at < self.period.start
        return ended and name_of(result) in earlier and not (self._billed and self._is_late(result))

    def _bare(self, result: Result) -> Result:
        """Return a result without what only the sum of all needs; equal dimensions are held once."""
        chain, dimensions = result.chain, tuple(result.dimensions.items())
        if not result.segments and chain is None:
            return result
        chain = None if chain is None or chain.breach is None else replace(chain, segments=())
        same = self._dimensions.setdefault(dimensions, result.dimensions)
        return structs.replace(result, segments=(), chain=chain, dimensions=same)

    def _note(self, result: Result) -> None:
        period, found = self.period, self.found
        stopped_here = result.stopped_at is not None and period.start <= result.stopped_at < period.end
        if stopped_here and result.stage == "completed":
            found.stopped.append(result)
        waits = result.stopped_at is None and not result.breached and not result.excluded
        if waits and result.started_at < period.end:
            found.undecided.append(result)
        if not result.breached or result.breached_at is None or result.breached_at >= period.end or result.excluded:
            return
        if result.stopped_at is None or result.stopped_at >= period.end:
            found.open_breached.append(result)

    def _bill(
        self,
        results: Sequence[Result],
        cases: Sequence[Case],
        harder: Mapping[Name, Result],
        before: Sequence[Result],
    ) -> None:
        """Keep what credits go by, by the targets that cycles had in the end, and by the strictest."""
        last = self._counted(results, cases)
        if harder:
            results = [harder.get(name_of(result), result) for result in results]
            cases = cases_of(results, self.period, self._bases, decided_before(before, self.period.start))
        self.found.billed.merge(Billed(last, self._counted(results, cases)))

    def _counted(self, results: Iterable[Result], cases: Iterable[Case]) -> Counted:
        """Return the cycles of services with credits or consequences."""
        return Counted(
            [case for case in cases if case.result.agreement in self._billed],
            [result for result in results if result.agreement in self._billed and self._is_late(result)],
        )

    def _is_late(self, result: Result) -> bool:
        """Return whether a cycle is breached by the end of the period: what an overrun is charged for."""
        at = result.breached_at
        broken = result.breached and at is not None and at < self.period.end
        return broken and not result.excluded and result.stage != "cancelled"

    def _by_strictest(self, moved: Sequence[Ticket], before: Sequence[Result]) -> list[Result]:
        """Return what cycles came to at the end of the period before, by the strictest target that they had by then."""
        there = [ticket for ticket in moved if ticket.created < self.period.start]
        harder = self._strictest.of(there, self._of_today(before), self._before)
        return [harder.get(name_of(result), result) for result in before]

    def _of_today(self, results: Iterable[Result]) -> list[Result]:
        """Return those that today's definitions made: of earlier ones no other target can be tried."""
        return [result for result in results if result.definition in self._current]

    def _moved(self, tickets: Sequence[Ticket]) -> list[Ticket]:
        """Return the tickets in which what chooses a target changed."""
        choosing = self._strictest.choosing
        return [t for t in tickets if any(choosing.intersection(e.changes) for e in t.history)]

    def _note_unmeasured(self, tickets: Sequence[Ticket], results: Iterable[Result]) -> None:
        """Count the tickets of the period that have cycles of an agreement, and none of one of its objectives."""
        found: dict[tuple[int, str], set[str]] = {}
        for result in results:
            if self.selection.has(result):
                found.setdefault((result.position, result.agreement), set()).add(result.objective)
        for (position, agreement), objectives in found.items():
            if self.period.start <= tickets[position].created < self.period.end:
                for objective in self._objectives[agreement] - objectives:
                    self.found.unmeasured[agreement, objective] += 1
