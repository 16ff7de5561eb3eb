"""The canonical ticket (docs/tickets.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

Values = tuple[str, ...]
"""What a field holds: its values as text, sorted, each once; () is unset."""

ROLES = ("agent", "customer", "system")


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One history entry: all its changes, field -> (before, after), apply at once. `at` is ms UTC."""

    at: int
    by: str
    changes: Mapping[str, tuple[Values, Values]]


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A comment, without its text. `at` is ms UTC, `role` one of `ROLES`.

    `names` are further ones beside `by` under which fields may hold the author.
    """

    at: int
    by: str
    role: str
    public: bool
    names: Values = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the ticket (source, id), in force in [start, end), ms UTC; None: from the creation on, for ever."""

    type: str
    source: str
    id: str
    start: int | None = None
    end: int | None = None


class Name(msgspec.Struct, frozen=True, gc=False):
    """What a result says of its ticket, as `Ticket` has it."""

    source: str
    id: str
    key: str


class Ticket(msgspec.Struct, frozen=True, gc=False):
    """A ticket is (source, id); `key` is for people. `fields` are the values now, `created` is ms UTC."""

    source: str
    id: str
    key: str
    created: int
    fields: Mapping[str, Values]
    history: Sequence[Entry] = ()
    comments: Sequence[Comment] = ()
    links: Sequence[Link] = ()
