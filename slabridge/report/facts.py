"""What a period came to, as credits ask for it: from what was gathered of its tickets, and from outages."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from sla_engine import Calendar, Result
from sla_engine.condition import Condition
from slabridge.config.services.credit import Figure, OverrunLine
from slabridge.config.services.promises import Promised
from slabridge.config.services.service import Service
from slabridge.report.availability import NO_SOURCE, TOO_LITTLE, Availability
from slabridge.report.case import Case, compliance_of, name_of
from slabridge.report.credits import Broken, Facts
from slabridge.report.gathered import Counted
from slabridge.report.period import Period
from slabridge.ticket.fitting import fits


class ServiceFacts(Facts):
    """The facts of one service in a period, judged as at `as_of` (ms UTC), by the cycles that were `counted`.

    `delivered` is by a ticket's source and id what its field of the root cause analysis holds.
    """

    def __init__(  # noqa: PLR0913 - all that facts are made of
        self,
        *,
        service: Service,
        period: Period,
        as_of: int,
        counted: Counted,
        availability: Availability | None,
        calendars: Mapping[str, Calendar],
        promised: Mapping[tuple[str, str], Promised],
        notice: bool = False,
        delivered: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        self.period = period
        self._service, self._as_of, self._delivered = service, as_of, delivered
        self._cases = [case for case in counted.cases if case.result.agreement == service.name]
        self._late = [result for result in counted.late if result.agreement == service.name]
        self._here = {name_of(case.result) for case in self._cases if case.breached}
        self._availability, self._calendars, self._promised, self._notice = availability, calendars, promised, notice

    def figure(self, figure: Figure, objective: str | None, where: Condition | None) -> Fraction | None:
        """See `Facts`; a percentage of fewer cases than are asked for has no verdict."""
        found = self._availability
        if figure == "compliance":
            return self._compliance(objective, where)
        if found is None:
            return None
        if figure == "availability":
            return None if found.why_none in {TOO_LITTLE, NO_SOURCE} else found.share
        counted: dict[Figure, Fraction] = {
            "outages": Fraction(found.number),
            "longest": Fraction(found.longest),
            "down": found.down,
        }
        return counted[figure]

    def _compliance(self, objective: str | None, where: Condition | None) -> Fraction | None:
        counted = compliance_of(self._of(self._cases, objective, where))
        least = max(
            (
                one.at_least
                for (agreement, name), one in self._promised.items()
                if agreement == self._service.name and objective in (None, name)
            ),
            default=1,
        )
        return Fraction(counted.met, counted.cases) if counted.cases >= max(1, least) else None

    def target(self, figure: Figure) -> Fraction | None:
        """See `Facts`; of compliance, the greatest share that an objective of the service promises."""
        if figure == "availability":
            terms = self._service.terms
            return None if terms is None or terms.target is None else terms.target.share
        shares = [
            one.compliance.share
            for (agreement, _), one in self._promised.items()
            if agreement == self._service.name and one.compliance is not None
        ]
        return max(shares, default=None)

    def broken(self, objective: str | None, where: Condition | None) -> Sequence[Broken]:
        """See `Facts`."""
        found = []
        lines = [(n, line) for n, line in enumerate(self._service.credits) if isinstance(line, OverrunLine)]
        for result in self._late:
            if objective in (None, result.objective) and fits(where, result.dimensions):
                cycle = f"{result.ticket} {result.agreement}.{result.objective}#{result.cycle}"
                overruns = {n: self._overrun(line, result) for n, line in lines}
                delivered = self._delivered.get((result.source, result.id), "")
                here = name_of(result) in self._here
                found.append(Broken(result.ticket, cycle, here, result.breached_at or 0, delivered, overruns))
        return sorted(found, key=lambda one: (one.at, one.cycle))

    def notified(self) -> bool:
        """See `Facts`."""
        return self._notice

    def _overrun(self, line: OverrunLine, result: Result) -> int:
        due = result.due_at if result.due_at is not None else result.breached_at
        end = self._as_of if result.stopped_at is None else min(result.stopped_at, self._as_of)
        if due is None or end <= due:
            return 0
        if line.time == "wall":
            return end - due
        if line.calendar is None:
            return max(0, -result.remaining)
        return int(self._calendars[line.calendar].elapsed(np.array([due]), np.array([end]))[0])

    @staticmethod
    def _of(cases: Sequence[Case], objective: str | None, where: Condition | None) -> Iterator[Result]:
        for result in (case.result for case in cases):
            if objective in (None, result.objective) and fits(where, result.dimensions):
                yield result
