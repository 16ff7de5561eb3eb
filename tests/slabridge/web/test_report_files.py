"""The files of reports, in every form: made when they are asked for, and there when they are."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from slabridge.app.asked import Asked
from slabridge.app.report import of_state
from slabridge.show.report_lists import lists_of
from slabridge.show.words import LISTS
from slabridge.web import api, chosen, report_files, rows
from tests.slabridge.run.job import Job
from tests.slabridge.web.by_proxy import ByProxy
from tests.slabridge.web.reporting import LANGUAGES, job, pages, quick, reported

__all__ = ["job", "pages", "quick", "reported"]


def test_pdf_and_workbook_are_made_when_they_are_asked_for(pages: ByProxy) -> None:
    book = pages.made("/reports/2016-03/report.xlsx?lang=sv")
    assert book.body.startswith(b"PK")
    assert pages.made("/reports/2016-03/report.pdf").body.startswith(b"%PDF-")


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
