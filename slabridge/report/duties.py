"""What follows from missed promises besides money: analyses, plans, meetings, rights (docs/reports.md, "Duties")."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sla_engine import Calendar
from sla_engine.agreement import DayDeadline
from sla_engine.deadline import deadline_of
from slabridge.config.services.consequence import Claim, Consequences, Repeated
from slabridge.report.credits import Credits, Facts, is_missed
from slabridge.text.said import Said, said

What = Literal["claim", "root cause", "plan", "management", "termination"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty or a right: what it rests on, since when and by when (ms UTC; None: no date), and whether it is done.

    `left` is how many more missed periods bring a right about.
    """

    what: What
    because: Said
    since: int | None = None
    by: int | None = None
    done: bool | None = None
    ticket: str = ""
    left: int = 0


def duties_of(
    consequences: Consequences,
    facts: Sequence[Facts],
    bills: Sequence[Credits],
    calendars: Mapping[str, Calendar],
    issued_at: int | None = None,
) -> list[Duty]:
    """Return the duties of the last of these periods; what has no date yet waits for the issue of its report."""
    found: list[Duty] = []
    here, bill = facts[-1], bills[-1]
    rca = consequences.rca
    if rca is not None:
        calendar = calendars[rca.calendar]
        for one in here.broken(None, rca.when):
            if one.here:
                by = deadline_of(rca.by, calendar, one.at)
                done = bool(one.delivered)
                found.append(
                    Duty("root cause", said("%(cycle)s breached", cycle=one.cycle), one.at, by, done, one.ticket)
                )
    if consequences.claim is not None and bill.total:
        until = None if issued_at is None else claimed_by(consequences.claim, calendars, issued_at)
        credit = said("a credit of %(amount)s %(currency)s", amount=str(bill.total), currency=bill.currency)
        found.append(Duty("claim", credit, issued_at, until))
    found += _repeated("plan", consequences.plan, facts)
    found += _repeated("termination", consequences.termination, facts)
    management = consequences.management
    if management is not None:
        last = [one for one in bills[-management.within :] if one.total]
        if len(last) >= management.credits:
            names = ", ".join(one.period.name for one in last)
            found.append(Duty("management", said("credits in %(periods)s", periods=names), here.period.end))
    return found


def claimed_by(claim: Claim, calendars: Mapping[str, Calendar], issued_at: int) -> int:
    """Return the last instant at which a credit can be claimed."""
    calendar = calendars[claim.calendar]
    if claim.within.working_days:
        return deadline_of(DayDeadline(claim.within.working_days), calendar, issued_at)
    return int(calendar.due(np.array([issued_at]), np.array([claim.within.ms]))[0])


def _repeated(what: Literal["plan", "termination"], rule: Repeated | None, facts: Sequence[Facts]) -> Iterator[Duty]:
    """Yield a duty where the promise was missed often enough; of a right also how far it is.

    A plan is owed for the last period alone; the right to terminate lasts while the periods hold it.
    """
    if rule is None:
        return
    last = facts[-rule.within :]
    counted = [one for one in last if is_missed(rule.watched, one) and (one.notified() or not rule.notified)]
    if not counted:
        return
    names = ", ".join(one.period.name for one in counted)
    because = said("%(figure)s missed in %(periods)s", figure=said(rule.watched.figure), periods=names)
    left = rule.periods - len(counted)
    if left <= 0 and (what == "termination" or counted[-1] is last[-1]):
        yield Duty(what, because, counted[-1].period.end)
    elif what == "termination" and left > 0:
        yield Duty(what, because, None, left=left)
