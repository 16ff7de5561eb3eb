"""The documentation as data: blocks, tables, links and headings of its pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.places import CHECKOUT

TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = (*(CHECKOUT / name for name in TOP), *sorted((CHECKOUT / "docs").glob("*.md")))

_PART = re.compile(
    r"^```(?P<kind>\w*)\n(?P<block>.*?)^```$|(?P<table>(?:^\|[^\n]*\n)+)|(?P<text>^[^\n]*\n)", re.MULTILINE | re.DOTALL
)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """A fenced block (`kind` is its language), a table (`kind` "table"), or a line ("prose")."""

    kind: str
    text: str


def parts(page: Path) -> Iterator[Part]:
    """Yield what a page consists of, in order."""
    for match in _PART.finditer(page.read_text(encoding="utf-8")):
        if match["block"] is not None:
            yield Part(match["kind"] or "plain", match["block"])
        elif match["table"]:
            yield Part("table", match["table"])
        elif match["text"].strip():
            yield Part("prose", match["text"])


def blocks(kind: str) -> list[tuple[str, str]]:
    """Return (page, block) of all fenced blocks of a language."""
    return [(page.name, part.text) for page in PAGES for part in parts(page) if part.kind == kind]


def walked(page: Path) -> str | None:
    """Return the instant at which the walk through a page begins (tests/docs/walk.py); None for other pages."""
    found = re.search(r"^<!-- walked from (\S+) -->$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return None if found is None else found[1]


def section(page: Path, heading: str) -> str:
    """Return the text under a heading, down to the next one of its level or above."""
    found = re.search(
        rf"^(#+) {re.escape(heading)}\n(.*?)(?=^#{{1,2}} |\Z)",
        page.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"{page.name} has no heading {heading!r}"
    return found[2]


def tables(text: str) -> list[list[dict[str, str]]]:
    """Return each table of a text as rows: column -> cell."""
    return [rows(found) for found in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]


def rows(table: str) -> list[dict[str, str]]:
    """Return a table's rows: column -> cell."""
    heading, _, *lines = [_cells(line) for line in table.splitlines()]
    return [dict(zip(heading, line, strict=True)) for line in lines]


def headings(page: Path) -> list[str]:
    """Return a page's headings as they are written."""
    return re.findall(r"^#+ (.*)$", _FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return what a link to a heading of the page may name behind its #."""
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text(encoding="utf-8")))
    return re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
