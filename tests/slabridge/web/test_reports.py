"""The pages of reports and services: drafts and issued ones, and what is said where there is none."""

from pathlib import Path

from sla_engine.instant import DAY
from slabridge.app.asked import Asked
from slabridge.app.issue import issue
from slabridge.app.report import of_state
from slabridge.app.services import services
from slabridge.config import load_config
from slabridge.show.report_page import page_of
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.web.by_proxy import ByProxy, pages_of
from tests.slabridge.web.reporting import LANGUAGES, conforming, job, pages, quick, reported

__all__ = ["job", "pages", "quick", "reported"]


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
