"""The pages on which it stands what is likely to break, in a real browser: for everybody, and on every screen."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.test_pages import HIDDEN, OUTSIDE, WIDTHS, axe_finds
from tests.browser.visited import open_all, visited
from tests.slabridge.web.foreseen import foreseen
from tests.slabridge.web.served import served

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages")]


@pytest.fixture(scope="module")
def likely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of pages that say what is likely to break."""
    folder = tmp_path_factory.mktemp("likely")
    with foreseen(folder) as job, served(job.path) as address:
        yield address


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_likely_to_break_is_for_everybody_on_every_screen(
    browser: Any,  # noqa: ANN401 - of playwright
    likely: str,
    language: str,
    scheme: str,
) -> None:
    with visited(browser, bypass_csp=True, locale=language, color_scheme=scheme) as page:
        page.goto(f"{likely}/cycles?sort=risk")
        ticket = page.locator("tbody th a").first.get_attribute("href")
        for address in ("/?refresh=off", "/cycles?sort=risk", ticket, "/health"):
            page.goto(likely + address)
            open_all(page)
            for name, width in WIDTHS.items():
                page.set_viewport_size({"width": width, "height": 800})
                found = (address, name, page.evaluate(OUTSIDE), page.evaluate(HIDDEN))
                assert found == (address, name, [], [])
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert axe_finds(page) == []


def test_the_board_needs_no_sideways_scrolling_on_a_laptop_or_a_phone(browser: Any, likely: str) -> None:  # noqa: ANN401 - of playwright
    wider = "[...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth + 1).length"
    for width in (1280, 390):
        with visited(browser, locale="en", viewport={"width": width, "height": 800}) as page:
            page.goto(f"{likely}/?refresh=off")
            assert page.locator(".risk").first.is_visible()
            assert (width, page.evaluate(wider)) == (width, 0)


def test_the_list_is_sorted_by_risk_by_its_head(browser: Any, likely: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, locale="en") as page:
        page.goto(f"{likely}/cycles")
        page.get_by_role("columnheader", name="risk").get_by_role("link").click()
        assert page.url == f"{likely}/cycles?sort=risk"
        shown = [int(text.removesuffix(" %")) for text in page.locator("td.risk").all_inner_texts() if "%" in text]
        assert len(shown) > 10
        assert shown == sorted(shown, reverse=True)
