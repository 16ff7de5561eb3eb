"""Satisfaction: answers of the period, their mean, and when a percentage is said."""

from typing import Any

import pytest

from connectors.interface import NativeRating
from sla_engine import read_ticket
from sla_engine.instant import parse_instant
from slabridge.config.problem import ConfigError
from slabridge.config.services.reporting import Reporting
from slabridge.config.services.satisfaction import ToolRatings
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from tests.slabridge.report.small import reporting

TOOL = '[satisfaction]\nsources = [{ servicenow = "snow", survey = "Desk", question = "How?" }]'


def ticket(key: str, grade: str | None, at: str = "2026-03-05T10:00:00Z", **fields: str) -> dict[str, Any]:
    """Return a ticket that was opened in February, with a grade that was set at an instant."""
    history = [] if grade is None else [{"at": at, "changes": {"csat": [None, grade]}}]
    fields = {"status": "resolved", **fields} | ({} if grade is None else {"csat": grade})
    return {"source": "snow", "key": key, "created": "2026-02-20T08:00:00Z", "fields": fields, "history": history}


def made(found: Reporting, tickets: list[dict[str, Any]], *ratings: NativeRating, **wanted: Any) -> Document:  # noqa: ANN401
    period = read_period("2026-03", "UTC")
    reporter = Reporter(found, Wanted(period, **wanted), period.end)
    known = [read_ticket(one) for one in tickets]
    reporter.add(known)
    for source in found.satisfaction:
        if isinstance(source, ToolRatings):
            reporter.add_ratings(source, ratings, known)
    return reporter.document()


def rating(key: str, grade: str | None, at: str | None, asked: str = "2026-03-01T00:00:00Z") -> NativeRating:
    return NativeRating(key, grade, None if at is None else parse_instant(at), parse_instant(asked))


def test_the_answers_of_the_period_count_by_when_the_grade_was_set() -> None:
    found = made(
        reporting('[satisfaction]\nsources = [{ field = "csat" }]'),
        [ticket("A", "5"), ticket("B", "2"), ticket("C", "1", "2026-02-27T10:00:00Z"), ticket("D", None)],
    )
    (one,) = found["satisfaction"]
    assert [(row["ticket"], row["grade"]) for row in one["ratings"]] == [("A", 5), ("B", 2)]
    assert (one["answers"], one["sum"], one["mean"], one["satisfied"]) == (2, 7, "3.50", 1)
    assert (one["percent"], one["asked"], one["response_percent"]) == (None, None, None)


def test_a_field_says_when_it_was_answered_and_a_date_is_that_day_in_the_files_zone() -> None:
    found = made(
        reporting('[satisfaction]\nsources = [{ field = "csat", answered = "rated" }]'),
        [
            ticket("A", "5", rated="2026-03-31T23:59:59Z"),
            ticket("B", "4", rated="2026-04-01T00:00:00Z"),
            ticket("C", "3", rated="2026-03-01"),
            ticket("D", "1", rated="yesterday"),
            ticket("E", "1"),
        ],
    )
    (one,) = found["satisfaction"]
    assert [row["ticket"] for row in one["ratings"]] == ["C", "A"]
    assert one["odd"] == 2


@pytest.mark.parametrize(("answers", "percent"), [(9, None), (10, "80.00")])
def test_under_ten_answers_no_percentage_is_said(answers: int, percent: str | None) -> None:
    grades = ["3", "1", *["4"] * 4, *["5"] * 4][-answers:]
    tickets = [ticket(f"T{n}", grade) for n, grade in enumerate(grades)]
    (one,) = made(reporting('[satisfaction]\nsources = [{ field = "csat" }]'), tickets)["satisfaction"]
    assert one["answers"] == answers
    assert one["percent"] == percent


def test_on_a_scale_whose_best_grade_is_the_lowest_the_two_lowest_satisfy() -> None:
    found = made(
        reporting('[satisfaction]\nsources = [{ field = "csat", grades = [6, 1] }]'),
        [ticket("A", "1"), ticket("B", "2"), ticket("C", "3"), ticket("D", "7"), ticket("E", "good")],
    )
    (one,) = found["satisfaction"]
    assert (one["answers"], one["satisfied"], one["mean"], one["odd"]) == (3, 2, "2.00", 2)


def test_the_response_rate_is_of_those_who_were_asked_in_the_period() -> None:
    march, april = "2026-03-10T00:00:00Z", "2026-04-02T00:00:00Z"
    found = made(
        reporting(TOOL),
        [ticket(key, None) for key in "ABCD"],
        rating("A", "4", march),
        rating("B", None, None),
        rating("C", "2", march, asked="2026-02-25T00:00:00Z"),
        rating("D", "5", april),
        rating("unknown", "1", march),
    )
    (one,) = found["satisfaction"]
    assert [row["ticket"] for row in one["ratings"]] == ["A", "C"]
    assert (one["asked"], one["of_asked"], one["response_percent"]) == (3, 2, "66.66")
    assert "answers about tickets of snow that are not known: 1" in [note["text"] for note in found["notes"]]


def test_a_customers_report_has_the_answers_of_this_customer_alone() -> None:
    found = made(
        reporting('[satisfaction]\nsources = [{ field = "csat" }]'),
        [ticket("A", "5", customer="Acme"), ticket("B", "1", customer="Other")],
        customer="Acme",
    )
    assert [row["ticket"] for row in found["satisfaction"][0]["ratings"]] == ["A"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[{}]", "needs one of field, servicenow, jira, and has none"),
        ('[{ field = "csat", jira = "x" }]', "has field and jira"),
        ('[{ servicenow = "snow" }]', "question: is missing"),
        ('[{ jira = "x", survey = "y" }]', "survey: has no meaning beside jira"),
        ('[{ field = "csat", grades = [5, 5] }]', "must be the worst and the best grade"),
        ('[{ field = "csat", grades = [5] }]', "grades"),
        ("[]", "must not be empty"),
    ],
)
def test_a_source_that_is_none_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=rf"(?s)satisfaction.*{words}"):
        reporting(f"[satisfaction]\nsources = {text}")
