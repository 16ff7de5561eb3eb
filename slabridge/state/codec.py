"""Tickets as bytes: compact JSON, compressed where it is long; and the digest that tells whether a ticket changed."""

import hashlib
import zlib
from typing import Any, NamedTuple

import msgspec
import orjson

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Values
from slabridge.state.packed import unpacked
from slabridge.state.trouble import Damaged

_PLAIN = 2_048
"""Bytes of JSON that stand as they are: to compress them takes as long as to map the ticket, and saves 0.4 kB of 2."""

_CHECK = 4
"""Bytes of a check behind these, as what is compressed has one: what was damaged does not pass for a ticket."""


def decode_fields(text: str) -> dict[str, str | None]:
    """Return the values of fields; of damaged ones none is known.

    They are found again where they hold what they should, so that nothing has to be read for them.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


class Encoded(NamedTuple):
    """A ticket, its bytes and their digest."""

    ticket: NativeTicket
    payload: bytes
    digest: str


def encode(ticket: NativeTicket) -> Encoded:
    """Return a ticket's bytes and their digest. `updated` is left out: what moves it without a change is no news."""
    document: dict[str, Any] = {
        "id": ticket.id,
        "key": ticket.key,
        "created": ticket.created,
        "fields": ticket.fields,
        "history": ticket.history,
        "comments": [_comment(comment) for comment in ticket.comments],
        "written": ticket.written,
    }
    # Left out where empty: what has neither keeps the digest that it had before there were such things.
    if ticket.observed:
        document["observed"] = ticket.observed
    if ticket.keys:
        document["keys"] = ticket.keys
    text = _text(document)
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    if ticket.ours:
        # Not in the digest: that we wrote something is no news to us.
        text = _text({**document, "ours": sorted(ticket.ours)})
    return Encoded(ticket, _packed(text), digest)


def decode(packed: bytes) -> NativeTicket:
    """Return the ticket that `encode` was given, without `updated`.

    Raises:
        Damaged: it is not as it was.
    """
    try:
        stored = _stored(_unpacked(packed))
        comments = tuple([_read_comment(*comment) for comment in stored.comments])
    except (zlib.error, ValueError, TypeError) as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error
    return NativeTicket(
        id=stored.id,
        key=stored.key,
        created=stored.created,
        updated=0,
        fields=stored.fields,
        history=stored.history,
        comments=comments,
        written=stored.written,
        ours=frozenset(stored.ours),
        observed=stored.observed,
        keys=stored.keys,
    )


def _packed(text: bytes) -> bytes:
    return zlib.compress(text, 1) if len(text) > _PLAIN else text + zlib.crc32(text).to_bytes(_CHECK)


def _unpacked(packed: bytes) -> bytes:
    if not packed.startswith(b"{"):
        return unpacked(packed)
    text = packed[:-_CHECK]
    if zlib.crc32(text).to_bytes(_CHECK) != packed[-_CHECK:]:
        raise ValueError("not as it was written")
    return text


class _Stored(msgspec.Struct):
    """A ticket as its JSON says it."""

    id: str
    key: str
    created: int
    fields: dict[str, Values]
    history: tuple[NativeEntry, ...]
    comments: list[list[Any]]
    written: dict[str, str | None]
    ours: tuple[str, ...] = ()
    observed: tuple[NativeEntry, ...] = ()
    keys: tuple[str, ...] = ()


_stored = msgspec.json.Decoder(_Stored).decode
_text = msgspec.json.Encoder(order="sorted").encode
"""Named tuples become lists. The bytes are those that orjson gave: digests stay what they are."""


def _comment(comment: NativeComment) -> list[Any]:
    """Return a comment as plain values; one marker, or none, keeps the form that it had when there was but one."""
    markers = comment.markers if len(comment.markers) > 1 else next(iter(comment.markers), None)
    plain = [comment.at, comment.by, comment.role, comment.public, markers]
    if comment.person:
        return [*plain, comment.id, comment.person]
    return [*plain, comment.id] if comment.id else plain


def _read_comment(at: int, by: str, role: str, public: bool, markers: Any = None, *others: str) -> NativeComment:  # noqa: ANN401 - JSON
    held = tuple(markers) if isinstance(markers, list) else () if markers is None else (markers,)
    return NativeComment(at, by, role, public, held, *others)
