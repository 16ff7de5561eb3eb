"""What is made from the code is as the code would make it now."""

from pathlib import Path

import pytest

from tests.docs.generated import DOCS, generated
from tests.docs.pages import links

GENERATED = generated()


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_the_file_is_what_the_code_makes(path: Path) -> None:
    assert path.read_text("utf-8") == GENERATED[path], "`make pages` writes it anew"


def test_every_picture_that_is_drawn_is_shown() -> None:
    assert {
        DOCS / link for page in ("clocks.md", "chain.md") for link in links(DOCS / page) if link.endswith(".svg")
    } == {path for path in GENERATED if path.suffix == ".svg"}
