"""The pages of reports and services: drafts and issued ones, in every form, each for whom it is."""

import re
from collections.abc import Iterator
from html import unescape
from importlib.resources import files

import orjson
import pytest
from openapi_schema_validator import OAS31Validator

from sla_engine.instant import DAY, HOUR
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from slabridge.app.report import of_state
from slabridge.app.services import services
from slabridge.show.report_page import page_of
from tests.slabridge.run.conftest import quick, reported
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.web.by_proxy import PROXY, ByProxy, pages_of

__all__ = ["quick", "reported"]

LANGUAGES = ("en", "sv")


@pytest.fixture
def job(reported: Job) -> Job:
    reported.text += PROXY
    reported.run_at(NOON + 5 * HOUR)
    return reported


@pytest.fixture
def pages(job: Job) -> Iterator[ByProxy]:
    with pages_of(job.config()) as found:
        yield found


def conforming(name: str, found: object) -> bool:
    """Return whether JSON is what the description of the API says of it."""
    described = orjson.loads(files("slabridge.web").joinpath("openapi.json").read_bytes())
    OAS31Validator({"$ref": f"#/components/schemas/{name}", **described}).validate(found)
    return True


def test_a_draft_is_made_beside_the_pages_and_is_what_the_command_prints(job: Job, pages: ByProxy) -> None:
    first = pages.get("/reports/2016-03")
    assert first.status == 200
    assert "It is being worked out" in first.text or "It waits" in first.text
    assert 'hx-trigger="every 2s"' in first.text
    assert "Look again" in first.text
    found = pages.made("/reports/2016-03")
    assert "every 2s" not in found.text
    document = of_state(job.config(), Asked("2016-03")).document
    assert pages.get("/reports/2016-03/report.json").json == document
    assert pages.get("/api/v1/reports/2016-03").json == document
    assert conforming("Report", document)
    for language in LANGUAGES:
        answer = pages.get(f"/reports/2016-03/report.html?lang={language}")
        assert answer.text == page_of(document, language)
        assert answer.headers["content-disposition"] == f'attachment; filename="report-2016-03-{language}.html"'
    assert pages.get("/reports/2016-03/cases.csv").text.startswith("\ufeffagreement,objective,")


def test_pdf_and_workbook_are_made_when_they_are_asked_for(pages: ByProxy) -> None:
    book = pages.made("/reports/2016-03/report.xlsx?lang=sv")
    assert book.body.startswith(b"PK")
    assert pages.made("/reports/2016-03/report.pdf").body.startswith(b"%PDF-")


def test_the_whole_report_leads_to_each_ticket_and_each_figure_to_its_rows(pages: ByProxy) -> None:
    pages.made("/reports/2016-03?by=team")
    whole = pages.get("/reports/2016-03/page.html?by=team")
    assert whole.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert '<a href="/reports/2016-03?by=team">' in whole.text
    tickets = set(re.findall(r'href="(/tickets/[^"]+)"', whole.text))
    assert tickets
    assert pages.get(tickets.pop()).status == 200
    lists = {unescape(one) for one in re.findall(r'href="(/reports/2016-03/lists/[^"]+)"', whole.text)}
    assert len(lists) > 10
    for address in sorted(lists):
        answer = pages.get(address)
        assert answer.status == 200, address
    breached = next(
        one for one in sorted(lists) if "outcome=breached" in one and "team" not in one.partition("only.")[2]
    )
    figure = re.search(f'href="{re.escape(breached.replace("&", "&amp;"))}">(\\d+)<', whole.text)
    assert figure is not None
    assert pages.get(breached).text.count('<tr><th scope="row">') + pages.get(breached).text.count("<tr><td>") >= 1


def test_an_issued_report_is_read_back_and_listed_and_an_earlier_one_too(job: Job) -> None:
    job.run_at(NOON + 32 * DAY)
    first, _ = issue(job.config(), Asked("2016-03"))
    job.call("POST", "incident", short_description="late", opened_at="2016-03-10 08:00:00", priority="1", state="2")
    job.run_at(NOON + 40 * DAY)
    second, _ = issue(job.config(), Asked("2016-03"))
    with pages_of(job.config()) as pages:
        listed = pages.get("/api/v1/reports").json["reports"]
        assert [(one["period"], one["about"], one["number"], one["state"]) for one in listed] == [
            ("2016-03", "all", 2, "restated"),
            ("2016-03", "all", 1, "issued"),
        ]
        assert all(conforming("Issued", one) for one in listed)
        page = pages.get("/reports").text
        assert 'href="/reports/2016-03?number=2"' in page
        assert "restated" in pages.made("/reports/2016-03").text.lower()
        assert pages.get("/api/v1/reports/2016-03").json == second.document
        pages.made("/reports/2016-03?number=1")
        assert pages.get("/api/v1/reports/2016-03?number=1").json == first.document
        assert pages.get("/reports/2016-03?number=3").status == 404


def test_services_say_what_is_left_as_the_command_does(job: Job, pages: ByProxy) -> None:
    answer = pages.made("/api/v1/services?period=2016-03")
    assert answer.json == services(job.config(), Asked("2016-03"))
    assert conforming("Services", answer.json)
    page = pages.get("/services?period=2016-03")
    assert "Service desk" in page.text
    assert "downtime used" in page.text
    assert "nedtid" in pages.get("/services?period=2016-03&lang=sv").text


def test_what_cannot_be_worked_out_says_why_and_is_tried_again_on_demand(pages: ByProxy) -> None:
    failed = pages.made("/reports/2016-05")
    assert "2016-05 has not begun yet" in failed.text
    assert 'role="alert"' in failed.text
    assert "every 2s" not in failed.text
    again = pages.get("/reports/2016-05?again=1")
    assert (again.status, again.headers["location"]) == (303, "/reports/2016-05")
    assert pages.made("/api/v1/reports/2016-05").status == 503


def test_what_there_is_not_is_said(pages: ByProxy) -> None:
    expected = {
        "/reports/March": 400,
        "/reports/2016-03?team=x": 400,
        "/reports/2016-03/report.exe": 404,
        "/reports/2016-03/..%2f..%2fhead.json": 404,
        "/reports/2016-03/head.json": 404,
        "/reports/2016-03/services.json": 404,
        "/reports/2016-03/page.pdf": 404,
        "/reports/2016-03/nothing.csv": 404,
        "/reports/2016-03/lists/nothing": 404,
        "/reports/2016-03/lists/..%2fhead": 404,
        "/reports/2016-03/lists/cases?only.nothing=1": 400,
        "/reports/2016-03?number=x": 400,
        "/services?period=x": 400,
    }
    pages.made("/reports/2016-03")
    assert {path: pages.get(path).status for path in expected} == expected


def test_a_customer_sees_its_own_and_a_team_none(job: Job) -> None:
    with pages_of(job.config()) as pages:
        assert pages.get("/reports", "team=Net").status == 403
        assert pages.get("/reports/2016-03", "team=Net").status == 403
        assert pages.get("/api/v1/reports", "team=Net").status == 403
        assert pages.get("/reports/2016-03?customer=Beta", "customer=Acme").status == 404
        assert pages.get("/services?period=2016-03", "customer=Acme").status == 404
        assert pages.made("/services?period=2016-03", "team=Net").status == 200
        assert "/reports/" not in pages.get("/services?period=2016-03", "team=Net").text
        nav = pages.get("/", "customer=Acme").text
        assert "/reports" in nav
        assert "/services" not in nav


def test_what_a_customer_is_shown_is_worked_out_for_it_alone(job: Job) -> None:
    job.text = job.text.replace('category = "category"', 'customer = "category"')
    job.replace('fault = ["category", "team"]', 'fault = ["customer", "team"]')
    job.replace('name = "Service desk"', 'name = "Service desk"\ncustomers = ["Software"]')
    job.run_at(NOON + 6 * HOUR)
    issued = of_state(job.config(), Asked("2016-03", customer="Software")).document
    assert sum(one["compliance"]["cases"] for one in issued["objectives"]) > 0
    with pages_of(job.config()) as pages:
        found = pages.made("/api/v1/reports/2016-03", "customer=Software")
        assert found.json == issued
        left = pages.made("/api/v1/services?period=2016-03", "customer=Software").json
        assert (left["customer"], [one["service"] for one in left["services"]]) == ("Software", ["desk"])
        assert pages.get("/services?period=2016-03", "customer=Hardware").status == 404
        everything = pages.made("/api/v1/reports/2016-03").json
        assert everything["cover"]["customer"] is None
