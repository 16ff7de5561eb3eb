"""What README and docs point to is there, and so is what the code cites."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, anchors, headings, links
from tests.places import CHECKOUT

CODE = [
    CHECKOUT / "sync.py",
    *(
        path
        for top in ("connectors", "sla_engine", "slabridge", "slabridge_sandbox", "tests", "bench")
        for path in (CHECKOUT / top).rglob("*.py")
    ),
]
CITED = re.compile(r'(docs/[a-z]+\.md)((?:(?:, | and )"[^"]+")*)')


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith("https://"):
            continue
        place, _, anchor = link.partition("#")
        there = (page.parent / place) if place else page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_section_has_a_name_of_its_own(page: Path) -> None:
    found = headings(page)
    assert len(found) == len(set(found)) or page.name == "CHANGELOG.md"


def test_the_pages_and_sections_that_the_code_cites_are_there() -> None:
    missing = []
    for path in CODE:
        for page, sections in CITED.findall(" ".join(path.read_text(encoding="utf-8").split())):
            named = re.findall(r'"([^"]+)"', sections)
            known = headings(CHECKOUT / page) if (CHECKOUT / page).is_file() else None
            missing += [
                f"{path.name}: {page} {name}"
                for name in (named or [""])
                if known is None or (name and name not in known)
            ]
    assert missing == []


def test_the_picture_asks_no_host_for_anything() -> None:
    picture = (CHECKOUT / "docs" / "demo.svg").read_text(encoding="utf-8")
    assert re.findall(r"(?:https?:)?//[^\"' )]+", picture) == ["http://www.w3.org/2000/svg"]
