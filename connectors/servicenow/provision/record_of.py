"""From things to the changes of an update set.

A thing is known by its kind and by what stands in its detail, so the change that takes it back is made of the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.interface import Thing
from connectors.servicenow.provision.access import role_update, rule_role_update, rule_update
from connectors.servicenow.provision.dictionary import (
    choices_update,
    collection_update,
    column_update,
    label_update,
    table_update,
)
from connectors.servicenow.provision.layout import form_update, list_update
from connectors.servicenow.provision.update_set import DELETE, SAVE, Update

_UPDATES: Mapping[str, Callable[[Mapping[str, Any], str], Update]] = {
    "table": table_update,
    "collection": collection_update,
    "column": column_update,
    "label": label_update,
    "choices": choices_update,
    "role": role_update,
    "rule": rule_update,
    "rule's role": rule_role_update,
    "list": list_update,
    "form": form_update,
}
KINDS = tuple(_UPDATES)
"""The kinds of things, in the order in which they are made."""


def update_of(thing: Thing, *, deletes: bool = False) -> Update:
    """Return the change that makes a thing, or takes it back."""
    return _UPDATES[thing.kind](thing.detail, DELETE if deletes else SAVE)


def thing_of(kind: str, field: str, text: str, **detail: object) -> Thing:
    """Return a thing, known by the name of the change that makes it."""
    thing = Thing(kind, field, text, detail=detail)
    return Thing(kind, field, text, update_of(thing).name, detail)
