"""The site that `make docs` builds: strict, with every page, and without a call to anybody."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml

from tests.docs.pages import PAGES
from tests.places import CHECKOUT

ASKED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "object": "data",
    "use": "href",
}
"""What a browser fetches by itself when it shows a page."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(  # noqa: S603 - our own pages
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)],
        cwd=CHECKOUT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Fetched(HTMLParser):
    """Collects the addresses that a page asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == ASKED.get(tag)]


def test_every_page_is_on_the_site(site: Path) -> None:
    there = {path.stem for path in site.glob("*.html")}
    assert {page.stem.lower() for page in PAGES} - {"readme"} | {"overview"} <= there


def test_it_asks_no_host_for_anything(site: Path) -> None:
    for page in site.rglob("*.html"):
        parser = Fetched()
        parser.feed(page.read_text("utf-8"))
        assert parser.found, page.name
        assert [address for address in parser.found if re.match(r"(?:\w+:)?//", address)] == [], page.name
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)]*", style.read_text("utf-8")) == [], style.name


def test_nothing_is_switched_on_that_would_call_a_host_later() -> None:
    text = re.sub(r"!!python/\S+", "", (CHECKOUT / "mkdocs.yml").read_text("utf-8"))
    asked = yaml.safe_load(text)
    assert asked["theme"]["font"] is False
    assert asked["strict"] is True
    assert not {"repo_url", "extra_javascript", "extra_css"} & asked.keys()  # the first asks GitHub for its stars
    assert asked["plugins"] == ["search"]
    assert all("```mermaid" not in page.read_text("utf-8") for page in PAGES)  # drawn by a script from elsewhere
