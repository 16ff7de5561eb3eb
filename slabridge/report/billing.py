"""The bills of a service: which periods they rest on, and what they would be by other targets (docs/reports.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sla_engine import Calendar
from slabridge.config.services.consequence import Consequences
from slabridge.config.services.credit import CountLine
from slabridge.config.services.fees import Fee
from slabridge.config.services.service import Service
from slabridge.report.credits import Credits, Facts, credits_of
from slabridge.report.duties import Duty, duties_of
from slabridge.report.period import Period, periods_of


def billed_periods(service: Service, wanted: Period) -> list[Period]:
    """Return the periods for which credits are worked out, the first one that any of them depends on first."""
    if not service.credits and service.consequences == Consequences():
        return []
    consequences = service.consequences
    shown = list(periods_of(consequences.period, wanted))
    if not shown:
        return []
    reach = 0 if consequences.repeat == 1 else 1
    reach = max([reach, *(line.within - 1 for line in service.credits if isinstance(line, CountLine))])
    for rule in (consequences.plan, consequences.termination, consequences.management):
        reach = max(reach, 0 if rule is None else rule.within - 1)
    if consequences.earn_back is not None:
        reach = max(reach, consequences.earn_back.periods)
    found = [shown[0].before(n) for n in range(reach, 0, -1)] + shown
    while consequences.cap_year is not None and found[0].first.month > 1:
        found.insert(0, found[0].before())
    # An overrun is charged less what was charged before: so the period before the first is judged, too.
    return [found[0].before(), *found]


def bills_of(
    service: Service,
    fees: Sequence[Fee],
    facts_of: Callable[[bool], Sequence[Facts]],
    calendars: Mapping[str, Calendar],
) -> tuple[list[Credits], list[Duty]]:
    """Return the bill of each period, with what other targets make of it, and the duties of the last.

    `facts_of` gives the facts of the periods, with True by the strictest target that each cycle had.
    """
    found = []
    for strictest in (False, True):
        facts = facts_of(strictest)
        bills = credits_of(service.credits, service.consequences, fees, facts)
        found.append((bills, duties_of(service.consequences, facts, bills, calendars)))
    mine = service.consequences.strictest
    bills, duties = found[mine]
    other, _ = found[not mine]
    return [replace(bill, by_other_targets=beside.total) for bill, beside in zip(bills, other, strict=True)], duties
