"""The page of a report in a real browser: for everybody, on every screen."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from slabridge.report.document import Document
from slabridge.show.report_page import page_of
from tests.languages.test_catalogues import document as made

pytestmark = pytest.mark.check
document = made

WIDTHS = {"wide": 1280, "phone": 390, "200 % zoom of a laptop": 640}


@pytest.fixture
def place(tmp_path: Path, document: Document, request: pytest.FixtureRequest) -> str:
    """Where the page is, in a language."""
    path = tmp_path / "report.html"
    path.write_text(page_of(document, getattr(request, "param", "en")), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["en", "sv"], indirect=True)
def test_axe_finds_nothing_with_every_list_open(browser: Any, place: str, scheme: str) -> None:  # noqa: ANN401 - of playwright
    axe = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    with browser.new_context(color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(place)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.evaluate(axe)
        found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert len(found["passes"]) > 20


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_nothing_runs_out_of_the_screen_but_tables_within_their_frame(browser: Any, place: str, width: int) -> None:  # noqa: ANN401 - of playwright
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        page.goto(place)
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        needed, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert needed <= there


def test_lists_open_by_keyboard_and_nothing_is_asked_for_from_elsewhere(browser: Any, place: str) -> None:  # noqa: ANN401 - of playwright
    asked = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place)
        page.evaluate("document.querySelector('summary').focus()")
        page.keyboard.press("Enter")
        opened = page.evaluate("document.querySelectorAll('details[open]').length")
    assert opened == 1
    assert asked == [place]
