"""The site of the documentation in a real browser: it asks nobody for anything, its search works, and it fits on a phone."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.docs.test_site import site as built

pytestmark = pytest.mark.check
site = built


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_who_reads_and_searches_is_seen_by_nobody_else(browser: Any, address: str) -> None:  # noqa: ANN401 - of playwright
    asked: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for name in ("index", "overview", "clocks", "configuration"):
            page.goto(f"{address}/{name}.html", wait_until="networkidle")
        page.locator(".md-search__input").click()
        page.keyboard.type("reopened")
        page.locator(".md-search-result__link").first.wait_for()
    assert len(asked) > 10
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(address).netloc}


def test_no_page_is_wider_than_a_phone(browser: Any, address: str, site: Path) -> None:  # noqa: ANN401 - of playwright
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        for path in sorted(site.glob("*.html")):
            page.goto(f"{address}/{path.name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path.name
