"""deploy/README.md: what each file is, and by what it was checked."""

import re

from tests.deploy.files import DEPLOY
from tests.docs.pages import anchors, links, rows

PAGE = DEPLOY / "README.md"
TABLE = rows("\n".join(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")))


def test_every_file_is_named_with_what_checks_it_and_what_does_not() -> None:
    named = set[str]()
    for row in TABLE:
        first, *others = re.findall(r"`([^`]+)`", row["file"])
        named |= {first, *(f"{first.rpartition('/')[0]}/{other}" for other in others)}
        assert all(row.values()), first
    for path in DEPLOY.rglob("*"):
        name = str(path.relative_to(DEPLOY))
        if path.is_file() and path != PAGE and not name.endswith(".dockerignore"):
            assert any(name == one or name.startswith(f"{one.rstrip('/')}/") for one in named), name
    assert all((DEPLOY / name).exists() for name in named)


def test_its_links_lead_somewhere() -> None:
    for link in links(PAGE):
        place, _, anchor = link.partition("#")
        assert (DEPLOY / place).exists(), link
        assert not anchor or anchor in anchors(DEPLOY / place), link
