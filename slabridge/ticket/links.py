"""The links that a ticket states, found in its native fields and their history (docs/chain.md). Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from connectors.interface import NativeTicket, Value, Values
from slabridge.config import By, LinkRule

LONGEST = 4_096
"""Characters of a value that a pattern is tried on."""

_LONGEST_KEY = 200
"""Characters that a key or an id may have: what is longer is a text in which there is none."""


class Reference(NamedTuple):
    """A ticket of a connection, as another one names it."""

    connection: str
    by: By
    text: str


class Follow(IntEnum):
    """What becomes of a linked ticket that no filter takes up."""

    NO = 0
    CHAIN = 1
    """it is read and judged for the chain alone"""
    WRITE = 2
    """it is read, judged and written like any other"""


class StatedLink(NamedTuple):
    """A link of a type in force in [start, end), ms UTC; None: from the creation on, for ever."""

    type: str
    reference: Reference
    start: int | None
    end: int | None
    follow: Follow


def stated_links(native: NativeTicket, rules: Iterable[LinkRule]) -> list[StatedLink]:
    """Return all links that a ticket states or ever stated, in the order of the rules and of their beginning."""
    return [link for rule in rules if rule.field in native.fields for link in _of_rule(native, rule)]


def _of_rule(native: NativeTicket, rule: LinkRule) -> list[StatedLink]:
    follow = (Follow.WRITE if rule.write else Follow.CHAIN) if rule.follow else Follow.NO
    since: dict[Reference, int | None] = {}
    found: list[StatedLink] = []
    for at, values in _course(native, rule.field):
        named = set(_references(values, rule))
        left = sorted(since.keys() - named)
        found += [StatedLink(rule.type, reference, since.pop(reference), at, follow) for reference in left]
        since |= dict.fromkeys(sorted(named - since.keys()), at)
    found += [StatedLink(rule.type, reference, at, None, follow) for reference, at in since.items()]
    return [link for link in found if link.start is None or link.end is None or link.start < link.end]


def _course(native: NativeTicket, field: str) -> Iterator[tuple[int | None, Values]]:
    """Yield what a field held, with the instant from which on; None: from the creation on."""
    entries = sorted((*native.history, *native.observed), key=lambda entry: entry.at)
    changes = [(entry.at, *entry.changes[field]) for entry in entries if field in entry.changes]
    yield None, changes[0][1] if changes else native.fields[field]
    for at, _, after in changes:
        yield at, after


def _references(values: Sequence[Value], rule: LinkRule) -> Iterator[Reference]:
    for value in values:
        if rule.names:
            texts = [value.code.rpartition(" ")[2]] if value.name in rule.names else []
        else:
            texts = _found_in(value.code if rule.by == "id" else value.name, rule.match)
        for text in texts:
            written = text.strip()
            if 0 < len(written) <= _LONGEST_KEY:
                yield Reference(rule.to, rule.by, written.upper() if rule.by == "key" else written.lower())


def _found_in(text: str, pattern: str | None) -> list[str]:
    if pattern is None:
        return [text]
    matches = _compiled(pattern).finditer(text[:LONGEST])
    return [match[1] if match.re.groups else match[0] for match in matches if match[min(1, match.re.groups)]]


@lru_cache(maxsize=100)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
