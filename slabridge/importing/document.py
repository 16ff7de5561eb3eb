"""The document that a translation makes: tables of the configuration with comments, some of them commented out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slabridge.importing.finding import Finding, Kind
from slabridge.importing.wanted import Wanted
from slabridge.text import toml


@dataclass(slots=True)
class Section:
    """A table, or where it has no path comments alone; one that is `off` is written as a comment."""

    path: tuple[str, ...]
    entries: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    off: bool = False

    def text(self) -> str:
        """Return it as TOML."""
        lines = [toml.comment(text) for text in self.comments]
        if self.path:
            body = [f"[{'.'.join(map(toml.key, self.path))}]"]
            body += [f"{toml.key(name)} = {toml.value(held)}" for name, held in self.entries.items()]
            lines += [f"# {one}" for part in body for one in part.split("\n")] if self.off else body
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Imported:
    """What a translation came to.

    `native` has the names of the tool's clocks by objective (`agreement.objective`), `unmapped` the native fields that
    the connection does not map, by the name that the document calls them.
    """

    sections: Sequence[Section]
    findings: Sequence[Finding]
    native: Mapping[str, Sequence[str]]
    unmapped: Mapping[str, str]

    @property
    def text(self) -> str:
        """The document as TOML."""
        return "\n".join(section.text() for section in self.sections)

    @property
    def complete(self) -> bool:
        """Whether everything could be translated."""
        return not any(finding.kind is Kind.UNTRANSLATED for finding in self.findings)

    def paths(self, table: str) -> list[str]:
        """Return the names of the tables below calendars, clocks or agreements that are not commented out."""
        return [one.path[1] for one in self.sections if one.path[:1] == (table,) and len(one.path) == 2 and not one.off]


def native_section(wanted: Wanted, native: Mapping[str, Sequence[str]]) -> list[Section]:
    """Return which of the tool's clocks stand for which objectives; a comment where the connection has such a table."""
    if wanted.connection is None or not native:
        return []
    comments = ["which of the tool's own clocks `slabridge compare` puts beside which objective"]
    comments += ["the connection has such a table already: merge this one into it"] if wanted.named else []
    entries = {objective: list(names) for objective, names in native.items()}
    return [Section(("connections", wanted.connection.name, "native"), entries, comments, off=wanted.named)]


class Names:
    """Names of tables: what stands in the tool, in the letters that a name may have, each once, and none of `taken`."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def take(self, text: str) -> str:
        """Return a name that is not taken yet."""
        plain = re.sub(r"[^a-z0-9]+", "-", text.casefold().replace("ß", "ss")).strip("-")[:60] or "imported"
        plain = f"{plain}-agreement" if plain in {"sla", "ola", "uc", "above", "below"} else plain
        name, number = plain, 2
        while name in self._taken:
            name, number = f"{plain}-{number}", number + 1
        self._taken.add(name)
        return name


def common_words(names: Iterable[str]) -> str:
    """Return the words that all names begin and end with."""
    every = [name.split() for name in names]
    first = every[0]
    head = 0
    while all(len(words) > head and words[head] == first[head] for words in every) and head < len(first):
        head += 1
    tail = 0
    while all(len(words) - head > tail and words[-1 - tail] == first[-1 - tail] for words in every):
        tail += 1
    return " ".join([*first[:head], *(first[-tail:] if tail else [])]).strip(" -:,")
