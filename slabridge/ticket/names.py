"""What people are called in a ticket, and what stands together there: code and name, code and account. Pure."""

from collections.abc import Collection, Iterable, Iterator

from connectors.interface import NativeTicket, Values
from slabridge.ticket.people import words_of


def pairs_of(native: NativeTicket, fields: Collection[str] | None = None) -> set[tuple[str, str]]:
    """Return (code, name) of all that these fields hold or ever held (None: all), and (code, account) of authors.

    Of an author whose code no field has, both are the account.
    """
    found = {
        (value.code, value.name)
        for field, values in _held(native)
        if fields is None or field in fields
        for value in values
    }
    found |= {(comment.person or comment.by, comment.by) for comment in native.comments if comment.by}
    return found | {(entry.by, entry.by) for entry in (*native.history, *native.observed) if entry.by}


def _held(native: NativeTicket) -> Iterator[tuple[str, Values]]:
    yield from native.fields.items()
    for entry in (*native.history, *native.observed):
        for field, (before, after) in entry.changes.items():
            yield field, before
            yield field, after


def named(pairs: Iterable[tuple[str, str]], names: Collection[str]) -> set[tuple[str, str]]:
    """Return the pairs of which one is any of these names."""
    wanted = {words_of(name) for name in names}
    return {pair for pair in pairs if wanted.intersection(map(words_of, pair))}
