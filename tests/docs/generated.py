"""What of the documentation is made from the code: `make pages` writes it anew."""

from pathlib import Path

from slabridge.show.palette import RULES
from tests.docs.commands import commands_page
from tests.docs.keys import PAGES, SCHEMA, schema_text, with_keys
from tests.docs.metrics import metrics_page
from tests.docs.pictures import picture_of_the_chain, pictures
from tests.docs.walk import WALKED, written_anew
from tests.places import CHECKOUT

DOCS = CHECKOUT / "docs"


def generated() -> dict[Path, str]:
    """Return the files with their texts."""
    drawn = {DOCS / "clocks" / f"{name}.svg": picture for name, picture in pictures().items()}
    drawn[DOCS / "chain.svg"] = picture_of_the_chain()
    drawn[CHECKOUT / "slabridge" / "web" / "static" / "timeline.css"] = RULES
    keys = {page: with_keys(page) for page in PAGES}
    pages = {DOCS / "commands.md": commands_page(), DOCS / "metrics.md": metrics_page(), SCHEMA: schema_text()}
    return pages | keys | drawn


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    for page in WALKED:
        page.write_text(written_anew(page), "utf-8")
