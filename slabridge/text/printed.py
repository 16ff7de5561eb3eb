"""Texts of tools and people, fit to be printed: none of them steers a terminal, forges a line or floods one."""

import re
from typing import Any
from unicodedata import category

import orjson

_MOST = 1000
_JOINERS = "\u200c\u200d"  # of scripts and of emoji; they move nothing
_HARMLESS = {"Zs", "Cn", "Co"}
_STEERING = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")


def printable(text: str) -> str:
    """Return a text whose line breaks, control characters and marks that turn the direction of writing are replaced."""
    if text.isprintable():
        return text
    return "".join(letter if _is_harmless(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def line(text: str, most: int = _MOST) -> str:
    """Return a printable text of `most` characters at most."""
    short = printable(text[:most])
    return short if len(text) <= most else f"{short[:-1]}…"


def lines(text: str) -> str:
    """Return a text whose line breaks are ours, and each line of which is printable."""
    return "\n".join(map(line, text.split("\n")))


def json_line(document: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a document as one line of JSON; what would steer a terminal is escaped, so that nothing is lost."""
    text = orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
    if text.isascii() and b"\x7f" not in text:  # a report may be of 200 MB
        return text
    return _STEERING.sub(lambda found: _escaped(found[0]), text.decode()).encode()


def _is_harmless(letter: str) -> bool:
    return letter.isprintable() or letter in _JOINERS or category(letter) in _HARMLESS


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
