"""The languages that people are spoken to in: English, in which texts are written, and those with a catalogue."""

import re
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations, translation
from importlib.resources import as_file, files
from typing import Any, Literal

from slabridge.text.said import Said, read_said

Shown = Literal["en", "sv"]
DOMAIN = "slabridge"
_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+( %)?")
_TIME = re.compile(r"[-+]?[0-9]+[dhms]( [0-9]+[hms])?")
_UNITS = {"d": " d", "h": " h", "m": " min", "s": " s"}


class Language:
    """A language by its code, `en` or `sv`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.catalogue = _catalogue(code)

    def word(self, text: str) -> str:
        """Return a text of ours in this language."""
        return self.catalogue.gettext(text) if text else ""

    def say(self, text: Mapping[str, Any] | None) -> str:
        """Return what a document says somewhere, `text` in English and `said`."""
        return "" if text is None else self.tell(read_said(text["said"]))

    def number(self, text: str | None) -> str:
        """Return a number that is written with a point as people write it."""
        return "" if text is None else text.replace(".", ",") if self.code == "sv" else text

    def grouped(self, number: int) -> str:
        """Return a whole number with its thousands set apart."""
        return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}") if self.code == "sv" else f"{number:,}"

    def tell(self, text: str | int | Said) -> str:
        """Return a text with its values; numbers and stretches of time are written as people write them."""
        if not isinstance(text, Said):
            if self.code == "sv" and _TIME.fullmatch(str(text)):
                return re.sub("[dhms]", lambda unit: _UNITS[unit[0]], str(text))
            return self.number(str(text)) if _NUMBER.fullmatch(str(text)) else str(text)
        return self.catalogue.gettext(text.message) % {name: self.tell(value) for name, value in text.values}


@cache
def _catalogue(code: str) -> GNUTranslations | NullTranslations:
    if code == "en":
        return NullTranslations()
    with as_file(files("slabridge.locale")) as place:
        return translation(DOMAIN, place, [code])
