"""The pages in the language of who reads them, whole."""

import re
from typing import Any

import pytest

from tests.browser.visited import ADDRESSES, made, open_all, visited
from tests.languages.catalogue import translated

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages languages")]

SAID = """
[...document.querySelectorAll("body *")].filter(one => !one.closest("pre, code, [lang]:not(html), [translate=no]")).flatMap(one => [
  ...[...one.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data),
  ...["aria-label", "title", "placeholder"].map(name => one.getAttribute(name)),
]).map(text => (text ?? "").replace(/\\s+/g, " ").trim()).filter(text => /[a-z]/i.test(text))
"""
"""All that a page says to somebody, but for code."""
DATA = re.compile(
    r"(INC|ITSM-)\d+|((Team \d\d|Network|Refused|Waits for Integration) \d+[hm].*)|\d+h \(\w+\)|snow|jira|Team \d\d|Network|Database|Mail|Service Desk|Done|Waits for Integration|Refused|P\d"
    r"|SLA|OLA|resolution|response|▲ (snow|jira):|(status|team):"
    r"|desk|standard|teams|first-line|integration|(desk|standard|teams|first-line|integration)\.(fix|handling|resolution|response)?"
    r"|(snow|jira):|INC|\d{4}-Q\d|Service desk|(SLA|OLA) (fix|(desk|standard|teams|first-line|integration)\.)"
    r"|(\d{4}, )?Europe/Stockholm|CSV|JSON|HTML|PDF|XLSX|API|slabridge|<none>|fix|\d+[dhms]( \d+[dhms])?|\d+ %|jira \(127.*"
    r"|Standard service|Handling by any team|First line hands over quickly|Fixes by Integration|service-desk|office|always|handling"
    r"|standard\.(response|resolution)|HTML|PDF|XLSX|English|Svenska|priority"
)
"""What is the same in every language."""
NOT_OURS = ("/api/v1/", "none", "nothing")
"""Addresses whose pages have texts for who writes programs and addresses, in English."""


@pytest.mark.parametrize("address", [one for one in ADDRESSES if not one.endswith(NOT_OURS)])
def test_a_swedish_page_says_nothing_in_english(browser: Any, pages: str, address: str) -> None:  # noqa: ANN401 - of playwright
    said = {}
    for language in ("en", "sv"):
        with visited(browser, locale=language) as page:
            page.goto(pages + address)
            made(page)
            assert page.locator("html").get_attribute("lang") == language
            made(page)
            open_all(page)
            said[language] = page.evaluate(SAID)
    both = {text for text in said["sv"] if text in said["en"] and not DATA.fullmatch(text)}
    alike = {one.id for one in translated("sv") if one.id == one.string}
    assert sorted(both - alike) == []


def test_the_language_is_that_of_the_browser_until_somebody_chooses_another(browser: Any, pages: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser, locale="sv-SE") as page:

        def language() -> str:
            return str(page.locator("html").get_attribute("lang"))

        page.goto(f"{pages}/cycles?status=at_risk")
        assert language() == "sv"
        page.get_by_role("link", name="English").click()
        assert language() == "en"
        assert "status=at_risk" in page.url
        page.goto(f"{pages}/health")
        assert language() == "en"
        page.goto(f"{pages}/health?lang=sv")
        assert language() == "sv"
        page.goto(f"{pages}/")
        assert language() == "sv"
        page.goto(f"{pages}/?lang=xx")
        assert language() == "sv"
    with visited(browser, locale="de") as page:
        page.goto(f"{pages}/")
        assert page.locator("html").get_attribute("lang") == "en"
