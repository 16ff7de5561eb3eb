"""Measures of tickets in a report (docs/measures.md), and the tickets behind them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sla_engine.instant import format_instant
from slabridge.config.services.reports import ReportRules
from slabridge.report.kpis import (
    AGES,
    OLDER,
    Backlog,
    Faults,
    Handled,
    Restored,
    Worked,
    backlog,
    faults,
    handled,
    incidents,
    per_30_days,
    restored,
)
from slabridge.report.life import Life
from slabridge.report.parts.values import Document, Keyed, durations, exact_seconds, in_order, instant, listed, part_of
from slabridge.report.period import Period
from slabridge.report.shown import shown_number
from slabridge.report.statistics import durations_of


@dataclass(slots=True)
class Measured:
    """What was measured on some tickets of a period: it adds up. Times to restore are ms.

    `tickets` and `steps` are the rows behind it: of tickets, and of their steps into the backlog and out of it.
    """

    wall: list[int] = field(default_factory=list)
    working: list[int] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    went: Counter[str] = field(default_factory=Counter)
    ages: Counter[str] = field(default_factory=Counter)
    faults: Faults = field(default_factory=Faults)
    tickets: list[Keyed[list[Any]]] = field(default_factory=list)
    steps: list[Keyed[list[Any]]] = field(default_factory=list)

    def merge(self, other: "Measured") -> None:
        """Add what was measured on other tickets."""
        self.wall += other.wall
        self.working += other.working
        self.counts.update(other.counts)
        self.came.update(other.came)
        self.went.update(other.went)
        self.ages.update(other.ages)
        self.faults.merge(other.faults)
        self.tickets += other.tickets
        self.steps += other.steps


def measured(lives: Iterable[Life], period: Period, as_of: int, rules: ReportRules, worked: Worked) -> Measured:
    """Measure the tickets of a period as at an instant, ms UTC; `worked` is the working time by which that is done."""
    every = [*lives]
    in_scope = [life for life in every if life.in_scope]
    done, new, left = restored(in_scope, period, worked), incidents(in_scope, period), backlog(every, period, as_of)
    hands = handled(done, rules.first_contact)
    return Measured(
        wall=sorted(wall for wall, _ in done.took),
        working=sorted(working for _, working in done.took),
        counts=Counter(
            {
                "created_resolved": done.born_resolved,
                "open_again": done.open_again,
                "incidents": len(new),
                "first_contact": len(hands.first_contact),
                "handovers": hands.handovers,
                "without_handover": hands.without_handover,
                "three_and_more": hands.three_and_more,
                "reopenings": hands.reopenings,
                "without_reopening": hands.without_reopening,
                "before": left.before,
                "after": len(left.after),
            }
        ),
        came=left.came,
        went=left.went,
        ages=left.ages,
        faults=faults(in_scope, period, rules.fault),
        tickets=sorted(_tickets(done, hands, new, left)),
        steps=sorted(_steps(left), key=lambda keyed: keyed[0]),
    )


def kpis(found: Measured, calendar: str, period: Period, as_of: int, rules: ReportRules) -> Document:
    """Return the measures as at an instant, ms UTC."""
    counts, again = found.counts, found.faults
    tickets = len(found.wall)
    return {
        "restore": {
            "wall": durations(durations_of(found.wall)),
            "working": durations(durations_of(found.working)),
            "calendar": calendar,
            "created_resolved": counts["created_resolved"],
            "open_again": counts["open_again"],
        },
        "incidents": {
            "count": counts["incidents"],
            "per_30_days": shown_number(per_30_days(counts["incidents"], period, as_of), 2),
        },
        "first_team_resolution": part_of(counts["first_contact"], tickets),
        "handovers": {
            "sum": counts["handovers"],
            "tickets": tickets,
            "without": counts["without_handover"],
            "three_and_more": counts["three_and_more"],
        },
        "reopenings": {"sum": counts["reopenings"], "tickets": tickets, "without": counts["without_reopening"]},
        "backlog": {
            "before": counts["before"],
            "came": dict(sorted(found.came.items())),
            "went": dict(sorted(found.went.items())),
            "after": counts["after"],
            "by_age": {name: found.ages[name] for name in (*(name for _, name in AGES), OLDER) if found.ages[name]},
        },
        "recurring_faults": {
            "fields": [*rules.fault],
            "can_tell": again.can_tell,
            "looked_at": again.looked_at,
            "unset": again.unset,
            "found": [
                {
                    "values": [*one.values],
                    "tickets": len(one.tickets),
                    "in_period": one.in_period,
                    "of": [
                        {
                            "source": ticket.source,
                            "ticket": ticket.key,
                            "id": ticket.id,
                            "created_at": format_instant(ticket.created),
                        }
                        for ticket in one.tickets
                    ],
                }
                for one in again.recurring(period, rules.fault_min)
            ],
        },
    }


def backlog_steps(found: Measured) -> Document:
    """Return the steps of the backlog's bridge as a list, each with its ticket."""
    return listed(("source", "ticket", "id", "at", "step"), in_order(found.steps))


def _steps(left: Backlog) -> Iterator[Keyed[list[Any]]]:
    for life, step in left.steps:
        key = (step.at, life.source, life.id)
        yield key, [life.source, life.key, life.id, format_instant(step.at), step.why]


_TICKET = ("source", "ticket", "id", "created_at", "resolved_at")
_PARTS = ("restored", "first_team", "incident", "backlog")
_MEASURED = ("wall_seconds", "working_seconds", "teams", "handovers", "reopenings")


def tickets(found: Measured) -> Document:
    """Return the tickets behind the measures as a list, each with the part that it has in them."""
    return listed((*_TICKET, *_PARTS, *_MEASURED), in_order(found.tickets))


def _tickets(done: Restored, hands: Handled, new: Iterable[Life], left: Backlog) -> Iterator[Keyed[list[Any]]]:
    parts = [done.tickets, hands.first_contact, new, left.after]
    places = [{(life.source, life.id) for life in lives} for lives in parts]
    took = {(life.source, life.id): one for life, one in zip(done.tickets, done.took, strict=True)}
    for name, life in {(life.source, life.id): life for lives in parts for life in lives}.items():
        wall, working = took.get(name, (None, None))
        is_restored = wall is not None
        yield (
            name,
            [
                *(life.source, life.key, life.id, format_instant(life.created), instant(life.resolved_at)),
                *(name in place for place in places),
                exact_seconds(wall),
                exact_seconds(working),
                ", ".join(life.teams),
                life.handovers if is_restored else None,
                len(life.reopened_at) if is_restored else None,
            ],
        )
