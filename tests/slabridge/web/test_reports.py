"""The pages of reports and services: drafts and issued ones, in every form, each for whom it is."""

import re
import shutil
from collections.abc import Iterator
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_schema_validator import OAS31Validator
from starlette.requests import Request

from sla_engine.instant import DAY, HOUR, parse_instant
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from slabridge.app.report import of_state
from slabridge.app.services import services
from slabridge.config import load_config
from slabridge.report.outside import outside
from slabridge.report.reporter import NoSuchReport
from slabridge.show.report_lists import lists_of
from slabridge.show.report_page import page_of
from slabridge.show.words import LISTS
from slabridge.web import api, chosen, report_files, rows
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
    failed = pages.made("/reports/2016-03?by=nothing")
    assert "no connection maps a field" in failed.text
    assert 'role="alert"' in failed.text
    assert "every 2s" not in failed.text
    again = pages.get("/reports/2016-03?by=nothing&again=1")
    assert (again.status, again.headers["location"]) == (303, "/reports/2016-03?by=nothing")
    assert pages.made("/api/v1/reports/2016-03?by=nothing").status == 503
    assert pages.made("/reports/2016-03/report.pdf?by=nothing").status == 503


def test_a_period_that_has_not_begun_is_not_there_and_nothing_is_made_of_it(pages: ByProxy) -> None:
    for path in ("/reports/2016-05", "/reports/2016-W10", "/services?period=2016-05", "/api/v1/reports/2016-05"):
        answer = pages.get(path)
        assert answer.status == 404
        assert "has not begun yet" in answer.text
        assert "Try again" not in answer.text
    assert not pages.sites.drafts._jobs


def test_a_form_whose_extra_is_missing_is_not_offered_and_says_so(
    pages: ByProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "report.pdf" in pages.made("/reports/2016-03").text
    monkeypatch.setattr("slabridge.web.report_files.find_spec", lambda name: None if name == "weasyprint" else name)
    page = pages.get("/reports/2016-03").text
    assert "report.pdf" not in page
    assert "report.xlsx" in page
    assert "slabridge[pdf]" in page
    answer = pages.get("/reports/2016-03/report.pdf")
    assert answer.status == 404
    assert "slabridge[pdf]" in answer.text
    assert not pages.sites.drafts._jobs


def test_the_files_of_two_languages_have_two_names(pages: ByProxy) -> None:
    pages.made("/reports/2016-03")
    named = [
        pages.get(f"/reports/2016-03/report.html?lang={language}").headers["content-disposition"]
        for language in LANGUAGES
    ]
    assert named == [f'attachment; filename="report-2016-03{end}.html"' for end in ("", "-sv")]


def test_each_promise_and_each_outage_leads_to_the_rows_that_it_counts(pages: ByProxy) -> None:
    page = pages.made("/reports/2016-03").text + pages.made("/services?period=2016-03").text
    links = {
        (unescape(address), int(figure))
        for address, figure in re.findall(r'<a href="(/reports/2016-03/lists/[^"]+)">(\d+)(?: outages?)?</a>', page)
        if "only." in address
    }
    assert {"cases", "outages"} == {address.partition("?")[0].rpartition("/")[2] for address, _ in links}
    assert len(links) > 2
    for address, figure in links:
        body = pages.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == figure, address


def test_a_draft_is_made_by_the_file_as_the_pages_read_it_or_not_at_all(job: Job, pages: ByProxy) -> None:
    file = Path(job.config().file)
    file.write_text(file.read_text("utf-8").replace("[reports]", '[reports]\nlanguage = "sv"'), "utf-8")
    failed = pages.made("/reports/2016-03").text
    assert "has changed since the pages read it; send `slabridge serve` a SIGHUP" in failed
    pages.sites.take({"": load_config(file)})
    assert 'role="alert"' not in pages.made("/reports/2016-03").text


def test_why_a_draft_could_not_be_made_is_for_who_sees_everything(job: Job, pages: ByProxy) -> None:
    file = Path(job.config().file)
    file.write_text(file.read_text("utf-8") + '[agreements.x]\nkind = "Globex"\n', "utf-8")
    assert "Globex" in pages.made("/reports/2016-03").text
    for path in ("/reports/2016-03", "/reports/2016-03/report.pdf", "/api/v1/reports/2016-03"):
        text = pages.made(path, "customer=Acme").text
        assert "Who looks after these pages can see why." in text
        assert "Globex" not in text
        assert str(file) not in text


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
        "/reports/0001-01": 400,
        "/reports/9999-W52": 400,
        "/services?period=9998": 400,
    }
    pages.made("/reports/2016-03")
    assert {path: pages.get(path).status for path in expected} == expected


@pytest.mark.parametrize("file", ["report.json", "page.html", "cases.csv", "lists/cases", None])
def test_a_draft_that_is_replaced_while_it_is_read_is_made_anew(
    pages: ByProxy, monkeypatch: pytest.MonkeyPatch, file: str | None
) -> None:
    path = "/api/v1/reports/2016-03" if file is None else f"/reports/2016-03/{file}"
    assert "being worked out" not in pages.made(path).text
    head_of = chosen.head_of

    def replaced(request: Request, folder: Path | None) -> dict[str, Any] | None:
        head = head_of(request, folder)
        if folder is not None:
            shutil.rmtree(folder)
        return head

    for page in (api, report_files, rows):
        monkeypatch.setattr(page, "head_of", replaced)
    answer = pages.get(path)
    status = 200 if file == "lists/cases" else 202  # a page, and what is to be fetched
    assert (answer.status, answer.headers.get("content-disposition")) == (status, None)
    assert file is None or "This page refreshes itself" in answer.text


@pytest.mark.parametrize("path", ["/reports/", "/services?period="])
def test_no_link_leads_before_the_first_period_or_after_the_one_that_has_begun(pages: ByProxy, path: str) -> None:
    assert pages.get(f"{path}2199-12").status == 404
    for period, neighbours in (("1970", {"1971"}), ("1970-02", {"1970-01", "1970-03"}), ("2016-03", {"2016-02"})):
        answer = pages.get(path + period)
        assert answer.status == 200
        assert set(re.findall(r'<a rel="(?:prev|next)" href="[^"]*?([0-9-]+)"', answer.text)) == neighbours


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
    issued = outside(of_state(job.config(), Asked("2016-03", customer="Software")).document, ["desk"])
    assert sum(one["compliance"]["cases"] for one in issued["objectives"]) > 0
    with pages_of(job.config()) as pages:
        found = pages.made("/api/v1/reports/2016-03", "customer=Software")
        assert found.json == issued
        left = pages.made("/api/v1/services?period=2016-03", "customer=Software").json
        assert (left["customer"], [one["service"] for one in left["services"]]) == ("Software", ["desk"])
        assert pages.get("/services?period=2016-03", "customer=Hardware").status == 404
        everything = pages.made("/api/v1/reports/2016-03").json
        assert everything["cover"]["customer"] is None


SECRET = """
[classes.SECRET]
objectives.SECRETfix = { clock = "resolution", targets = "1m", compliance = "99%" }
[services.SECRETnet]
class = "SECRET"
name = "SECRET network"
owner = "SECRET owner"
description = "SECRET description"
customers = ["SECRET AB"]
calendar = "always"
availability = "99%"
scope = { customer = "SECRET AB" }
outages = [{ file = "outages.csv" }]
fees = [{ customer = "SECRET AB", amount = "1000.00", currency = "SEK" }]
credits = [{ measure = "breach", credit = "5%" }]
[agreements.SECRETola]
kind = "ola"
name = "SECRET handling"
supports = ["standard.resolution", "desk.fix"]
calendar = "always"
objectives.handling = { clock = "handling", targets = "1m" }
"""
OUTAGES = """service,from,to,cause,ref
SECRETnet,2016-03-01T08:00:00Z,2016-03-01T09:00:00Z,SECRET cause,SECRET-1
SECRETgone,2016-03-01T08:00:00Z,2016-03-01T09:00:00Z,SECRET cause,SECRET-2
"""


@pytest.fixture
def secretive(job: Job) -> Job:
    """Give the job of two customers, of which one has a secret wherever something can be said of it."""
    job.text = job.text.replace('category = "category"', 'customer = "category"')
    job.replace('fault = ["category", "team"]', 'fault = ["customer", "team"]')
    job.replace('name = "Service desk"', 'name = "Service desk"\ncustomers = ["Software"]')
    (job.folder / "outages.csv").write_text(OUTAGES)
    job.text += SECRET
    job.sandbox.move_to(NOON + 6 * HOUR)
    job.call("POST", "incident", opened_at="2016-03-01 09:00:00", priority="1", state="2", category="SECRET AB")
    job.run_at(NOON + 6 * HOUR)
    return job


def secrets(pages: ByProxy, customer: str | None) -> list[str]:
    """Return the files of what was made for a customer (None: for who sees all) that have the secret."""
    kept = [one.folder for which, one in pages.sites.drafts._kept.items() if which.outside == (customer is not None)]
    assert kept
    return [path.name for folder in kept for path in folder.iterdir() if b"SECRET" in path.read_bytes()]


def test_no_file_of_a_customer_has_anything_of_another_or_of_what_lies_beneath(secretive: Job) -> None:
    with pages_of(secretive.config()) as pages:
        for path in ("/reports/2016-03", "/reports/2016-03?customer=Software&by=team", "/services?period=2016-03"):
            page = pages.made(path, "customer=Software")
            assert "every 2s" not in page.text
            assert "SECRET" not in page.text
        pages.made("/reports/2016-03/report.xlsx", "customer=Software")
        assert secrets(pages, "Software") == []
        found = pages.get("/api/v1/reports/2016-03", "customer=Software").json
        assert [one["service"] for one in found["availability"]] == ["desk"]
        assert {one["kind"] for one in found["objectives"]} == {"sla"}
        everything = pages.made("/api/v1/reports/2016-03").json
        assert 0 < found["cover"]["tickets"] < everything["cover"]["tickets"]
        assert {"report.json", "outages.csv", "cases.csv", "time.csv", "head.json"} <= set(secrets(pages, None))
        for service in ("SECRETnet", "nothing"):
            assert pages.get(f"/reports/2016-03?service={service}", "customer=Software").status == 404


def test_of_an_issued_report_a_customer_sees_no_more_than_of_a_draft(secretive: Job) -> None:
    secretive.run_at(parse_instant("2016-04-01T12:00:00Z"))
    asked = Asked("2016-03", customer="Software")
    document = issue(secretive.config(), asked)[0].document
    assert {"ola", "sla"} == {one["kind"] for one in document["objectives"]}
    assert [one["service"] for one in document["availability"]] == ["desk"]
    secretive.replace('owner = "SECRET owner"', 'owner = "SECRET owner of today"')
    secretive.replace('targets = "3h"', 'targets = "4h"')
    changed = of_state(secretive.config(), Asked("2016-04", customer="Software")).document["changes"]["definitions"]
    assert [one["key"] for one in changed] == ["services.desk.objectives.fix.targets"]
    with pages_of(secretive.config()) as pages:
        for period in ("2016-03", "2016-04"):
            assert "SECRET" not in pages.made(f"/reports/{period}", "customer=Software").text
        assert pages.get("/api/v1/reports/2016-03", "customer=Software").json == outside(document, ["desk"])
        assert secrets(pages, "Software") == []


def test_on_the_command_line_a_customers_report_tells_of_its_services_alone(secretive: Job) -> None:
    found = of_state(secretive.config(), Asked("2016-03", customer="Software")).document
    text = orjson.dumps({**found, "objectives": [one for one in found["objectives"] if one["kind"] == "sla"]})
    assert b"SECRETnet" not in text
    assert b"SECRETgone" not in text
    assert b"SECRET cause" not in text
    with pytest.raises(NoSuchReport, match="no such service: 'SECRETnet'"):
        of_state(secretive.config(), Asked("2016-03", ("SECRETnet",), "Software"))


def test_the_page_that_waits_for_a_list_or_a_file_goes_there_when_it_is_made(pages: ByProxy) -> None:
    for path in (
        "/reports/2016-03/lists/cases",
        "/reports/2016-03/report.html",
        "/reports/2016-03/lists/cases?only.x=1",
    ):
        pages.made("/reports/2016-03")
        headers = {"X-Forwarded-User": "ann", "X-Slabridge-Role": "all", "HX-Request": "true"}
        answer = pages.ask(path, headers, peer="10.0.0.5")
        assert (answer.status, answer.headers["hx-redirect"]) == (200, path)


def test_of_a_list_or_file_that_no_report_has_nothing_is_made(pages: ByProxy, job: Job) -> None:
    assert set(lists_of(of_state(job.config(), Asked("2016-03")).document)) == set(LISTS)
    for path in ("/reports/2016-03/lists/none", "/reports/2016-03/cover.csv", "/reports/2016-03/none.csv"):
        assert pages.get(path).status == 404
    assert not pages.sites.drafts._jobs
