"""Which fields a connection writes results to, and of what kind these are."""

from connectors.interface import Kind, WantedField
from slabridge.config import Connection, FieldMap
from slabridge.config.agreements.result import INSTANTS, NEVER_WRITTEN, RISK, STEP, TIMELINE, WORDS
from slabridge.config.problem import show_path

NUMBERS = ("cycle", "target_seconds", STEP, RISK)
"""Results that are numbers, where the configuration gives them no words."""


def wanted_of(connection: Connection) -> list[WantedField]:
    """Return the fields of `writeback`, in their order."""
    found = []
    for n, item in enumerate(connection.writeback.fields):
        place = show_path(("connections", connection.name, "writeback", "fields", n, "field"))
        found.append(WantedField(item.field, place, str(item.value), _kind(item), options_of(item)))
    return found


def _kind(item: FieldMap) -> Kind:
    result = item.value.result
    if result in INSTANTS:
        return Kind.INSTANT
    if result == TIMELINE:
        return Kind.ADDRESS
    if result in NUMBERS and not item.values:
        return Kind.NUMBER
    return Kind.CHOICE if result in WORDS else Kind.TEXT


def options_of(item: FieldMap) -> tuple[str, ...]:
    """Return all that may be written of a result that is one of a few words, each once; a number has no options."""
    if _kind(item) is Kind.NUMBER:
        return ()
    words = (word for word in WORDS.get(item.value.result, ()) if word != NEVER_WRITTEN)
    return tuple(dict.fromkeys(item.values.get(word, word) for word in words))
