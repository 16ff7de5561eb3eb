"""What a tool does over HTTP its own way: a value that its folder fills in, and that its session goes by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from connectors.http.answer import message_of

Headers = Mapping[str, str]


class Scope(Enum):
    """What a rate limit that was met is about."""

    HOST = auto()
    """All calls: none is made until the time that it names."""
    ENDPOINT = auto()
    """All calls of the same endpoint."""
    QUOTA = auto()
    """What may be asked in all: waiting within a run does not help."""
    TICKET = auto()
    """Writes on one ticket; of a read it is as `HOST`."""
    AT_ONCE = auto()
    """How many calls are under way."""


class Limited(NamedTuple):
    """What an answer 429 says besides `Retry-After`: which limit was met, its name there, and seconds until it ends."""

    scope: Scope = Scope.HOST
    name: str = ""
    seconds: float | None = None


def _plain(_: Headers) -> Limited:
    return Limited()


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a tool says what HTTP has no words for; by default, as RFC 9110 and RFC 6749 have it.

    `limited` reads the headers of a 429, `message` the JSON of an error for people ("" where it says nothing), and
    `cancelled` the text of a failure: whether the tool cancelled what takes too long, which the same again would.
    """

    limited: Callable[[Headers], Limited] = _plain
    message: Callable[[object], str] = message_of
    cancelled: Callable[[str], bool] = _never


PLAIN = Rules()
"""The standards and no more."""
