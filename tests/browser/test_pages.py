"""Every page of `slabridge serve` in a real browser: for everybody, on every screen, in light and dark, and on paper."""

from importlib.resources import files
from typing import Any

import pytest

from slabridge.web.pages import ROUTES
from tests.browser.visited import ADDRESSES, NO_PAGES, ONES, PAGES, made, open_all, visited

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages")]

WIDTHS = {"wide": 1280, "200 % zoom of a laptop": 640, "phone": 390, "400 % zoom of a laptop": 320}
OUTSIDE = """
[...document.body.querySelectorAll("*")].filter(one => {
  const frame = one.closest(".wide, pre, nav")
  if (frame && frame !== one) return false
  if (one.closest(".away, .skip, thead")) return false
  const its = one.getBoundingClientRect()
  return its.width && (its.right > innerWidth + 1 || its.left < -1)
}).map(one => one.outerHTML.slice(0, 200))
"""
HIDDEN = """
[...document.body.querySelectorAll("*")].filter(one => {
  const flow = getComputedStyle(one).overflowX
  return one.scrollWidth > one.clientWidth + 1 && one.clientWidth && flow !== "visible"
    && !one.closest(".away") && !one.matches("progress, input") && !(flow === "auto" && one.matches('[tabindex="0"], nav'))
}).map(one => one.outerHTML.slice(0, 200))
"""


def axe_finds(page: Any) -> list[str]:  # noqa: ANN401 - of playwright
    """Return what axe finds wrong with a page."""
    open_all(page)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")
    assert found["passes"]
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"][:3]]


def test_every_page_is_looked_at() -> None:
    """A new one is added to tests/browser/visited.py."""
    there = {route.path for route in ROUTES if not route.path.startswith("/api/v1/") or route.path == "/api/v1/"}
    assert {*PAGES, *NO_PAGES} == there


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing_with_every_list_open(browser: Any, pages: str, address: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, bypass_csp=True, locale="en") as page:
        page.goto(pages + address)
        made(page)
        assert axe_finds(page) == []
        assert page.locator("h1").count() == 1
        assert page.title().endswith(" · slabridge")


@pytest.mark.parametrize("address", ONES)
def test_axe_finds_nothing_in_swedish_on_a_phone_in_the_dark(browser: Any, pages: str, address: str) -> None:  # noqa: ANN401 - of playwright
    screen = {"width": 390, "height": 800}
    with visited(browser, bypass_csp=True, locale="sv", color_scheme="dark", viewport=screen) as page:
        page.goto(pages + address)
        made(page)
        assert axe_finds(page) == []


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_that_leads_to_all_customers_is_for_everybody(browser: Any, customers: str, language: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, bypass_csp=True, locale=language) as page:
        page.goto(f"{customers}/")
        assert page.locator("tbody tr").count() == 3
        assert axe_finds(page) == []
        for width in WIDTHS.values():
            page.set_viewport_size({"width": width, "height": 800})
            assert (page.evaluate(OUTSIDE), page.evaluate(HIDDEN)) == ([], [])
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("tbody th a").first.click()
        assert page.url == f"{customers}/acme/"


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_runs_out_of_the_screen_but_tables_in_a_frame_that_can_be_scrolled_by_keys(
    browser: Any,  # noqa: ANN401 - of playwright
    pages: str,
    address: str,
    language: str,
) -> None:
    with visited(browser, locale=language) as page:
        page.goto(pages + address)
        made(page)
        open_all(page)
        for name, width in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": 800})
            needed = page.evaluate("document.documentElement.scrollWidth")
            assert (name, page.evaluate(OUTSIDE), page.evaluate(HIDDEN)) == (name, [], [])
            assert needed <= width


@pytest.mark.parametrize("address", ONES)
def test_paper_has_all_that_the_screen_has_but_what_is_pressed(browser: Any, pages: str, address: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, viewport={"width": 1280, "height": 800}) as page:
        page.goto(pages + address)
        made(page)
        texts = "[...document.querySelectorAll('main h1, main h2, main p:not(.tools, .refresh), main td, main th, main li')].filter(one => !one.closest('.facets, .pager, .tools, .refresh, .away') && one.checkVisibility()).length"
        on_screen = page.evaluate(texts)
        page.emulate_media(media="print")
        assert page.evaluate(texts) == on_screen > 0
        assert page.locator("header form").is_hidden()
        clipped = "[...document.querySelectorAll('.wide')].filter(one => getComputedStyle(one).overflowX !== 'visible').length"
        assert page.evaluate(clipped) == 0
