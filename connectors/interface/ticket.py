"""Tickets as a tool has them: native names and codes with the name seen, instants in ms UTC by the tool's own clock.

So a change of the value mapping needs no new pull.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple


class Value(NamedTuple):
    """A native value: the code by which the tool knows it, and the name people see (the code where there is none)."""

    code: str
    name: str


Values = tuple[Value, ...]
"""What a native field holds; () is unset, and more than one value a list."""


class NativeEntry(NamedTuple):
    """One history entry: native field -> (before, after)."""

    at: int
    by: str
    changes: Mapping[str, tuple[Values, Values]]


@dataclass(frozen=True, slots=True)
class NativeComment:
    """A comment without its text. `role` is agent, customer or system; `markers` are ours, where we wrote it.

    `id` is that by which we may delete it, given where a marker stands on the ticket more than once, "" elsewhere.
    `person` is the code that fields hold for the author, where that is not `by` and one of them may.
    """

    at: int
    by: str
    role: str
    public: bool
    markers: tuple[str, ...] = ()
    id: str = ""
    person: str = ""


def with_ids_of_doubles(comments: Sequence[NativeComment]) -> tuple[NativeComment, ...]:
    """Return comments without the ids of those none of whose markers stands there more than once."""
    count = Counter(marker for comment in comments for marker in comment.markers)
    return tuple(
        replace(one, id="") if one.id and all(count[marker] == 1 for marker in one.markers) else one for one in comments
    )


@dataclass(frozen=True, slots=True)
class NativeTicket:
    """A ticket with its complete history, as the tool has it.

    `fields` holds the fields asked for that can be read; one that is absent could not be. `written` holds the fields
    that we write, in the form that `Connector.encode` gives (None where empty). `ours` are those of them that the tool
    itself remembers as set by us, where it can. `observed` are changes that the source has no history of and that our
    own pulls saw: the state adds them. A connector gives those that the source says without saying when. `keys` are
    those by which people called it earlier.
    """

    id: str
    key: str
    created: int
    updated: int
    fields: Mapping[str, Values]
    history: tuple[NativeEntry, ...] = ()
    comments: tuple[NativeComment, ...] = ()
    written: Mapping[str, str | None] = field(default_factory=dict)
    ours: frozenset[str] = frozenset()
    observed: tuple[NativeEntry, ...] = ()
    keys: tuple[str, ...] = ()
