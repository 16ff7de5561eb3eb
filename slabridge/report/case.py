"""Cases: cycles as a period counts them (docs/reports.md, "What counts in a period")."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sla_engine import Result
from sla_engine.ticket import Values
from slabridge.config.services.reports import Basis
from slabridge.report.period import Period


@dataclass(frozen=True, slots=True)
class Case:
    """A cycle that counts in a period, at the instant `at`: as met or as breached."""

    result: Result
    at: int

    @property
    def breached(self) -> bool:
        """Whether the promise was broken."""
        return self.result.breached

    def values(self, dimension: str) -> Values:
        """Return what a dimension held; of a list, each value counts."""
        own = {"agreement", "objective", "kind", "source"}
        if dimension in own:
            return (str(getattr(self.result, dimension)),)
        return self.result.dimensions.get(dimension, ())


def counted_at(result: Result, basis: Basis) -> int | None:
    """Return the instant by which a cycle counts; None while it counts nowhere.

    A cycle is decided at its breach, else where it was met. Cancelled ones never count.
    """
    if result.stage == "cancelled":
        return None
    decided = result.breached_at if result.breached else result.stopped_at
    if basis == "decided" or decided is None:
        return decided
    return {"stopped": result.stopped_at, "started": result.started_at, "due": result.due_at}[basis]


Name = tuple[str, str, str, str, int]
"""Source, ticket's id, agreement, objective and number of a cycle."""


def name_of(result: Result) -> Name:
    """Return what tells a cycle from all others."""
    return result.source, result.id, result.agreement, result.objective, result.cycle


def decided_before(results: Iterable[Result], instant: int) -> set[Name]:
    """Return the cycles that were decided before an instant, as they were judged at the end of the period before."""
    decided = ((name_of(result), counted_at(result, "decided")) for result in results)
    return {name for name, at in decided if at is not None and at < instant}


def cases_of(
    results: Iterable[Result], period: Period, bases: Mapping[str, Basis], earlier: Collection[Name] = ()
) -> list[Case]:
    """Return the cycles that count in a period, those that are excluded too, in their order.

    `bases` say by agreement how it counts; those that are not named count as decided. `earlier` were decided before
    the period, as they were judged then: they counted there. One that was not, and by
    today's facts was decided before the period all the same (its target was cut), counts here.
    """
    found = []
    for result in results:
        basis = bases.get(result.agreement, "decided")
        at = counted_at(result, basis)
        if at is None or at >= period.end or (basis != "decided" and at < period.start):
            continue
        if basis != "decided" or name_of(result) not in earlier:
            found.append(Case(result, at))
    return found


@dataclass(frozen=True, slots=True)
class Compliance:
    """How many of the cycles that count were met and breached; excluded ones are counted apart.

    `with_pauses` were met and had pauses, `paused` ms together.
    """

    met: int = 0
    breached: int = 0
    excluded: int = 0
    with_pauses: int = 0
    paused: int = 0

    @property
    def cases(self) -> int:
        """How many count."""
        return self.met + self.breached

    def __add__(self, other: "Compliance") -> "Compliance":
        """Return that of both."""
        return Compliance(
            self.met + other.met,
            self.breached + other.breached,
            self.excluded + other.excluded,
            self.with_pauses + other.with_pauses,
            self.paused + other.paused,
        )


def compliance_of(results: Iterable[Result]) -> Compliance:
    """Count cycles that count."""
    met = breached = excluded = with_pauses = paused = 0
    for result in results:
        if result.excluded:
            excluded += 1
        elif result.breached:
            breached += 1
        else:
            met += 1
            with_pauses += result.paused > 0
            paused += result.paused
    return Compliance(met, breached, excluded, with_pauses, paused)


def by_dimension(cases: Iterable[Case], dimension: str) -> dict[str, list[Case]]:
    """Return the cases by value; a case whose field is unset stands under "", a list's under each value."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        for value in case.values(dimension) or ("",):
            found.setdefault(value, []).append(case)
    return found
