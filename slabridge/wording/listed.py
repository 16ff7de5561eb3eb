"""What people read of the file's names and values, and how several things are said in a row."""

import json
import re
from collections.abc import Sequence

from slabridge.text.printed import line
from slabridge.text.said import Said, said, word

AND = word("%(some)s and %(last)s")
OR = word("%(some)s or %(last)s")
NOR = word("%(some)s nor %(last)s")
COMMA = word("%(some)s, %(last)s")
SEMICOLON = word("%(some)s; %(last)s")

Text = str | Said

_PLAIN = re.compile(r"[^\W_][\w-]*")
_JOINING = {"and", "or", "not", "och", "eller", "inte"}


def shown(name: str) -> str:
    """Return a name or a value as one printable line; in quotes where it could be read as more than one word of ours.

    A number with a point has quotes too, so that no language changes it.
    """
    if _PLAIN.fullmatch(name) and name.casefold() not in _JOINING:
        return line(name)
    return line(json.dumps(name, ensure_ascii=False))


def either(values: Sequence[str]) -> Text:
    """Return values of which one is meant: `P1, P2 or P3`."""
    return joined([shown(value) for value in values], OR)


def both(texts: Sequence[Text]) -> Text:
    """Return texts of which all are meant: `Mon, Tue and Wed`."""
    return joined(texts, AND)


def joined(texts: Sequence[Text], last: str) -> Text:
    """Return texts with commas between them, but before the last."""
    if len(texts) == 1:
        return texts[0]
    return said(last, some=folded(texts[:-1], COMMA), last=texts[-1])


def folded(texts: Sequence[Text], message: str) -> Text:
    """Return texts with the same between any two; halved again and again, so that a thousand nest ten deep."""
    if len(texts) == 1:
        return texts[0]
    half = len(texts) // 2
    return said(message, some=folded(texts[:half], message), last=folded(texts[half:], message))
