"""What is wrong in a configuration file: every problem with its place, its value and what would be right."""

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

KeyPath = tuple[str | int, ...]
"""A place in the file: keys, and positions in lists counted from 0."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_VALUE = 60
_MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix. `path` and `value` are as in the file, `value` is None where it helps nobody or is secret."""

    file: str
    path: str
    value: str | None
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.value, self.message) if part)


class ConfigError(Exception):
    """The configuration cannot be used; its text is one problem a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def show_path(path: KeyPath) -> str:
    """Return a path as TOML writes keys: `targets[0].when."pending reason"`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            text += f".{key}" if text else key
    return text


def show_value(value: object, longest: int = _LONGEST_VALUE) -> str:
    """Return a value as TOML writes it, cut where it is longer."""
    text = _toml(value)
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _toml(value: object) -> str:
    match value:
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return "true" if value else "false"
        case date() | time():
            return value.isoformat()
        case dict():
            pairs = (f"{show_path((str(key),))} = {_toml(item)}" for key, item in value.items())
            return "{ " + ", ".join(pairs) + " }" if value else "{}"
        case list() | tuple():
            return "[" + ", ".join(_toml(item) for item in value) + "]"
        case _:
            return str(value)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `name`, if one is."""
    return next(iter(_close(name, known, 1, 0.6)), None)


def instead(name: object, known: Iterable[str]) -> str:
    """Return the remedy for an unknown name: the nearest, else all there are, or of many the least unlike."""
    names = list(dict.fromkeys(known))
    near = nearest(name, names) if isinstance(name, str) else None
    if near is not None:
        return f'the nearest is "{near}"'
    if len(names) > _MOST_NAMES:
        return "the nearest are " + ", ".join(f'"{other}"' for other in _close(str(name), names, 3, 0))
    return "known: " + ", ".join(names) if names else "there is none"


def _close(name: str, known: Iterable[str], count: int, cutoff: float) -> list[str]:
    names = {candidate.casefold(): candidate for candidate in known}
    return [names[close] for close in difflib.get_close_matches(name.casefold(), names, count, cutoff)]
