"""How much room a text needs, in the widest of the fonts that pictures ask for (DejaVu Sans)."""

from functools import cache
from typing import Final
from unicodedata import east_asian_width, normalize

from slabridge.text.printed import line

_BOLD: Final = 1.13
_SLIM = {**dict.fromkeys("ijl", 0.28), **dict.fromkeys(" I.,:;'|!", 0.34), **dict.fromkeys("ftr-/()[]", 0.42)}
_WIDE = {**dict.fromkeys("mwMW@%", 1.0), **dict.fromkeys("#+=<>~^…", 1.0)}
_LATIN: Final = 0x250


def length(text: str, size: float, *, bold: bool = False) -> float:
    """Return how long a text is, on the safe side."""
    return sum(map(_letter, text)) * size * (_BOLD if bold else 1)


def fitted(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return a text that steers nothing, cut where there is no more room for it; one letter stays."""
    text = line(text)
    if length(text, size, bold=bold) <= room:
        return text
    room -= length("…", size, bold=bold)
    for place, letter in enumerate(text):
        room -= length(letter, size, bold=bold)
        if room < 0:
            return f"{text[:place].rstrip()}…" if place else "…"
    return text


@cache
def _letter(letter: str) -> float:
    if letter in _SLIM or letter in _WIDE:
        return _SLIM.get(letter) or _WIDE[letter]
    if ord(letter) < _LATIN:
        return 0.8 if letter.isupper() else 0.65
    # One letter may stand for many (U+FDFD), and a font of another script be wider.
    return max(1.3 if east_asian_width(letter) in "WF" else 1.1, 0.7 * len(normalize("NFKC", letter)))
