"""The lists of a report are what its figures were counted from."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sla_engine import Ticket, read_ticket
from sla_engine.instant import HOUR
from slabridge.app.asked import Asked
from slabridge.app.report_file import of_file
from slabridge.report.difference import differences
from slabridge.report.document import Document
from slabridge.report.file_name import name_of
from slabridge.report.outage import Outage
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import page_of
from tests.slabridge.report.small import BASE, outage, reporting

SERVICE = """
[services.mail]
name = "Mail"
calendar = "always"
availability = "99.9%"
weight = { degraded = "50%" }
scope = { type = "incident" }
objectives.fix = { clock = "resolution", targets = { priority = { P1 = "2h", P3 = "8h" } }, compliance = "90%" }
fees = [{ amount = "1000.00", currency = "SEK" }]
consequences = { cap = { period = "12%", year = "50%" } }
credits = [
  { measure = "overrun", objective = "fix", credit = "1%", per = "1h" },
  { measure = "availability", tiers = [{ below = "99.9%", credit = "10%" }] },
  { measure = "compliance", objective = "fix", tiers = [{ below = "90%", credit = "2%" }] },
]
[reports]
incident = { type = "incident" }
"""


def ticket(key: str, *steps: tuple[str, str, str | None], **first: str | None) -> Ticket:
    """Return a ticket of 2 March 2026, 8:00 UTC, that was changed so afterwards."""
    fields: dict[str, str | None] = {"status": "new", "type": "incident", "priority": "P3", "team": "Desk", **first}
    history = []
    for at, name, value in steps:
        history.append({"at": f"2026-03-02T{at}:00Z", "by": "x", "changes": {name: [fields.get(name), value]}})
        fields[name] = value
    created = "2026-03-02T08:00:00Z"
    return read_ticket({"source": "s", "key": key, "created": created, "fields": fields, "history": history})


TICKETS = [
    ticket("quick", ("09:00", "status", "resolved")),
    ticket("nobody", ("09:00", "status", "resolved"), team=None),
    ticket("late", ("09:00", "team", "Net"), ("18:30", "status", "resolved")),
    ticket("open"),
    ticket("lowered", ("08:30", "priority", "P3"), ("11:00", "status", "resolved"), priority="P1"),
    ticket("raised", ("08:30", "priority", "P1"), ("11:00", "status", "resolved")),
    ticket("back", ("09:00", "status", "resolved"), ("10:00", "status", "new"), ("10:30", "status", "resolved")),
]
OUTAGES = [
    outage("09:00", "11:00", ref="1", cause="disk"),
    outage("09:00", "10:00", ref="1", version=2, cause="disk"),
    outage("09:30", "10:30", "degraded"),
    outage("12:00", "12:10", "excluded", ref="2"),
    outage("12:00", "12:20"),
]


def report(tickets: list[Ticket], outages: list[Outage]) -> Document:
    found = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(SERVICE), Wanted(found), found.end + HOUR)
    reporter.add(tickets)
    reporter.add_outages(outages)
    return reporter.document()


@pytest.fixture(scope="module")
def document() -> Document:
    return report(TICKETS, OUTAGES)


def rows(document: Document, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in lists_of(document)[name][1]]


def test_every_case_is_listed_with_its_outcome(document: Document) -> None:
    for one in document["objectives"]:
        mine = [row for row in rows(document, "cases") if row["objective"] == one["objective"]]
        counted = {outcome: sum(row["outcome"] == outcome for row in mine) for outcome in ("met", "breached")}
        assert counted == {key: one["compliance"][key] for key in counted}
    fix = [(row["ticket"], row["outcome"]) for row in rows(document, "cases") if row["objective"] == "fix"]
    assert sorted(fix) == [
        ("back", "met"),
        ("back", "met"),
        ("late", "breached"),
        ("lowered", "met"),
        ("nobody", "met"),
        ("open", "breached"),
        ("quick", "met"),
        ("raised", "breached"),
    ]


def test_every_measure_of_tickets_is_counted_from_the_list_of_tickets(document: Document) -> None:
    found, kpis = rows(document, "tickets"), document["kpis"]
    restored = [row for row in found if row["restored"]]
    assert len(restored) == kpis["restore"]["wall"]["count"] == 6
    for kind in ("wall", "working"):
        assert sum(row[f"{kind}_seconds"] for row in restored) == kpis["restore"][kind]["sum_seconds"]
    assert sum(row["handovers"] for row in restored) == kpis["handovers"]["sum"] == 1
    assert sum(row["reopenings"] for row in restored) == kpis["reopenings"]["sum"] == 1
    assert sum(row["incident"] for row in found) == kpis["incidents"]["count"] == 7
    assert [row["ticket"] for row in found if row["backlog"]] == ["open"]
    first = {row["ticket"] for row in found if row["first_team"]}
    assert first == {"quick", "lowered", "raised"}
    assert kpis["first_team_resolution"]["count"] == len(first)


def test_a_target_that_changed_under_way_is_told_in_both_directions(document: Document) -> None:
    moved = document["changed_under_way"]
    assert [moved[key] for key in ("longer", "shorter", "met_only_thereby", "breached_only_thereby")] == [1, 1, 1, 1]
    assert [(row["ticket"], row["first_breached"], row["breached"]) for row in rows(document, "changed")] == [
        ("lowered", True, False),
        ("raised", False, True),
    ]


def test_the_outages_that_counted_add_up_and_all_that_is_recorded_is_shown(document: Document) -> None:
    (one,) = document["availability"]
    assert [row["down_seconds"] for row in one["outages"]] == [3600 + 900, 600]
    assert sum(Fraction(row["down_seconds"]) for row in one["outages"]) == Fraction(one["down_seconds"])
    assert [(row["ref"], row["version"]) for row in one["records"] if row["effect"] == "superseded"] == [("1", 1)]
    assert len(one["records"]) == len(OUTAGES)
    page = page_of(document)
    assert "1 excluded without anybody's approval: 2 from 2026-03-02 12:00" in page.replace("&#39;", "'")
    assert "(version 1)" in page
    assert [row["effect"] for row in one["records"]] == ["counted", "counted", "excluded", "counted", "superseded"]
    assert [row["records"] for row in one["outages"]] == [["1", "degraded"], ["down"]]


def test_a_bill_shows_how_it_adds_up_to_its_cap(document: Document) -> None:
    ((bill,),) = [part["bills"] for part in document["consequences"]]
    assert [item["text"] for item in bill["items"]][-2:] == [
        "availability 99.8095 %, below 99.9 %; 10 % of the fee of a month",
        "compliance of fix 62.5000 %, below 90 %; 2 % of the fee of a month",
    ]
    assert "x 1h" in bill["items"][0]["text"]
    assert sum(Decimal(item["amount"]) for item in bill["items"]) == Decimal(bill["before_caps"])
    assert [bill[key] for key in ("fee", "cap_of_the_period", "capped_by", "total")] == [
        "1000.00",
        "120.00",
        "period",
        "120.00",
    ]
    assert sum(Decimal(row["amount"]) for row in rows(document, "credits")) == Decimal(bill["total"])


def test_notice_counts_from_its_day_on_and_duties_need_no_credits() -> None:
    text = """
[services.mail]
calendar = "always"
availability = "99.9%"
consequences = { termination = { measure = "availability", periods = 2, within = 3, notified = true } }
[[facts]]
fact = "notice"
service = "mail"
period = "2026-03"
on = 2026-04-10
[[facts]]
fact = "notice"
service = "mail"
period = "2026-04"
on = 2026-05-10
"""
    left = []
    for name in ("2026-03", "2026-04", "2026-05"):
        period = read_period(name, "UTC")
        reporter = Reporter(reporting(text), Wanted(period), period.end + HOUR)
        reporter.add_outages([outage(f"2026-0{month}-02T08:00:00Z", f"2026-0{month}-03T08:00:00Z") for month in (3, 4)])
        left.append([duty["periods_left"] for part in reporter.document()["consequences"] for duty in part["duties"]])
    assert left == [[], [1], [0]]


def test_what_is_told_after_the_end_stands_beside_the_breach_and_fulfils_the_duty() -> None:
    rca = 'rca = { by = { days = 5 }, calendar = "always", from = "breach", delivered = { field = "told" } }'
    text = SERVICE.replace('year = "50%" } }', f'year = "50%" }}, {rca} }}')
    text = text.replace("credits = [", 'credits = [{ measure = "breach", where = { vip = "yes" }, amount = "7.00" },')
    text = text.replace("[reports]", '[reports]\nroot_cause = "why"')
    late = ticket("late", ("18:30", "status", "resolved"), ("19:00", "told", "x"), ("19:30", "why", "disk"), vip="yes")
    silent = ticket("silent", ("18:30", "status", "resolved"))
    period = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(text), Wanted(period, by=("team",)), period.end + HOUR)
    reporter.add([late, silent])
    found = reporter.document()
    (fix,) = [one for one in found["objectives"] if one["agreement"] == "mail"]
    assert {case["ticket"]: case["root_cause"] for case in fix["breaches"]} == {"late": "disk", "silent": None}
    (part,) = found["consequences"]
    assert {duty["ticket"]: duty["done"] for duty in part["duties"]} == {"late": True, "silent": False}
    assert [item["ticket"] for item in part["bills"][0]["items"] if item["amount"] == "7.00"] == ["late"]
    assert "<td>disk</td>" in page_of(found)


def test_what_no_figure_rests_on_is_said_and_gives_none() -> None:
    period = read_period("2026-03", "UTC")
    dark = Reporter(
        reporting('[services.mail]\ncalendar = "always"\navailability = "99%"\n'), Wanted(period), period.end
    )
    (one,) = dark.document()["availability"]
    assert (one["percent"], one["kept"], one["why_no_verdict"]["text"]) == (None, None, "nothing tells of outages")
    paid = SERVICE.replace('{ amount = "1000.00"', '{ customer = "Acme", amount = "1000.00"')
    unpaid = Reporter(reporting(paid), Wanted(period), period.end)
    unpaid.add(TICKETS)
    unpaid.document()
    (text,) = map(str, unpaid.lacking)
    assert text.startswith("the fees for Mail are those of customers: in 2026-03 shares of them are nothing but")
    for customer, expected in (
        ("Acme", []),
        ("Beta", ["Beta pays no fee for Mail in 2026-03: shares of it are nothing"]),
    ):
        of_one = Reporter(reporting(paid), Wanted(period, customer=customer), period.end)
        of_one.document()
        assert [*map(str, of_one.lacking)] == expected
    week = Reporter(reporting(SERVICE), Wanted(read_period("2026-W10", "UTC")), period.end)
    assert "credits of Mail are worked out by the month: 2026-W10 holds none" in [
        note["text"] for note in week.document()["notes"]
    ]
    twice = Reporter(reporting(SERVICE), Wanted(period, services=("mail", "mail")), period.end)
    assert len(twice.document()["consequences"]) == 1


def test_a_cap_is_a_share_of_a_fee_and_not_nothing_where_there_is_none() -> None:
    text = SERVICE.replace("fees = [", "# fees = [").replace(
        "credits = [", 'credits = [{ measure = "breach", amount = "7.00" },'
    )
    period = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(text), Wanted(period), period.end + HOUR)
    reporter.add(TICKETS)
    ((bill,),) = [part["bills"] for part in reporter.document()["consequences"]]
    assert (bill["total"], bill["cap_of_the_period"]) == ("21.00", None)


def test_an_exclusion_that_nobody_approved_is_a_note(document: Document) -> None:
    assert "excluded outages of Mail that nobody approved: 1" in [note["text"] for note in document["notes"]]


def test_a_case_has_the_fields_that_cases_are_told_apart_by(document: Document) -> None:
    names, cases = lists_of(document)["cases"]
    assert "priority" in names
    assert {case["priority"] for case in cases} == {"P1", "P3"}


def test_what_ended_here_and_was_decided_before_is_listed() -> None:
    period = read_period("2026-03", "UTC")
    begun = read_ticket(
        {
            "source": "s",
            "key": "old",
            "created": "2026-02-02T08:00:00Z",
            "fields": {"status": "resolved", "type": "incident", "priority": "P3"},
            "history": [{"at": "2026-03-02T08:00:00Z", "by": "x", "changes": {"status": ["new", "resolved"]}}],
        }
    )
    reporter = Reporter(reporting(SERVICE), Wanted(period), period.end + HOUR)
    reporter.add([begun, *TICKETS])
    document = reporter.document()
    for one in document["objectives"]:
        ended = [
            row
            for row in rows(document, "cases")
            if (row["agreement"], row["objective"]) == (one["agreement"], one["objective"])
            if (row["stopped_at"] or "") >= "2026-03" and row["stopped_at"] < "2026-04"
        ]
        assert len(ended) == one["elapsed"]["count"]
        assert sum(Fraction(row["elapsed_seconds"]) for row in ended) == Fraction(one["elapsed"]["sum_seconds"])
    assert ("old", "decided earlier") in {(row["ticket"], row["outcome"]) for row in rows(document, "cases")}


def test_files_are_called_by_what_they_are_of() -> None:
    assert name_of("2026-03") == "report-2026-03"
    assert name_of("2026-03-01..2026-03-08", "mail", "A/S ../Acme") == "report-2026-03-01_2026-03-08-mail-A-S-Acme"


def test_what_is_not_decided_yet_is_counted_apart() -> None:
    found = report([ticket("open", status="new"), ticket("done", ("09:00", "status", "resolved"))], [])
    assert {"agreement": "mail", "objective": "fix", "count": 1} in found["open_and_breached"]["by_objective"]
    period = read_period("2026-03", "UTC")
    reporter = Reporter(reporting(SERVICE), Wanted(period), period.start + 34 * HOUR)
    reporter.add([ticket("young")])
    (fix,) = [one for one in reporter.document()["objectives"] if one["agreement"] == "mail"]
    assert (fix["undecided"], fix["compliance"]["cases"]) == ({"running": 1, "paused": 0}, 0)


def test_a_case_that_was_met_and_counts_no_more_is_a_difference(document: Document) -> None:
    after = report([one for one in TICKETS if one.key != "quick"], OUTAGES)
    assert "quick mail.fix#1: not met any more" in differences(document, after)


def test_a_ticket_that_stands_in_the_file_twice_counts_once_and_is_named(tmp_path: Path) -> None:
    line = json.dumps({"source": "s", "key": "A", "created": "2026-03-02T08:00:00Z", "fields": {"type": "incident"}})
    (tmp_path / "tickets.jsonl").write_text(f"{line}\n{line}\nnothing\n")
    (tmp_path / "slabridge.toml").write_text(BASE + SERVICE)
    (tmp_path / "outages.csv").write_text("service,from,to\nmale,2026-03-02T08:00:00Z,2026-03-02T09:00:00Z\n")
    asked = Asked("2026-03", now=read_period("2026-03", "UTC").end, outages=(tmp_path / "outages.csv",))
    found = of_file(tmp_path / "slabridge.toml", tmp_path / "tickets.jsonl", replace(asked, by=("type", "tema")))
    assert found.lacking[-1] == "no ticket has a field 'tema'"
    assert found.document["cover"]["tickets"] == found.document["kpis"]["incidents"]["count"] == 1
    assert [number for number, _ in found.invalid] == [2, 3]
    assert found.invalid[0] == (2, "A stands in line 1 already, which counts")
    assert any("line 2: A stands" in text for text in found.document["cover"]["set_aside"])
    assert found.lacking[:-1] == ["outages of 'male', which is no service of the file; the nearest is \"mail\""]


def test_of_tickets_that_cannot_be_judged_a_customers_report_names_its_own_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = read_period("2026-03", "UTC")
    wrong = [ticket("A", customer="Acme"), ticket("B", customer="Beta"), ticket("C")]
    for customer, expected in (("Acme", {"A: wrong"}), (None, {"A: wrong", "B: wrong", "C: wrong"})):
        reporter = Reporter(reporting(SERVICE), Wanted(found, customer=customer), found.end + HOUR)
        judged = reporter._main.engine.evaluate([], reporter.as_of)
        invalid = replace(judged, invalid=[(n, "wrong") for n in range(len(wrong))])
        with monkeypatch.context() as patched:
            patched.setattr(reporter._main.engine, "evaluate", lambda *_, **__: invalid)  # noqa: B023 - of this turn
            reporter.add(wrong)
        assert set(reporter.document()["cover"]["set_aside"]) == expected
