"""The catalogues of translated texts: `make messages` brings them up to date with the code.

What is new is added without a translation, what nothing says any more is dropped. It fails while any is missing.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2] / "slabridge"
LANGUAGES = ("sv",)
_KEYWORDS = {**DEFAULT_KEYWORDS, "said": None, "word": None, "_say": None}
_METHODS = [("**.py", "python"), ("**.html", "jinja2")]
# Not silent: of a template that it cannot read, it would say nothing, and leave out all that it says.
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "silent": "false"}}

Message = str | tuple[str, ...]


def said_in_code() -> dict[Message, None]:
    """Return all that the code says in a way that can be translated, in order."""
    found = extract_from_dir(str(ROOT), _METHODS, _OPTIONS, _KEYWORDS)
    texts = (tuple(text) if isinstance(text, list | tuple) else text for _, _, text, _, _ in found)
    return dict.fromkeys(sorted(texts, key=str))


def place(language: str, suffix: str) -> Path:
    """Return the file of a language."""
    return ROOT / "locale" / language / "LC_MESSAGES" / f"slabridge.{suffix}"


def translated(language: str) -> Catalog:
    """Return the catalogue of a language."""
    with place(language, "po").open("rb") as file:
        return read_po(file, language)


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as programs read it."""
    content = BytesIO()
    write_mo(content, catalogue)
    return content.getvalue()


def missing(catalogue: Catalog) -> Iterator[Message]:
    """Yield what has no translation."""
    for message in said_in_code():
        key = message[0] if isinstance(message, tuple) else message
        text = catalogue[key].string if key in catalogue else ""
        if not text or (isinstance(text, tuple) and not all(text)):
            yield message


def _update(language: str) -> list[Message]:
    before = translated(language)
    now = Catalog(
        locale=language,
        header_comment=before.header_comment,
        project="slabridge",
        version=" ",
        msgid_bugs_address=" ",
        last_translator=" ",
        language_team=" ",
        creation_date=before.creation_date,
        revision_date=before.creation_date,
        fuzzy=False,
    )
    for message in said_in_code():
        key = message[0] if isinstance(message, tuple) else message
        now.add(message, before[key].string if key in before else "")
    with place(language, "po").open("wb") as file:
        write_po(file, now, no_location=True, sort_output=True, width=120)
    place(language, "mo").write_bytes(compiled(translated(language)))
    return [*missing(now)]


if __name__ == "__main__":
    left = [(language, message) for language in LANGUAGES for message in _update(language)]
    sys.stderr.writelines(f"{language}: no translation of {message!r}\n" for language, message in left)
    sys.exit(bool(left))
