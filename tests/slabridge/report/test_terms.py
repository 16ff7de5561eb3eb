"""What a contract may say of how cycles count: the strictest target, the basis, exclusions, versions; and loopholes."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from msgspec import structs

from sla_engine import Result, Ticket, read_ticket
from sla_engine.instant import HOUR
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.redefined import redefinitions
from slabridge.report.reporter import Reporter, Wanted
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import page_of
from tests.slabridge.report.small import reporting
from tests.slabridge.report.test_evidence import ticket

SERVICE = """
[services.mail]
calendar = "always"
scope = { type = "incident" }
objectives.fix = { clock = "resolution", targets = { priority = { P1 = "2h", P2 = "4h", P3 = "8h" } } }
fees = [{ amount = "1000.00", currency = "SEK" }]
credits = [
  { measure = "breach", amount = "50.00" },
  { measure = "overrun", objective = "fix", amount = "10.00", per = "1h" },
]
"""
STRICT = SERVICE + "consequences = { strictest = true }\n"


def made(text: str, *tickets: Ticket, period: str = "2026-03", **wanted: Any) -> Document:  # noqa: ANN401
    found = read_period(period, "UTC")
    reporter = Reporter(reporting(text), Wanted(found, **wanted), found.end)
    reporter.add(tickets)
    return reporter.document()


def bill(document: Document) -> dict[str, Any]:
    ((found,),) = [part["bills"] for part in document["consequences"]]
    return dict(found)


LOWERED = ticket("lowered", ("09:00", "priority", "P3"), ("13:00", "status", "resolved"), priority="P1")
"""Opened at 8:00 as P1 (2h), made P3 (8h) at 9:00, solved at 13:00."""
BETWEEN = ticket(
    "between", ("08:30", "priority", "P1"), ("09:00", "priority", "P3"), ("11:00", "status", "resolved"), priority="P2"
)
"""P1 was neither its first nor its last priority."""
CLOSED = ticket("closed", ("09:00", "status", "resolved"), ("09:30", "priority", "P1"))
"""Raised when it was over."""


@pytest.mark.parametrize(
    ("one", "usual", "strict"),
    [(LOWERED, "0.00", "80.00"), (BETWEEN, "0.00", "60.00"), (CLOSED, "0.00", "0.00")],
    ids=lambda one: getattr(one, "key", None),
)
def test_lowering_a_priority_hides_no_breach_where_the_strictest_target_counts(
    one: Ticket, usual: str, strict: str
) -> None:
    without, held = made(SERVICE, one), made(STRICT, one)
    assert (bill(without)["total"], bill(held)["total"]) == (usual, strict)
    other = None if usual == strict else strict
    assert bill(without)["by_other_targets"] == other
    assert bill(held)["by_other_targets"] == (None if usual == strict else usual)
    assert without["changed_under_way"]["breached_by_the_strictest"] == (usual != strict)


def test_a_cycle_that_an_earlier_definition_judged_is_tried_by_no_target_of_today() -> None:
    """It was met by what was agreed then; that the file asks for less time today is no breach."""

    def as_stored(results: Sequence[Result], _: int) -> list[Result]:
        return [structs.replace(one, definition="earlier", target=8 * HOUR) for one in results]

    period = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(STRICT), Wanted(period), period.end)
    reporter.add([LOWERED], keep=as_stored)
    found = reporter.document()
    assert bill(found)["total"] == "0.00"
    assert found["changed_under_way"]["cycles"] == []


def test_the_strictest_target_makes_no_difference_to_what_never_changed() -> None:
    plain = [ticket("late", ("19:00", "status", "resolved")), ticket("quick", ("09:00", "status", "resolved"))]
    assert bill(made(STRICT, *plain))["total"] == bill(made(SERVICE, *plain))["total"] == "80.00"


def test_what_the_strictest_target_broke_before_counts_in_the_period_in_which_it_broke() -> None:
    """Lowered in the last hour of February, broken by the first target then, and solved in March."""
    one = ticket("late", ("10:00", "status", "resolved"))
    events = [
        {"at": "2026-02-28T23:30:00Z", "by": "x", "changes": {"priority": ["P1", "P3"]}},
        {"at": "2026-03-01T05:00:00Z", "by": "x", "changes": {"status": ["new", "resolved"]}},
    ]
    fields = {"status": "resolved", "type": "incident", "priority": "P3"}
    created = "2026-02-28T21:00:00Z"
    late = read_ticket({"source": "s", "key": "f", "created": created, "fields": fields, "history": events})
    first = STRICT.replace('{ measure = "overrun"', '# { measure = "overrun"')
    assert [bill(made(first, late, one, period=month))["total"] for month in ("2026-02", "2026-03")] == [
        "50.00",
        "0.00",
    ]


def test_an_agreement_may_count_by_the_end_and_the_basis_stands_beside_the_figure() -> None:
    text = SERVICE.replace('scope = { type = "incident" }', 'scope = { type = "incident" }\ncounts = "stopped"')
    found = made(text, ticket("open"), ticket("quick", ("09:00", "status", "resolved")))
    by = {one["agreement"]: one for one in found["objectives"]}
    assert (by["mail"]["counts"], by["mail"]["compliance"]["cases"]) == ("stopped", 1)
    assert (by["other"]["counts"], by["other"]["compliance"]["cases"]) == ("decided", 2)
    assert "in which it was stopped" in page_of(found)
    assert found["open_and_breached"]["count"] == 2


def test_leaving_a_ticket_open_hides_no_breach_but_from_compliance_by_end() -> None:
    found = made(SERVICE, ticket("open"), ticket("quick", ("09:00", "status", "resolved")))
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "mail"]
    assert (fix["compliance"]["met"], fix["compliance"]["breached"]) == (1, 1)
    assert fix["by_end"] == {"met": 1, "breached": 0, "percent": "100.00"}
    assert "Compliance by end" in page_of(found)


EXCLUDING = SERVICE.replace(
    'scope = { type = "incident" }',
    'scope = { type = "incident" }\nexclude = [{ force_majeure = "true" }, { team = ["Vendor", "Customer"] }]',
)


def test_an_exclusion_says_which_condition_held_and_who_approved_it() -> None:
    text = EXCLUDING + '[reports]\napproved_by = "approved"\n'
    storm = ticket("storm", ("19:00", "status", "resolved"), force_majeure="true", approved="Cara")
    theirs = ticket("theirs", ("19:00", "status", "resolved"), team="Vendor")
    found = made(text, storm, theirs)
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "mail"]
    assert [(row["ticket"], row["because"], row["approved_by"]) for row in fix["excluded"]] == [
        ("storm", 'force_majeure = "true"', "Cara"),
        ("theirs", 'team = ["Vendor", "Customer"]', None),
    ]
    assert "tickets with excluded cycles that nobody approved: 1" in [note["text"] for note in found["notes"]]
    page = page_of(found)
    assert "force_majeure = &#34;true&#34;" in page
    assert "Cara" in page


def test_where_nobody_is_named_for_approvals_none_is_missed() -> None:
    found = made(EXCLUDING, ticket("storm", ("19:00", "status", "resolved"), force_majeure="true"))
    assert not [note for note in found["notes"] if "approved" in note["text"]]


def test_all_tickets_excluded_is_no_cases_and_never_100_percent() -> None:
    found = made(EXCLUDING, ticket("storm", ("19:00", "status", "resolved"), force_majeure="true"))
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "mail"]
    assert (fix["compliance"]["percent"], fix["compliance"]["excluded"]) == (None, 1)
    assert fix["compliance"]["why_no_verdict"]["text"] == "no cases"
    assert bill(found)["total"] == "0.00"


VERSIONS = """
[agreements.old]
id = "desk"
name = "Until the middle of March"
kind = "sla"
valid_to = 2026-03-15
calendar = "always"
objectives.fix = { clock = "resolution", targets = "8h" }
[agreements.new]
id = "desk"
name = "From then on"
kind = "sla"
valid_from = 2026-03-15
calendar = "always"
objectives.fix = { clock = "resolution", targets = "1h" }
"""


def test_versions_that_begin_or_end_in_the_period_are_named_and_each_cycle_goes_by_its_own() -> None:
    first = ticket("first", ("10:00", "status", "resolved"))
    found = made(VERSIONS, first)
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "desk"]
    assert fix["compliance"]["met"] == 1
    assert [(one["version"], one["valid_from"], one["valid_to"]) for one in found["changes"]["versions"]] == [
        ("old", None, "2026-03-15"),
        ("new", "2026-03-15", None),
    ]
    mine = [one for one in found["cover"]["definitions"] if one["agreement"] == "desk"]
    assert [one["version"] for one in mine] == ["old", "new"]
    assert len({one["objectives"]["fix"] for one in mine}) == 2
    page = page_of(found)
    assert "in force from 2026-03-15" in page
    assert "until 2026-03-15" in page
    assert made(VERSIONS, first, period="2026-04")["changes"]["versions"] == []


def test_what_a_file_says_otherwise_is_named_by_its_key() -> None:
    before = {"agreements": {"a": {"targets": "4h", "name": "A"}}, "timezone": "UTC", "chain": [1]}
    now = {"agreements": {"a": {"targets": "8h", "name": "A"}, "b": {"kind": "ola"}}, "chain": [1, 2]}
    assert [(one.key, one.before, one.now) for one in redefinitions(before, now)] == [
        ("agreements.a.targets", '"4h"', '"8h"'),
        ("agreements.b", None, '{ kind = "ola" }'),
        ("timezone", '"UTC"', None),
        ("chain", "[1]", "[1, 2]"),
    ]
    assert [*redefinitions(now, now)] == []


def test_who_used_the_time_the_bridge_and_faults_open_their_tickets() -> None:
    text = SERVICE + '[reports]\nfault = ["category"]\nfault_min = 2\n'
    found = made(
        text,
        ticket("a", ("09:00", "team", "Net"), ("10:00", "status", "resolved"), category="disk"),
        ticket("b", ("11:00", "status", "resolved"), ("12:00", "status", "new"), category="disk"),
        ticket("c", category="mail"),
    )
    lists = {name: [dict(row) for row in rows] for name, (_, rows) in lists_of(found).items()}
    for row in found["time_used"]:
        mine = [one for one in lists["time"] if all(one[key] == row[key] for key in ("agreement", "holder", "cover"))]
        for part in ("seconds", "covered", "closed", "paused", "uncovered"):
            assert sum(Fraction(one[part]) for one in mine) == Fraction(row[part])
    assert {(one["ticket"], one["holder"]) for one in lists["time"]} >= {("a", "Desk"), ("a", "Net")}
    backlog, steps = found["kpis"]["backlog"], [one["step"] for one in lists["backlog"]]
    for name, count in {**backlog["came"], **backlog["went"]}.items():
        assert steps.count(name) == count
    assert steps.count("before") == backlog["before"] == 0
    (fault,) = found["kpis"]["recurring_faults"]["found"]
    assert [one["ticket"] for one in lists["faults"]] == ["a", "b"]
    assert fault["tickets"] == 2
    april = made(text, ticket("c", category="mail"), period="2026-04")
    assert [(row["ticket"], row["step"]) for row in lists_of(april)["backlog"][1]] == [("c", "before")]


def test_a_new_service_without_a_ticket_says_that_nothing_is_known() -> None:
    found = made(SERVICE)
    assert "no ticket of the period is known" in [note["text"] for note in found["notes"]]
    assert found["summary"] == []


def test_the_hour_that_the_clocks_skip_is_no_service_time() -> None:
    text = """
[services.mail]
calendar = "zone"
availability = "99%"
timezone = "Europe/Stockholm"
[calendars.zone]
timezone = "Europe/Stockholm"
hours = "24x7"
"""
    found = read_period("2026-03", "Europe/Stockholm")
    (one,) = Reporter(reporting(text), Wanted(found, services=("mail",)), found.end + HOUR).document()["availability"]
    assert one["service_time_seconds"] == (31 * 24 - 1) * 3600


def test_what_readers_of_a_bad_month_asked_is_answered() -> None:
    """How many tickets were not measured, what changed when, what is due next, and what each line of the bill comes to."""
    jumped = ticket("jumped", ("09:00", "status", "resolved"), status="resolved")
    text = SERVICE.replace(
        "objectives.fix", 'objectives.first = { clock = "response", targets = "1h" }\nobjectives.fix'
    )
    active = ticket("active", ("09:00", "status", "resolved"), status="active")
    found = made(text, LOWERED, active, jumped)
    by = {one["objective"]: one for one in found["objectives"] if one["agreement"] == "mail"}
    assert (by["first"]["without_cycle"], by["fix"]["without_cycle"]) == (1, 0)
    assert "1 tickets that were created in the period have other cycles" in page_of(found)
    (row,) = [one for one in found["changed_under_way"]["cycles"] if one["objective"] == "fix"]
    assert row["steps"] == ["2026-03-02T09:00:00Z priority: P1 -> P3"]
    assert "2026-03-02T09:00:00Z priority: P1 -&gt; P3" in page_of(found)
    period = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(SERVICE), Wanted(period), period.start + 34 * HOUR)
    reporter.add([ticket("young"), ticket("old", priority="P2")])
    draft = reporter.document()
    assert [
        (one["ticket"], one["due_at"]) for one in lists_of(draft)["undecided"][1] if one["agreement"] == "mail"
    ] == [
        ("old", "2026-03-02T12:00:00Z"),
        ("young", "2026-03-02T16:00:00Z"),
    ]
    assert draft["kpis"]["incidents"] == {"count": 2, "per_30_days": "42.35"}
    late = made(SERVICE, ticket("late", ("19:00", "status", "resolved")))
    assert [(one["measure"], one["items"], one["amount"]) for one in bill(late)["by_line"]] == [
        ("breach", 1, "50.00"),
        ("overrun", 1, "30.00"),
    ]
    open_one = made(SERVICE, ticket("open"))["open_and_breached"]
    assert [one["age_seconds"] for one in open_one["cycles"] if one["objective"] == "fix"] == [
        open_one["greatest_seconds"] - 4 * 3600
    ]


def test_a_breach_that_became_known_later_counts_there_and_is_among_what_changed() -> None:
    """Broken on 27 February by the target that it was given on 2 March."""
    raised = read_ticket(
        {
            "source": "s",
            "key": "raised",
            "created": "2026-02-27T08:00:00Z",
            "fields": {"status": "new", "type": "incident", "priority": "P1"},
            "history": [{"at": "2026-02-27T12:00:00Z", "by": "x", "changes": {"priority": ["P2", "P1"]}}],
        }
    )
    moved = tuple(structs.replace(one, at=one.at + 66 * HOUR) for one in raised.history)
    later = structs.replace(raised, history=moved)
    text = SERVICE.replace('P2 = "4h"', 'P2 = "200h"')
    found = made(text, later)
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "mail"]
    assert [one["breached_at"] for one in fix["breaches"]] == ["2026-02-27T10:00:00Z"]
    assert [one["ticket"] for one in found["changed_under_way"]["cycles"]] == ["raised"]


def test_tickets_are_measured_in_the_hours_of_the_service_whether_it_promises_availability_or_not() -> None:
    found = made(SERVICE, ticket("quick", ("09:00", "status", "resolved")))
    assert found["kpis"]["restore"]["calendar"] == "always"
    text = SERVICE.replace('calendar = "always"', 'calendar = "office"')
    assert made(text)["kpis"]["restore"]["calendar"] == "office"
