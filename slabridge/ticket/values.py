"""The native values that a ticket holds and ever held. Pure."""

from typing import NamedTuple

from connectors.interface import NativeTicket

LONGEST = 200
"""Characters of a code or name that is kept as a value: what is longer is a text."""


class SeenValue(NamedTuple):
    """A value of a native field."""

    field: str
    code: str
    name: str


def values_of(native: NativeTicket) -> set[SeenValue]:
    """Return all values that a ticket's fields hold or, by its history, ever held; long texts are left out."""
    held = set(native.fields.items())
    for entry in (*native.history, *native.observed):
        for field, (before, after) in entry.changes.items():
            held.add((field, before))
            held.add((field, after))
    return {
        SeenValue(field, value.code, value.name)
        for field, values in held
        for value in values
        if len(value.code) <= LONGEST and len(value.name) <= LONGEST
    }
