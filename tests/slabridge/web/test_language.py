"""The language in which somebody is shown a page, and the way to the same page in the other one."""

import pytest

from tests.slabridge.web.asking import Pages


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("en;q=0.1, sv;q=0.9", "sv"),
        ("sv-SE,sv;q=0.8,en;q=0.5", "sv"),
        ("de, en;q=0.5, sv;q=0.4", "en"),
        ("sv;q=0", "en"),
        (";q=x", "en"),
    ],
)
def test_the_language_is_what_a_browser_wants_most(pages: Pages, accepted: str, language: str) -> None:
    assert f'<html lang="{language}"' in pages.ask("/", {"Accept-Language": accepted}).text


@pytest.mark.parametrize("key", ["A%23B", "A%253FB", "A%2FB"])
def test_the_other_language_of_a_ticket_is_that_of_the_same_ticket(pages: Pages, key: str) -> None:
    assert f'href="/tickets/snow/{key.replace("%2F", "/")}?lang=sv"' in pages.ask(f"/tickets/snow/{key}").text
