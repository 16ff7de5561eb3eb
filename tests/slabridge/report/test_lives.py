"""Lives of tickets, and what is measured on them."""

from itertools import pairwise
from typing import Any

import pytest

from sla_engine import Calendar, read_ticket
from sla_engine.condition import Equals
from sla_engine.instant import DAY, HOUR, parse_instant
from slabridge.report.kpis import Spans, backlog, faults, handled, incidents, per_30_days, restored
from slabridge.report.life import Asked, Life, lives_of
from slabridge.report.period import read_period
from slabridge.report.statistics import durations_of
from tests.slabridge.report.small import reporting

MARCH = read_period("2026-03", "UTC")
NOW = parse_instant("2026-04-01T00:00:00Z")
ASKED = Asked(
    resolved=Equals("status", ("resolved", "closed")),
    holder="team",
    waiting=Equals("status", ("waiting",)),
    incident=Equals("type", ("incident",)),
    scope=Equals("service", ("Mail",)),
    at_creation=("service", "category"),
)
FIELDS = ("status", "team", "type", "service", "category")


def ticket(created: str, *entries: tuple[str, dict[str, tuple[Any, Any]]], key: str = "T", **fields: object) -> Life:
    """Return the life of a ticket that was changed so; `fields` are its first values."""
    first = {"status": "new", "team": "A", "type": "incident", "service": "Mail", "category": "x", **fields}
    last = dict(first)
    history = []
    for at, changes in entries:
        history.append(
            {"at": f"2026-{at}Z", "by": "x", "changes": {name: list(pair) for name, pair in changes.items()}}
        )
        last |= {name: pair[1] for name, pair in changes.items()}
    raw = {"source": "s", "key": key, "created": f"2026-{created}Z", "fields": last, "history": history}
    calendars = {"always": Calendar(reporting("").definitions.calendars["always"])}
    (life,) = lives_of([read_ticket(raw)], NOW, ASKED, FIELDS, calendars)
    return life


def to(at: str, before: str, after: str) -> tuple[str, dict[str, tuple[str, str]]]:
    return at, {"status": (before, after)}


def worked(spans: Spans) -> list[int]:
    return [(end - start) // 3 for start, end in spans]


def test_time_to_restore_goes_from_creation_to_the_last_entry_into_a_resolved_state() -> None:
    plain = ticket(
        "03-02T08:00:00", to("03-02T10:00:00", "new", "resolved"), to("03-07T10:00:00", "resolved", "closed")
    )
    again = ticket(
        "02-20T00:00:00",
        to("02-20T02:00:00", "new", "resolved"),
        to("03-01T00:00:00", "resolved", "new"),
        to("03-03T00:00:00", "new", "closed"),
    )
    born = ticket("03-02T08:00:00", status="resolved")
    back = ticket("03-02T08:00:00", to("03-02T10:00:00", "new", "resolved"), to("03-03T10:00:00", "resolved", "new"))
    found = restored([plain, again, born, back], MARCH, worked)
    assert [life.resolved_at for life in found.tickets] == [plain.resolved_at, again.resolved_at]
    assert (found.born_resolved, found.open_again) == (1, 1)
    walls = [2 * HOUR, 11 * DAY]
    assert found.took == tuple(zip(walls, worked([(0, wall) for wall in walls]), strict=True))
    assert again.reopened_at == (parse_instant("2026-03-01T00:00:00Z"),)


def test_handovers_pass_unset_over_and_the_first_contact_is_one_team_quick_and_without_waiting() -> None:
    def held(*teams: str | None, status: str = "new") -> Life:
        entries = [
            (f"03-02T08:0{n}:00", {"team": (before, after)}) for n, (before, after) in enumerate(pairwise(teams), 1)
        ]
        return ticket(
            "03-02T08:00:00", *entries, to("03-02T09:00:00", status, "resolved"), team=teams[0], status=status
        )

    lives = [held("A"), held("A", None, "B"), held("A", None, "A"), held(None, "A"), held("A", "B", "A", "B")]
    assert [life.handovers for life in lives] == [0, 1, 0, 0, 3]
    found = handled(restored([*lives, held("A", status="waiting")], MARCH, worked), HOUR)
    assert (found.handovers, found.without_handover, found.three_and_more) == (4, 4, 1)
    assert len(found.first_contact) == 3
    assert handled(restored(lives, MARCH, worked), HOUR // 4).first_contact == ()


def test_the_bridge_of_a_backlog_adds_up() -> None:
    lives = [
        ticket("02-01T00:00:00"),  # before and after
        ticket("02-01T00:00:00", to("03-05T00:00:00", "new", "resolved")),
        ticket("03-05T00:00:00", to("03-06T00:00:00", "new", "resolved"), to("03-07T00:00:00", "resolved", "new")),
        ticket("03-31T12:00:00"),
        ticket("03-05T00:00:00", ("03-06T00:00:00", {"service": ("Web", "Mail")}), service="Web"),
        ticket("03-05T00:00:00", ("03-06T00:00:00", {"service": ("Mail", "Web")})),
        ticket("03-05T00:00:00", status="resolved"),
    ]
    found = backlog(lives, MARCH, NOW)
    assert found.before == 2
    assert found.came == {"created": 3, "re-opened": 1, "came into scope": 1}
    assert found.went == {"resolved": 2, "left the scope": 1}
    assert len(found.after) == found.before + found.came.total() - found.went.total() == 4
    assert found.ages == {"<1 d": 1, "<30 d": 2, "<90 d": 1}


def test_incidents_are_counted_by_what_they_were_at_their_creation() -> None:
    became = ticket("03-05T00:00:00", ("03-06T00:00:00", {"type": ("incident", "request")}))
    was_none = ticket("03-05T00:00:00", ("03-06T00:00:00", {"type": ("request", "incident")}), type="request")
    assert incidents([became, was_none, ticket("02-05T00:00:00")], MARCH) == (became,)
    assert per_30_days(1, MARCH, NOW) * 31 == 30


def test_a_fault_recurs_where_three_tickets_share_its_values_and_one_is_of_the_period() -> None:
    def created(at: str, category: str | None = "x") -> Life:
        return ticket(at, category=category)

    lives = [
        created("01-05T00:00:00"),
        created("02-05T00:00:00"),
        created("03-05T00:00:00"),
        created("03-06T00:00:00", "y"),
    ]
    (fault,) = faults(lives, MARCH, ("service", "category")).recurring(MARCH, 3)
    assert (fault.values, len(fault.tickets), fault.in_period) == (("Mail", "x"), 3, 1)
    assert faults(lives[:2], MARCH, ("service", "category")).recurring(MARCH, 2) == []  # none of the period
    old = [created("03-05T00:00:00"), ticket("03-06T00:00:00"), created("03-07T00:00:00")]
    assert len(faults(old, MARCH, ("category",)).recurring(MARCH, 3)) == 1
    unset = faults([created("03-05T00:00:00", None), *lives], MARCH, ("category",))
    assert (unset.looked_at, unset.unset, unset.can_tell) == (3, 1, True)
    assert not faults([created("03-05T00:00:00", None)] * 2 + lives[2:3], MARCH, ("category",)).can_tell


@pytest.mark.parametrize(
    ("values", "median", "ninetieth"),
    [([5], 5, 5), ([1, 2], 1.5, 2), ([3, 1, 2], 2, 3), (list(range(1, 11)), 5.5, 9), (list(range(1, 12)), 6, 10)],
)
def test_a_percentile_is_a_value_that_occurred_and_a_median_the_mean_of_the_middle(
    values: list[int], median: float, ninetieth: int
) -> None:
    found = durations_of(values)
    assert found.median is not None
    assert (found.count, found.sum, float(found.median), found.ninetieth) == (
        len(values),
        sum(values),
        median,
        ninetieth,
    )
    assert durations_of([]).mean is None
