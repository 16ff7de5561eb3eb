"""What is written into a tool, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Instant:
    """A fact that is an instant, ms UTC: each tool writes it its own way."""

    at: int


Fact = str | int | float | bool | Instant | None
"""A value to write; None empties the field."""


@dataclass(frozen=True, slots=True)
class FieldsWrite:
    """Set these fields of one ticket, and no others; the values are what `Connector.encode` gave.

    `judged_by` says which definition each objective was judged by (`agreement.objective` -> 16 hex digits), for tools
    that can keep that with the ticket. `not_ours` are those of the fields that get back what somebody else had there,
    in the form of `NativeTicket.written`: the tool remembers them no more as set by us.
    """

    id: str
    key: str
    fields: Mapping[str, str | None]
    judged_by: Mapping[str, str] = field(default_factory=dict)
    not_ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CommentWrite:
    """Add one comment. By its `markers` it is found again: they are written with it, each unique on the ticket."""

    id: str
    key: str
    markers: tuple[str, ...]
    body: str
    internal: bool = True


@dataclass(frozen=True, slots=True)
class LinkWrite:
    """Let our link on one ticket lead to its page at `url`; there is never a second one.

    `before` is where we let it lead earlier (None: we know of none). Of a link that is there nothing but the address
    changes. One that we made and that is not there any more somebody took away, and it stays away.
    """

    id: str
    key: str
    url: str
    before: str | None = None


LINK = "link"
"""Stands for the link itself where fields of a write are named."""

Write = FieldsWrite | CommentWrite | LinkWrite


@dataclass(frozen=True, slots=True)
class CommentDelete:
    """Delete a comment of ours whose markers all stand on the ticket once more; `comment` is its native id."""

    id: str
    key: str
    markers: tuple[str, ...]
    comment: str


class Outcome(StrEnum):
    """What became of a write."""

    APPLIED = "applied"
    REFUSED = "refused"
    """The tool said no; `reason` says why. It is not tried again by itself."""
    UNCLEAR = "unclear"
    """It may have been applied: look for it before writing it again."""
    GONE = "gone"
    """The ticket is not there any more, or hidden from us."""
    FAILED = "failed"
    """It was certainly not applied, and may be tried again later."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one write; `reason` is for people, empty when applied.

    `stored` are the fields of a `FieldsWrite` that the tool took, where those are not all of one that was applied, or
    some of one that was refused. Of a `LinkWrite` it is empty where no link can be made, and that was said.
    """

    write: Write
    outcome: Outcome
    reason: str = ""
    stored: frozenset[str] | None = None
