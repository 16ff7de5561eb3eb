"""What is reported of, and what is looked for on tickets therefore."""

from collections.abc import Collection
from dataclasses import dataclass

from sla_engine import Result, Ticket
from sla_engine.agreement import conditions_of
from sla_engine.condition import OWN_FIELDS, AllOf, Condition, Equals, fields_of
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.reports import Basis
from slabridge.config.services.satisfaction import FieldRatings
from slabridge.report.life import Asked

FIXED = frozenset(["agreement", "objective", "kind", "source"])
"""What cases can be told apart by without a field."""

RESOLVED = Equals("status", ("resolved", "closed"))
"""When a ticket counts as resolved, where [reports] does not say."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What is reported of: agreements (none: all), tickets in a scope, a customer's cases, told apart `by` fields."""

    agreements: frozenset[str] = frozenset()
    scope: Condition | None = None
    customer: str | None = None
    by: tuple[str, ...] = ()

    def has(self, result: Result) -> bool:
        """Return whether a cycle is reported of."""
        if self.agreements and result.agreement not in self.agreements:
            return False
        return self.customer is None or self.customer in result.dimensions.get("customer", ())

    def counts(self, ticket: Ticket) -> bool:
        """Return whether a ticket is one of those that are reported of: to a customer its own."""
        return self.customer is None or self.customer in ticket.fields.get("customer", ())

    def tells_of(self, ticket: Ticket) -> bool:
        """Return whether a ticket that cannot be judged is named: to a customer none is that may be another's."""
        return self.customer is None or ticket.fields.get("customer") == (self.customer,)


def dimensions_of(reporting: Reporting, selection: Selection) -> frozenset[str]:
    """Return the fields whose values at the deciding row results are to have."""
    asked = {*selection.by, *(["customer"] if selection.customer is not None else [])}
    looked = fields_asked(asked_of(reporting, selection))
    return frozenset({*reporting.dimensions, *_read(reporting), *looked, *asked}.difference(FIXED, OWN_FIELDS))


def bases_of(reporting: Reporting) -> dict[str, Basis]:
    """Return how cycles count, by agreement: as it says itself, else as the file does."""
    own = {agreement: one.counts for (agreement, _), one in reporting.promised.items() if one.counts is not None}
    return {one.id: own.get(one.id, reporting.rules.counts) for one in reporting.definitions.agreements}


def asked_of(reporting: Reporting, selection: Selection) -> Asked:
    """Return what is looked for on tickets."""
    rules = reporting.rules
    scope = selection.scope
    if selection.customer is not None:
        of_customer = Equals("customer", (selection.customer,))
        scope = of_customer if scope is None else AllOf((scope, of_customer))
    return Asked(
        resolved=rules.resolved or RESOLVED,
        holder=reporting.definitions.holder,
        waiting=rules.waiting,
        incident=rules.incident,
        scope=scope,
        at_creation=rules.fault,
        at_end=sorted(_told_later(reporting)),
        set_at=sorted(one.field for one in _rated(reporting) if one.answered is None),
    )


def fields_asked(asked: Asked) -> frozenset[str]:
    """Return all fields that are read for it."""
    conditions = (asked.resolved, asked.waiting, asked.incident, asked.scope)
    return frozenset([asked.holder, *asked.at_creation, *asked.at_end]).union(*(fields_of(one) for one in conditions))


def _told_later(reporting: Reporting) -> Collection[str]:
    """Return the fields that say of a ticket what is known only when it is over."""
    rules = [service.consequences.rca for service in reporting.services]
    delivered = {rule.delivered for rule in rules if rule is not None and rule.delivered is not None}
    rated = {name for one in _rated(reporting) for name in (one.field, one.answered) if name is not None}
    told = {name for name in (reporting.rules.root_cause, reporting.rules.approved_by) if name is not None}
    return delivered | rated | told


def _rated(reporting: Reporting) -> list[FieldRatings]:
    return [one for one in reporting.satisfaction if isinstance(one, FieldRatings)]


def _read(reporting: Reporting) -> Collection[str]:
    """Return the fields that agreements and consequences read: by these, too, cases can be told apart."""
    conditions = [condition for one in reporting.definitions.agreements for condition in conditions_of(one)]
    conditions += [condition for service in reporting.services for condition in service.conditions]
    return frozenset().union(*(fields_of(condition) for condition in conditions))
