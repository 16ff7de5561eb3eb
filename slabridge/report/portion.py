"""What some tickets of a period have in its report: counts, times and rows, which add up.

Rows are made where tickets are judged: so the work is spread, and of a million tickets only what the report says of
them is in memory.
"""

from dataclasses import dataclass, field
from typing import Any

from slabridge.config.services.satisfaction import FieldRatings
from slabridge.report.gathered import Gathering
from slabridge.report.kpis import Worked
from slabridge.report.parts.cycles import Told, changed_under_way, open_and_breached, undecided
from slabridge.report.parts.kpis import Measured, measured
from slabridge.report.parts.objectives import Name, Objective, came_to
from slabridge.report.parts.time import Time
from slabridge.report.parts.values import Document, Keyed
from slabridge.report.satisfaction import Satisfaction, of_fields


@dataclass(slots=True)
class Portion:
    """What some tickets have in a report.

    `agreements` are those that their cycles have. `delivered` is, by field and by a ticket's source and id, what it
    holds for a root cause analysis. `tickets` are those of the period; of all `lives`, so many were ever `resolved`.
    Of `unproven` tickets nobody approved that cycles are excluded.
    """

    objectives: dict[Name, Objective] = field(default_factory=dict)
    measured: Measured = field(default_factory=Measured)
    time: Time = field(default_factory=Time)
    open_and_breached: list[Keyed[Document]] = field(default_factory=list)
    undecided: list[Keyed[list[Any]]] = field(default_factory=list)
    changed: list[Keyed[Document]] = field(default_factory=list)
    satisfaction: dict[FieldRatings, Satisfaction] = field(default_factory=dict)
    agreements: set[str] = field(default_factory=set)
    delivered: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)
    tickets: int = 0
    lives: int = 0
    resolved: int = 0
    unproven: int = 0

    def merge(self, other: "Portion") -> None:
        """Add what tickets have that come after these."""
        for name, objective in other.objectives.items():
            self.objectives.setdefault(name, Objective()).merge(objective)
        self.measured.merge(other.measured)
        self.time.merge(other.time)
        self.open_and_breached += other.open_and_breached
        self.undecided += other.undecided
        self.changed += other.changed
        for source, found in other.satisfaction.items():
            self.satisfaction.setdefault(source, Satisfaction(source)).merge(found)
        self.agreements |= other.agreements
        for asked, held in other.delivered.items():
            self.delivered.setdefault(asked, {}).update(held)
        self.invalid += other.invalid
        self.tickets += other.tickets
        self.lives += other.lives
        self.resolved += other.resolved
        self.unproven += other.unproven


def portion_of(gathering: Gathering, worked: Worked) -> Portion:
    """Return what the tickets that were gathered have in the report, by such working time."""
    reporting, period, as_of, found = gathering.reporting, gathering.period, gathering.as_of, gathering.found
    rules = reporting.rules
    approvals = None if rules.approved_by is None else found.last_values(rules.approved_by)
    told = Told(
        causes={} if rules.root_cause is None else found.last_values(rules.root_cause),
        approvals=approvals,
        clauses={clause.definition: clause for clause in gathering.engine.clauses},
    )
    analyses = [service.consequences.rca for service in reporting.services]
    fields = [one.delivered for one in analyses if one is not None and one.delivered is not None]
    rated = [one for one in reporting.satisfaction if isinstance(one, FieldRatings)]
    excluded = {(case.result.source, case.result.id) for case in found.cases if case.result.excluded}
    cycles = (*(case.result for case in found.cases), *found.stopped, *found.open_breached, *found.undecided)
    return Portion(
        objectives=came_to(found, gathering.selection.by, told),
        measured=measured(found.lives, period, as_of, rules, worked),
        time=Time.of(gathering.usage),
        open_and_breached=open_and_breached(found.open_breached, min(period.end, as_of)),
        undecided=undecided(found.undecided),
        changed=changed_under_way(found.changed),
        satisfaction={one: of_fields(one, found.lives, period) for one in rated},
        agreements={one.agreement for one in cycles},
        delivered={name: found.last_values(name) for name in fields},
        invalid=found.invalid,
        tickets=found.tickets,
        lives=len(found.lives),
        resolved=sum(life.resolved_at is not None for life in found.lives),
        unproven=0 if approvals is None else len(excluded - approvals.keys()),
    )
