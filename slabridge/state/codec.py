"""Tickets as bytes: compact JSON, compressed; and the digest that tells whether a ticket changed."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from connectors.interface import NativeComment, NativeEntry, NativeTicket, Value, Values
from slabridge.state.packed import unpacked
from slabridge.state.trouble import Damaged


def decode_fields(text: str) -> dict[str, str | None]:
    """Return the values of fields; of damaged ones none is known.

    They are found again where they hold what they should, so that nothing has to be read for them.
    """
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def _damage() -> Iterator[None]:
    """Say of what cannot be decoded that it is damaged: what we encode, we can decode."""
    try:
        yield
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Damaged(f"{type(error).__name__}: {error}") from error


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
        "history": _plain(ticket.history),
        "comments": [_comment(comment) for comment in ticket.comments],
        "written": ticket.written,
    }
    # Left out where empty: what has neither keeps the digest that it had before there were such things.
    if ticket.observed:
        document["observed"] = _plain(ticket.observed)
    if ticket.keys:
        document["keys"] = ticket.keys
    text = orjson.dumps(document, default=tuple, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    if ticket.ours:
        # Not in the digest: that we wrote something is no news to us.
        text = orjson.dumps({**document, "ours": sorted(ticket.ours)}, default=tuple, option=orjson.OPT_SORT_KEYS)
    return Encoded(ticket, zlib.compress(text, 1), digest)


def decode(packed: bytes) -> NativeTicket:
    """Return the ticket that `encode` was given, without `updated`.

    Raises:
        Damaged: it is not as it was.
    """
    with _damage():
        return _ticket(orjson.loads(unpacked(packed)))


def _ticket(document: dict[str, Any]) -> NativeTicket:
    return NativeTicket(
        id=document["id"],
        key=document["key"],
        created=document["created"],
        updated=0,
        fields=_fields(document["fields"]),
        history=_entries(document["history"]),
        comments=tuple(_read_comment(*comment) for comment in document["comments"]),
        written=document["written"],
        ours=frozenset(document.get("ours", ())),
        observed=_entries(document.get("observed", ())),
        keys=tuple(document.get("keys", ())),
    )


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


def _plain(entries: Iterable[NativeEntry]) -> list[list[Any]]:
    return [[entry.at, entry.by, entry.changes] for entry in entries]


def _entries(plain: Iterable[Any]) -> tuple[NativeEntry, ...]:
    return tuple(
        NativeEntry(at, by, {name: (_values(before), _values(after)) for name, (before, after) in changes.items()})
        for at, by, changes in plain
    )


def _fields(fields: Mapping[str, Any]) -> dict[str, Values]:
    return {name: _values(values) for name, values in fields.items()}


def _values(values: list[list[str]]) -> Values:
    if len(values) == 1:
        return _one(*values[0])
    return tuple(Value(code, name) for code, name in values)


@lru_cache(maxsize=20_000)
def _one(code: str, name: str) -> Values:
    """Return a single value; tickets share most of theirs, and so need not each hold them."""
    return (Value(code, name),)
