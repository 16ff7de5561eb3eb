"""The native values that a ticket holds and ever held. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from connectors.interface import NativeTicket, Values

LONGEST = 200
"""Characters of a code or name that is kept as a value: what is longer is a text."""


class SeenValue(NamedTuple):
    """A value of a native field."""

    field: str
    code: str
    name: str


def values_of(native: NativeTicket) -> set[SeenValue]:
    """Return all values that a ticket's fields hold or, by its history, ever held; long texts are left out."""
    return {value for field, values in _held(native) for value in _of(field, values)}


def count_values(natives: Sequence[NativeTicket]) -> Counter[SeenValue]:
    """Count how many of these tickets hold or ever held each value, as `values_of` has them."""
    held = Counter[tuple[str, Values]]()
    for native in natives:
        held.update(_held(native))
    # What stands alone stands there once a ticket; a value of lists may be in several that one ticket held.
    lists = {field for field, values in held if len(values) > 1}
    found = Counter[SeenValue]()
    for (field, values), tickets in held.items():
        if field not in lists:
            found.update(dict.fromkeys(_of(field, values), tickets))
    for native in natives if lists else ():
        found.update({value for field, values in _held(native) if field in lists for value in _of(field, values)})
    return found


def _held(native: NativeTicket) -> set[tuple[str, Values]]:
    held = set(native.fields.items())
    for entry in (*native.history, *native.observed):
        for field, (before, after) in entry.changes.items():
            held.add((field, before))
            held.add((field, after))
    return held


def _of(field: str, values: Values) -> list[SeenValue]:
    return [
        SeenValue(field, value.code, value.name)
        for value in values
        if len(value.code) <= LONGEST and len(value.name) <= LONGEST
    ]
