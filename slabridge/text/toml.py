"""TOML as we write it: tables with comments above them. What stands in a text is escaped."""

import json
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from slabridge.text.printed import line

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_WIDTH = 110


def key(name: str) -> str:
    """Return a key, in quotes where it needs them."""
    return name if _BARE.fullmatch(name) else _text(name)


def value(held: Any) -> str:  # noqa: ANN401 - any TOML value
    """Return a value on one line; a list of tables, or one that is too long, has a line for each."""
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, str):
        return _text(held)
    if isinstance(held, Mapping):
        return "{ " + ", ".join(f"{key(name)} = {_inline(inner)}" for name, inner in held.items()) + " }"
    if isinstance(held, list | tuple):
        short = _inline(held)
        if len(held) < 2 or (len(short) <= _WIDTH and not any(isinstance(one, Mapping) for one in held)):
            return short
        return "[\n" + "".join(f"  {_inline(one)},\n" for one in held) + "]"
    if isinstance(held, int | float | date | time):
        return str(held)
    raise TypeError(f"{type(held).__name__} is no value of a configuration")


def comment(text: str) -> str:
    """Return a text as a comment of one line."""
    return f"# {line(text)}"


def _inline(held: Any) -> str:  # noqa: ANN401 - as above
    """Return a value on one line, as it stands within another."""
    if isinstance(held, list | tuple):
        return "[" + ", ".join(_inline(one) for one in held) + "]"
    return value(held)


def _text(text: str) -> str:
    """Return a basic string; what would steer a terminal or an editor is escaped too."""
    quoted = json.dumps(text.encode("utf-16", "replace").decode("utf-16"), ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
