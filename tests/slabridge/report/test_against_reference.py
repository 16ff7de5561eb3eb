"""The figures of a report are those that a slow script works out apart."""

import gzip
import json
import tomllib
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.month import MONTHS
from sla_engine import Engine, read_ticket
from sla_engine.instant import HOUR, format_instant, parse_instant
from slabridge.config.agreements.definitions import load_definitions
from slabridge.config.services.reporting import load_reporting
from slabridge.report.case import name_of
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from slabridge.report.strictest import Strictest
from tests.places import SHARED, absent
from tests.reference.log import compared
from tests.reference.random_cases import examples, random_case
from tests.reference.report import Reference, strictest
from tests.reference.result import DueTooFarError

LOG = SHARED / "data" / "uci_tickets.jsonl.gz"
LOGGED = pytest.mark.skipif(not LOG.is_file(), reason=absent(LOG))
CONFIGURATION = """
timezone = "Europe/Stockholm"
[calendars.office]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE"]
[calendars.always]
timezone = "UTC"
hours = "24x7"
[clocks.resolution]
start = { status = { not = ["Resolved", "Closed"] } }
pause = { status = ["Awaiting User Info", "Awaiting Evidence", "Awaiting Vendor", "Awaiting Problem"] }
stop = { status = ["Resolved", "Closed"] }
[clocks.handling]
while = { team = { set = true }, status = { not = ["Resolved", "Closed"] } }
reset = { event = "change", field = "team" }
on_reset = "complete"
[agreements.incidents]
kind = "sla"
calendar = "always"
objectives.resolution = { clock = "resolution", targets = { priority = { "1 - Critical" = "4h", "2 - High" = "8h" }, else = "72h" } }
[agreements.teams]
kind = "ola"
calendar = "office"
supports = ["incidents.resolution"]
objectives.handling = { clock = "handling", targets = "16h" }
[reports]
resolved = { status = ["Resolved", "Closed"] }
fault = ["category", "team"]
"""
RESOLVED = {"status": ["Resolved", "Closed"]}


def reported(document: dict[str, Any], tickets: list[dict[str, Any]], period: str, by: str) -> Document:
    reporting = load_reporting(document)
    found = read_period(period, reporting.definitions.timezone)
    reporter = Reporter(reporting, Wanted(found, by=(by,)), found.end)
    reporter.add([read_ticket(ticket) for ticket in tickets])
    return reporter.document()


def counts(found: Document, by: str) -> dict[tuple[str, str, str], list[int]]:
    return {
        (one["agreement"], one["objective"], row["value"]): [row[key] for key in ("met", "breached", "excluded")]
        for one in found["objectives"]
        for row in one["by"][by]
    }


def statistics(found: dict[str, Any]) -> list[Any]:
    cut = [found[key] for key in ("count", "sum_seconds", "median_seconds", "p90_seconds")]
    return [cut[0], *(None if one is None else int(Fraction(str(one)) * 1000) for one in cut[1:])]


def compare(
    document: dict[str, Any], tickets: list[dict[str, Any]], period: str, by: str
) -> tuple[Document, Reference]:
    found = reported(document, tickets, period, by)
    dates = read_period(period, document.get("timezone", "UTC"))
    reference = Reference(document, tickets, dates.first.isoformat(), dates.last.isoformat())
    assert counts(found, by) == reference.compliance(by)
    pooled = {(one["agreement"], one["objective"]): one["compliance"] for one in found["objectives"]}
    for (agreement, objective, _), expected in reference.compliance().items():
        row = pooled[agreement, objective]
        assert [row[key] for key in ("met", "breached", "excluded")] == expected
    ended = {
        (one["agreement"], one["objective"]): one["elapsed"] for one in found["objectives"] if one["elapsed"]["count"]
    }
    assert {name: one["count"] for name, one in ended.items()} == {n: len(v) for n, v in reference.ended().items()}
    assert {name: round(one["sum_seconds"] * 1000) for name, one in ended.items()} == {
        n: sum(v) for n, v in reference.ended().items()
    }
    assert found["open_and_breached"]["count"] == reference.open_and_breached()
    return found, reference


@given(st.integers(0, 10**9))
@examples(80)
def test_cases_and_times_are_those_of_the_reference_for_many_cases(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - a case, no secret
    case = random_case(rng)
    if any("id" in agreement for agreement in case.document["agreements"].values()):
        return
    day = case.as_of[:10]
    year, month = int(day[:4]), int(day[5:7])
    period = rng.choice([f"{year}-{month:02}", f"{year}", f"{year}-Q{(month + 2) // 3}"])
    compare(case.document, case.tickets, period, "priority")


def tickets_of_log(most: int) -> list[dict[str, Any]]:
    with gzip.open(LOG, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return found[:: max(1, len(found) // most)]


@given(st.integers(0, 10**9))
@examples(40)
def test_the_strictest_target_is_that_of_the_reference_for_many_cases(seed: int) -> None:
    case = random_case(Random(seed))  # noqa: S311 - a case, no secret
    if any("id" in agreement for agreement in case.document["agreements"].values()):
        return
    definitions, as_of = load_definitions(case.document), parse_instant(case.as_of)
    tickets = [read_ticket(ticket) for ticket in case.tickets]
    results = Engine(definitions).evaluate(tickets, as_of).results
    harder = Strictest(definitions).of(tickets, results, as_of)
    for raw in case.tickets:
        try:
            expected = strictest(case.document, raw, case.as_of)
        except DueTooFarError:
            continue
        for one in results:
            if (one.source, one.id) == (raw["source"], raw.get("id", raw["key"])):
                found = harder.get(name_of(one), one)
                at = "" if found.breached_at is None else format_instant(found.breached_at)
                assert (not found.breached, at) == expected[name_of(one)][:2]


@LOGGED
@pytest.mark.parametrize("period", ["2016-03", "2016-04"])
def test_a_month_of_the_real_log_is_that_of_the_reference_to_the_last_digit(period: str) -> None:
    document, tickets = tomllib.loads(CONFIGURATION), tickets_of_log(600)
    found, reference = compare(document, tickets, period, "priority")
    expected = reference.kpis(RESOLVED, 4 * HOUR, "office", ["category", "team"])
    kpis = found["kpis"]
    for kind in ("wall", "working"):
        count, total, median, ninetieth = expected[kind]
        assert statistics(kpis["restore"][kind]) == [count, total, int(median), ninetieth]
    assert (kpis["restore"]["created_resolved"], kpis["restore"]["open_again"]) == (
        expected["created_resolved"],
        expected["open_again"],
    )
    assert kpis["incidents"]["count"] == expected["incidents"]
    assert [kpis["handovers"][key] for key in ("sum", "tickets", "without", "three_and_more")] == expected["handovers"]
    assert [kpis["reopenings"][key] for key in ("sum", "tickets", "without")] == expected["reopenings"]
    assert [kpis["first_team_resolution"][key] for key in ("count", "of")] == expected["first"]
    assert [kpis["backlog"][key] for key in ("before", "after")] == reference.backlog(RESOLVED)
    again = kpis["recurring_faults"]
    assert again["unset"] == expected["unset"]
    assert [(-one["tickets"], tuple(one["values"]), one["in_period"]) for one in again["found"]] == expected["faults"]


@pytest.mark.check
@LOGGED
@pytest.mark.parametrize("month", MONTHS)
def test_a_month_of_the_whole_log_is_that_of_the_reference_with_its_money(month: str) -> None:
    for name, (ours, theirs) in compared(LOG, month).items():
        assert ours == theirs, name


@LOGGED
def test_the_bridge_of_the_backlog_adds_up_and_time_used_adds_up_to_what_was_counted() -> None:
    document, tickets = tomllib.loads(CONFIGURATION), tickets_of_log(600)
    parts = [reported(document, tickets, f"2016-{month:02}", "priority") for month in range(2, 13)]
    for before, after in pairwise(parts):
        left = after["kpis"]["backlog"]
        assert before["kpis"]["backlog"]["after"] == left["before"]
        assert left["before"] + sum(left["came"].values()) - sum(left["went"].values()) == left["after"]
    whole = reported(document, tickets, "2016", "priority")
    monthly = {name: sum(_used(part).get(name, 0) for part in parts) for name in _used(whole)}
    assert monthly == _used(whole)
    assert all(abs(_sum(row) - row["seconds"]) < 0.001 for row in whole["time_used"])


def _used(found: Document) -> dict[str, float]:
    total: dict[str, float] = {}
    for row in found["time_used"]:
        total[row["agreement"]] = total.get(row["agreement"], 0) + row["seconds"]
    return total


def _sum(row: dict[str, float]) -> float:
    return row["covered"] + row["closed"] + row["paused"] + row["uncovered"]
