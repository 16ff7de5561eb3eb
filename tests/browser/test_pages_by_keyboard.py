"""The pages by keyboard alone, and without scripts."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.visited import ADDRESSES, INCIDENT, ONES, made, open_all, visited

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages by keyboard")]

REACHABLE = """
[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter(one => one.checkVisibility()).length
"""
FOCUSED = """
(() => {
  const one = document.activeElement
  const style = getComputedStyle(one), its = one.getBoundingClientRect()
  if (one === document.body) return null
  window.reached = (window.reached || new Set()).add(one)
  const seen = its.right > 0 && its.bottom > 0 && its.left < innerWidth && its.top < innerHeight
  return {
    what: one.outerHTML.slice(0, 120), text: one.textContent.trim(), number: window.reached.size,
    ringed: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, seen,
  }
})()
"""


@pytest.mark.parametrize("address", ONES)
def test_tab_reaches_all_that_can_be_pressed_in_order_and_one_sees_where_one_is(
    browser: Any,  # noqa: ANN401 - of playwright
    pages: str,
    address: str,
) -> None:
    with visited(browser) as page:
        page.goto(f"{pages}{address}{'?limit=5' if address == '/cycles' else ''}")
        made(page)
        there = page.evaluate(REACHABLE)
        texts = []
        for number in range(1, there + 1):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            assert found is not None
            assert (found["ringed"], found["seen"], found["number"]) == (True, True, number), found
            texts.append(found["text"])
    assert texts[:4] == ["To the content", "slabridge", "Board", "Open cycles"]
    assert texts[-2:] == ["API", "Svenska"]


def test_the_first_tab_leads_past_the_navigation(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.goto(f"{pages}/cycles?status=at_risk")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_enter_follows_a_filter_a_heading_and_a_ticket(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.goto(f"{pages}/cycles")
        for selector, wanted in {
            "aside a[href*='status=at_risk']": {"status=at_risk"},
            "thead a[href*='sort=holder']": {"status=at_risk", "sort=holder"},
            ".chosen a": {"sort=holder"},
        }.items():
            page.locator(selector).first.focus()
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url, wanted=wanted: set(urlsplit(url).query.split("&")) == wanted)
        page.locator("tbody th a").first.focus()
        key = page.locator("tbody th a").first.text_content()
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/*/*")
        assert page.locator("h1").text_content().startswith(key)


def test_who_writes_a_key_comes_to_the_ticket(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.goto(f"{pages}/health")
        page.get_by_role("searchbox").focus()
        page.keyboard.type(INCIDENT.lower())
        page.keyboard.press("Enter")
        page.wait_for_url("**/tickets/snow/*")
        assert page.locator("h1").text_content().startswith(INCIDENT)


def test_arrows_move_a_table_that_is_wider_than_the_screen(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, viewport={"width": 390, "height": 800}, bypass_csp=True) as page:
        page.goto(f"{pages}/tickets/snow/{INCIDENT}")
        open_all(page)
        wide = page.locator(".wide:has(.ledger)").first
        assert wide.evaluate("one => one.scrollWidth > one.clientWidth")
        wide.focus()
        assert wide.evaluate("one => one.scrollLeft") == 0
        page.keyboard.press("ArrowRight")
        page.wait_for_function("one => one.scrollLeft > 0", arg=wide.element_handle())


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_scripts_a_page_says_the_same(browser: Any, pages: str, address: str) -> None:  # noqa: ANN401 - of playwright
    said = []
    for scripts in (True, False):
        with visited(browser, java_script_enabled=scripts) as page:
            page.goto(pages + address)
            if scripts:
                made(page)
            # Ages and what is left grow while one looks.
            said.append(re.sub(r"\d+[dhms%]\b", "", page.locator("body").inner_text()))
    assert said[0] == said[1]


def test_without_scripts_lists_are_narrowed_sorted_paged_searched_and_read_in_swedish(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, java_script_enabled=False) as page:
        page.goto(f"{pages}/")
        page.get_by_role("link", name="Open cycles").click()
        assert page.locator("tbody tr").count() == 50
        page.locator("a[rel=next]").click()
        page.locator("a[rel=next]").click()
        assert page.locator("tbody tr").count() == 36
        page.locator("thead a", has_text="held by").click()
        assert page.locator("th[aria-sort=ascending]").inner_text().startswith("held by")
        page.locator("aside a", has_text="at risk").click()
        assert page.locator("tbody tr").count() == 4
        page.get_by_role("link", name="Svenska").click()
        assert page.locator("html").get_attribute("lang") == "sv"
        assert page.locator("tbody tr").count() == 4
        page.get_by_role("searchbox").fill("ITSM-8")
        page.get_by_role("searchbox").press("Enter")
        assert page.locator("h1").inner_text().startswith("ITSM-8")
        assert page.locator("html").get_attribute("lang") == "sv"
