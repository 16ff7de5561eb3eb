"""Measures of tickets in a report (docs/measures.md), and the tickets behind them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sla_engine.instant import format_instant
from slabridge.config.services.reports import ReportRules
from slabridge.report.kpis import (
    Backlog,
    Faults,
    Frequency,
    Handled,
    Restored,
    Worked,
    backlog,
    faults,
    frequency,
    handled,
    restored,
)
from slabridge.report.life import Life
from slabridge.report.parts.values import Document, durations, exact_seconds, instant, listed, part_of
from slabridge.report.period import Period
from slabridge.report.shown import shown_number


@dataclass(frozen=True, slots=True)
class Measured:
    """All measures of a period's tickets."""

    restored: Restored
    created: Frequency
    handled: Handled
    backlog: Backlog
    faults: Faults


def measured(lives: Iterable[Life], period: Period, as_of: int, rules: ReportRules, worked: Worked) -> Measured:
    """Measure the tickets of a period as at an instant, ms UTC; `worked` is the working time by which that is done."""
    ordered = sorted(lives, key=lambda life: (life.created, life.source, life.id))
    in_scope = [life for life in ordered if life.in_scope]
    done = restored(in_scope, period, worked)
    return Measured(
        restored=done,
        created=frequency(in_scope, period, as_of),
        handled=handled(done, rules.first_contact),
        backlog=backlog(ordered, period, as_of),
        faults=faults(in_scope, period, rules.fault, rules.fault_min),
    )


def kpis(found: Measured, calendar: str, fault: Sequence[str]) -> Document:
    """Return the measures."""
    done, hands, left, again = found.restored, found.handled, found.backlog, found.faults
    return {
        "restore": {
            "wall": durations(done.wall),
            "working": durations(done.working),
            "calendar": calendar,
            "created_resolved": done.born_resolved,
            "open_again": done.open_again,
        },
        "incidents": {"count": len(found.created.tickets), "per_30_days": shown_number(found.created.per_30_days, 2)},
        "first_team_resolution": part_of(len(hands.first_contact), hands.tickets),
        "handovers": {
            "sum": hands.handovers,
            "tickets": hands.tickets,
            "without": hands.without_handover,
            "three_and_more": hands.three_and_more,
        },
        "reopenings": {"sum": hands.reopenings, "tickets": hands.tickets, "without": hands.without_reopening},
        "backlog": {
            "before": left.before,
            "came": dict(sorted(left.came.items())),
            "went": dict(sorted(left.went.items())),
            "after": len(left.after),
            "by_age": dict(left.ages),
        },
        "recurring_faults": {
            "fields": [*fault],
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
                            "source": life.source,
                            "ticket": life.key,
                            "id": life.id,
                            "created_at": format_instant(life.created),
                        }
                        for life in one.tickets
                    ],
                }
                for one in again.found
            ],
        },
    }


def backlog_steps(found: Measured) -> Document:
    """Return the steps of the backlog's bridge as a list, each with its ticket."""
    ordered = sorted(found.backlog.steps, key=lambda one: (one[1].at, one[0].source, one[0].id))
    rows = ((life.source, life.key, life.id, format_instant(step.at), step.why) for life, step in ordered)
    return listed(("source", "ticket", "id", "at", "step"), rows)


_TICKET = ("source", "ticket", "id", "created_at", "resolved_at")
_MEASURED = ("wall_seconds", "working_seconds", "teams", "handovers", "reopenings")


def tickets(found: Measured) -> Document:
    """Return the tickets behind the measures as a list, each with the part that it has in them."""
    parts = {
        "restored": found.restored.tickets,
        "first_team": found.handled.first_contact,
        "incident": found.created.tickets,
        "backlog": found.backlog.after,
    }
    places = {name: {(life.source, life.id) for life in lives} for name, lives in parts.items()}
    every = {(life.source, life.id): life for lives in parts.values() for life in lives}

    took = {(life.source, life.id): one for life, one in zip(found.restored.tickets, found.restored.took, strict=True)}

    def row(name: tuple[str, str]) -> list[Any]:
        life = every[name]
        wall, working = took.get(name, (None, None))
        is_restored = wall is not None
        return [
            *(life.source, life.key, life.id, format_instant(life.created), instant(life.resolved_at)),
            *(name in place for place in places.values()),
            exact_seconds(wall),
            exact_seconds(working),
            ", ".join(life.teams),
            life.handovers if is_restored else None,
            len(life.reopened_at) if is_restored else None,
        ]

    return listed((*_TICKET, *parts, *_MEASURED), map(row, sorted(every)))
