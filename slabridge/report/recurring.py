"""Recurring faults with what they broke: tickets, breached time, likely causes (docs/faults.md)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sla_engine.condition import fields_of
from slabridge.config.agreements.agreement import KINDS
from slabridge.config.services.reporting import Reporting
from slabridge.report.case import Case
from slabridge.report.cause import Cause, Held, Split, causes_of
from slabridge.report.gathered import Evidence, OfTicket
from slabridge.report.kpis import Fault, Mention, faults
from slabridge.report.life import Life
from slabridge.report.period import Period


@dataclass(frozen=True, slots=True)
class Broken:
    """A recurring fault: its tickets of the period, of these the ones that came `again`, and what they broke.

    `again` are all but the very first that is known of it, which nobody could have prevented. `breached` of the
    `cycles` that count in the period broke their promise, by `over` ms of working time beyond their targets together.
    """

    values: tuple[str, ...]
    tickets: tuple[Mention, ...]
    again: tuple[Mention, ...]
    cycles: int
    breached: int
    over: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Recurring:
    """The recurring faults of a period, the one with the most breached time first, beside all that was breached.

    `tickets` were created in the period, of which `unset` have no values to tell faults by; `kind` is that of the
    promises whose cycles are counted.
    """

    fields: tuple[str, ...]
    kind: str
    tickets: int
    unset: int
    breached: int
    over: int
    found: tuple[Broken, ...]

    @property
    def can_tell(self) -> bool:
        """Whether the fields are set on enough tickets to say anything."""
        return self.unset * 2 <= self.tickets


def recurring_of(reporting: Reporting, evidence: Evidence, period: Period, people: Collection[str]) -> Recurring:
    """Return what recurring faults broke, by the promises that stand on top: to customers, where there are any."""
    fields, agreements = reporting.rules.fault, reporting.definitions.agreements
    kind = min((one.kind for one in agreements), key=KINDS.index, default="sla")
    cases: dict[OfTicket, list[Case]] = {}
    for case in evidence.cases:
        if case.result.kind == kind and not case.result.excluded:
            cases.setdefault((case.result.source, case.result.id), []).append(case)
    every = [case for of_ticket in cases.values() for case in of_ticket if case.breached]
    again = faults((life for life in evidence.lives if life.in_scope), period, fields)
    recurring = again.recurring(period, reporting.rules.fault_min)
    mine = [[one for one in fault.tickets if one.created >= period.start] for fault in recurring]
    looked = _Looked(reporting, cases, evidence.lives, people)
    causes = causes_of([looked.split(tickets) for tickets in mine])
    found = [
        _broken(fault, tickets, [case for one in tickets for case in cases.get((one.source, one.id), ())], likely)
        for fault, tickets, likely in zip(recurring, mine, causes, strict=True)
    ]
    found.sort(key=lambda one: (-one.over, -len(one.tickets), one.values))
    return Recurring(fields, kind, again.looked_at, again.unset, len(every), _over(every), tuple(found))


def _broken(fault: Fault, tickets: Sequence[Mention], cases: Sequence[Case], causes: tuple[Cause, ...]) -> Broken:
    breached = [case for case in cases if case.breached]
    first = fault.tickets[0]
    again = tuple(one for one in tickets if one is not first)
    return Broken(fault.values, tuple(tickets), again, len(cases), len(breached), _over(breached), causes)


def _over(cases: Iterable[Case]) -> int:
    return sum(max(0, -case.result.remaining) for case in cases)


class _Looked:
    """What may be a cause: fields as they stood at the deciding row, who held the ticket, and what was told later."""

    def __init__(
        self,
        reporting: Reporting,
        cases: Mapping[OfTicket, Sequence[Case]],
        lives: Iterable[Life],
        people: Collection[str],
    ) -> None:
        rules = [one.rule for agreement in reporting.definitions.agreements for one in agreement.objectives]
        running = [part for one in rules for part in (one.start, one.stop, one.pause, one.cancel, one.reset)]
        self._but = frozenset(reporting.rules.fault).union(people, *map(fields_of, running))
        self._cases, self._holder, self._cause = cases, reporting.definitions.holder, reporting.rules.root_cause
        told = self._cause
        self._told = {} if told is None else {(life.source, life.id): life.last_values[told] for life in lives}

    def split(self, tickets: Iterable[Mention]) -> Split:
        """Return what the tickets held that broke a promise, and what those that kept all; undecided ones are left."""
        breached, others = list[Held](), list[Held]()
        for ticket in tickets:
            cases = self._cases.get((ticket.source, ticket.id))
            if cases:
                last = max(cases, key=lambda case: (case.breached, -case.result.remaining, case.at))
                (breached if last.breached else others).append(self._held(last))
        return Split(breached, others)

    def _held(self, case: Case) -> Held:
        result = case.result
        held = dict(result.dimensions)
        holder = _holder(case)
        held[self._holder] = () if holder is None else (holder,)
        if self._cause is not None:
            held[self._cause] = self._told.get((result.source, result.id), ())
        return {name: values for name, values in held.items() if name not in self._but}


def _holder(case: Case) -> str | None:
    """Return who held the ticket when the cycle was decided: at its breach, else where it was met."""
    result = case.result
    if not case.breached:
        return result.holder
    found = None if result.chain is None else result.chain.breach
    return result.breach_holder if found is None else found.holder
