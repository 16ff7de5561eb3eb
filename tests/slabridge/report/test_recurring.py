"""Recurring faults: what they broke, and what a period would have come to without them."""

from dataclasses import replace
from random import Random

import pytest

from sla_engine import Ticket, read_ticket
from sla_engine.instant import HOUR, MINUTE, format_instant, parse_instant
from slabridge.config.privacy import people_of
from slabridge.config.services.reporting import Reporting
from slabridge.report.document import Document
from slabridge.report.figures import Figures
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from tests.slabridge.report.small import outage, reporting

SERVICE = """
[services.mail]
name = "Mail"
calendar = "always"
availability = "99.9%"
outages = [{ tickets = { outage = "true", status = "new" } }]
objectives.fix = { clock = "resolution", targets = { priority = { P1 = "2h" }, else = "8h" }, compliance = "90%" }
fees = [{ amount = "100000.00", currency = "SEK" }]
consequences = { cap = { period = "60%", year = "90%" }, repeat = 2, strictest = true }
credits = [
  { measure = "overrun", objective = "fix", credit = "0.002%", per = "1h" },
  { measure = "breach", amount = "100.00" },
  { measure = "availability", tiers = [{ below = "99.9%", credit = "1%" }] },
  { measure = "compliance", objective = "fix", tiers = [{ below = "90%", credit = "2%" }] },
]
[reports]
fault = ["category"]
root_cause = "cause"
"""
QUARTER = read_period("2026-Q1", "UTC")
PEOPLE = people_of({"privacy": {"people": ["clerk"]}})


def ticket(key: str, created: str, hours: float | None, **fields: str) -> Ticket:
    """Return a ticket that was resolved after so many hours, or never."""
    first = {"status": "new", "priority": "P3", "team": "Desk", **fields}
    changes = {"priority": ["P1", "P3"]} if "lowered" in fields else {}
    history = [{"at": _after(created, 0.5), "by": "x", "changes": changes}] if changes else []
    if hours is not None:
        history.append({"at": _after(created, hours), "by": "x", "changes": {"status": ["new", "resolved"]}})
    now = first | ({} if hours is None else {"status": "resolved"}) | ({"priority": "P3"} if changes else {})
    return read_ticket({"source": "s", "key": key, "created": created, "fields": now, "history": history})


def _after(created: str, hours: float) -> str:
    return format_instant(parse_instant(created) + round(hours * 60) * MINUTE)


def rules(text: str = SERVICE, *dimensions: str) -> Reporting:
    return replace(
        reporting(text), dimensions=frozenset({"category", "team", "assignee", "clerk", "site", *dimensions})
    )


def reporter(tickets: list[Ticket], found: Reporting | None = None, *, evidence: bool = True) -> Reporter:
    wanted = Wanted(QUARTER, evidence=evidence)
    made = Reporter(rules() if found is None else found, wanted, QUARTER.end + HOUR)
    made.add(tickets)
    made.add_outages([outage("09:00", "11:00", ref="1")])
    return made


DISKS = [
    ticket("before", "2025-12-20T08:00:00Z", 1, category="disk"),
    ticket("first", "2026-01-10T08:00:00Z", 10, category="disk"),
    ticket("open", "2026-03-30T08:00:00Z", None, category="disk"),
    ticket("quick", "2026-02-10T08:00:00Z", 1, category="disk"),
]
NETS = [ticket(f"net{n}", f"2026-02-0{n}T08:00:00Z", 8 + n, category="net") for n in (1, 2, 3)]
OTHERS = [
    ticket("old", "2025-12-31T20:00:00Z", 30, category="old"),
    ticket("twice1", "2026-01-02T08:00:00Z", 100, category="twice"),
    ticket("twice2", "2026-01-03T08:00:00Z", 100, category="twice"),
    ticket("none", "2026-01-03T08:00:00Z", 1),
]


def test_what_a_fault_broke_is_counted_and_the_one_with_the_most_breached_time_comes_first() -> None:
    found = reporter([*DISKS, *NETS, *OTHERS]).recurring(PEOPLE)
    assert [(one.values, len(one.tickets), one.cycles, one.breached, one.over) for one in found.found] == [
        (("disk",), 3, 3, 2, 2 * HOUR + (40 - 8) * HOUR),  # open from 30 March 8:00 to the end of the quarter
        (("net",), 3, 3, 3, (1 + 2 + 3) * HOUR),
    ]
    everything = sum(one.over for one in found.found) + (30 - 8) * HOUR + 2 * (100 - 8) * HOUR
    assert (found.tickets, found.unset, found.breached, found.over) == (9, 1, 8, everything)
    assert found.can_tell


def test_the_first_ticket_of_a_fault_could_not_have_been_prevented() -> None:
    disk, net = reporter([*DISKS, *NETS]).recurring(PEOPLE).found
    assert [one.key for one in disk.again] == ["first", "quick", "open"]  # the very first came before the quarter
    assert [one.key for one in net.again] == ["net2", "net3"]


def test_where_most_tickets_have_no_values_it_cannot_be_told() -> None:
    assert (
        not reporter([ticket("none", "2026-01-03T08:00:00Z", 1), ticket("one", "2026-01-03T08:00:00Z", 1)])
        .recurring(PEOPLE)
        .can_tell
    )


def many(seed: int) -> list[Ticket]:
    """Return tickets of all kinds, from the year before to the end of the quarter."""
    rng = Random(seed)  # noqa: S311 - no secrets
    found = []
    for n in range(80):
        created = format_instant(parse_instant("2025-11-01T00:00:00Z") + rng.randrange(150 * 24 * 60) * MINUTE)
        more = {"category": rng.choice(["disk", "net", "mail"]), "priority": rng.choice(["P1", "P3"])}
        more |= {"outage": "true"} if rng.random() < 0.1 else {}
        more |= {"lowered": "yes"} if rng.random() < 0.3 else {}
        hours = None if rng.random() < 0.1 else rng.choice([1, 7.5, 9, 40])
        found.append(ticket(f"T{n}", created, hours, **more))
    return found


def told(document: Document) -> tuple[list[tuple[object, ...]], dict[str, str]]:
    """Return of a report the same that its figures say."""
    keys = ("promise", "measure", "target", "percent", "cases", "kept")
    bills = [bill for part in document["consequences"] for bill in part["bills"]]
    owed = {one["currency"]: sum(float(bill["total"]) for bill in bills) for one in bills}
    return [tuple(row[key] for key in keys) for row in document["summary"]], {
        key: f"{n:.2f}" for key, n in owed.items()
    }


def comparable(found: Figures) -> tuple[list[tuple[object, ...]], dict[str, str]]:
    rows = [(one.name, one.measure, one.target, one.percent, one.cases, one.kept) for one in found.promises]
    return list(rows), {currency: f"{amount:.2f}" for currency, amount in found.credits.items()}


@pytest.mark.parametrize("seed", range(6))
def test_without_tickets_figures_are_those_of_the_report_that_never_had_them(seed: int) -> None:
    tickets = many(seed)
    whole = reporter(tickets)
    gone = {("s", one.id) for one in whole.recurring(PEOPLE).found[0].again}
    assert len(gone) > 5
    left = [one for one in tickets if ("s", one.id) not in gone]
    assert comparable(whole.without(gone).figures()) == told(reporter(left, evidence=False).document())
    assert comparable(whole.figures()) == told(reporter(tickets, evidence=False).document())
    assert comparable(whole.without(gone).figures()) != comparable(whole.figures())


def late_at_night(**fields: str) -> list[Ticket]:
    """Return a fault of which those tickets that hold these fields came late."""
    slow = [ticket(f"slow{n}", "2026-01-10T08:00:00Z", 20, category="disk", **fields) for n in range(20)]
    return slow + [ticket(f"quick{n}", "2026-01-10T08:00:00Z", 1, category="disk") for n in range(20)]


@pytest.mark.parametrize(
    ("name", "is_cause"), [("site", True), ("assignee", False), ("clerk", False), ("status", False)]
)
def test_people_and_what_clocks_run_by_are_no_cause(name: str, is_cause: bool) -> None:
    held = {name: "active"}  # a status in which the clock runs, too
    (fault,) = reporter(late_at_night(**held), rules(SERVICE, name)).recurring(PEOPLE).found
    assert [(one.field, one.value) for one in fault.causes] == ([(name, "active")] if is_cause else [])


def test_who_held_a_ticket_at_its_breach_and_the_told_root_cause_may_be_causes() -> None:
    moved = []
    for n in range(20):
        slow = {"source": "s", "key": f"slow{n}", "created": "2026-01-10T08:00:00Z"}
        fields = {"status": "resolved", "priority": "P3", "team": "Desk", "category": "disk", "cause": "worn"}
        steps: list[tuple[float, dict[str, list[str | None]]]] = [
            (1, {"team": ["Desk", "Net"]}),
            (19, {"team": ["Net", "Desk"]}),
            (20, {"status": ["new", "resolved"], "cause": [None, "worn"]}),
        ]
        history = [{"at": _after(slow["created"], at), "by": "x", "changes": changes} for at, changes in steps]
        moved.append(read_ticket({**slow, "fields": fields, "history": history}))
    (fault,) = reporter([*moved, *late_at_night()[20:]], rules(SERVICE, "cause")).recurring(PEOPLE).found
    assert {(one.field, one.value) for one in fault.causes} == {("team", "Net"), ("cause", "worn")}
