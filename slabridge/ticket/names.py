"""What people are called in a ticket, and what stands together there: code and name, code and account. Pure."""

from collections.abc import Collection, Iterable

from connectors.interface import NativeTicket
from slabridge.ticket.people import words_of

Pairs = set[tuple[str, str]]


def held_in(native: NativeTicket, fields: Collection[str]) -> Pairs:
    """Return (code, name) of all that these native fields hold or ever held."""
    held = list(native.fields.items())
    for entry in (*native.history, *native.observed):
        held += [(field, values) for field, change in entry.changes.items() for values in change]
    return {(value.code, value.name) for field, values in held if field in fields for value in values}


def authors_of(native: NativeTicket) -> Pairs:
    """Return (code, account) of who changed a ticket or commented; where no field has a code, both are the account."""
    found = {(comment.person or comment.by, comment.by) for comment in native.comments if comment.by}
    return found | {(entry.by, entry.by) for entry in (*native.history, *native.observed) if entry.by}


def pairs_of(native: NativeTicket) -> Pairs:
    """Return all of these, of all fields."""
    return held_in(native, native.fields.keys()) | authors_of(native)


def named(pairs: Iterable[tuple[str, str]], names: Collection[str]) -> Pairs:
    """Return the pairs of which one is any of these names."""
    wanted = {words_of(name) for name in names}
    return {pair for pair in pairs if wanted.intersection(map(words_of, pair))}
