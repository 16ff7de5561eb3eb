"""Tickets as a line of JSON has them, if it is plain: decoded and checked in one go (docs/tickets.md).

Instants are texts, and values what was written: text, null or a list of these; lists become tuples.
"""

from typing import Annotated, Any, Final, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]
Held = str | None | tuple[str | None, ...]
"""What a field holds, as it was written: a text, nothing, or several of these in any order."""
_Number = Annotated[int, msgspec.Meta(ge=-(1 << 63), le=(1 << 63) - 1)]
"""Whole numbers that every reader of JSON reads as such."""
_Mixed = str | bool | _Number | float | None | tuple[str | bool | _Number | float | None, ...]


class PlainEntry(msgspec.Struct, gc=False):
    """See `Entry`."""

    at: str
    changes: dict[str, tuple[Held, Held]]
    by: str | None = None


class PlainComment(msgspec.Struct, gc=False):
    """See `Comment`; the author has no further names."""

    at: str
    role: Literal["agent", "customer", "system"]
    public: bool
    by: str | None = None


class PlainTicket(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """See `Ticket`. An `id` that is not given is ""; what links say is not looked at."""

    source: Text
    key: Text
    created: str
    fields: dict[str, Held]
    id: Text = ""
    history: list[PlainEntry] | None = None
    comments: list[PlainComment] | None = None
    links: list[Any] | None = None


class MixedEntry(msgspec.Struct, gc=False):
    """An entry in which numbers stand, too."""

    at: str
    changes: dict[str, tuple[_Mixed, _Mixed]]
    by: str | None = None


class MixedTicket(PlainTicket, gc=False, forbid_unknown_fields=True):
    """A ticket in which numbers stand, too."""

    fields: dict[str, _Mixed]  # type: ignore[assignment]
    history: list[MixedEntry] | None = None  # type: ignore[assignment]


decode: Final = msgspec.json.Decoder(PlainTicket).decode
decode_mixed: Final = msgspec.json.Decoder(MixedTicket).decode
