"""Conditions on a ticket's rows, from TOML (docs/configuration.md, "Conditions")."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sla_engine.condition import (
    OWN_FIELDS,
    AllOf,
    AnyOf,
    AuthorEvent,
    ChangeEvent,
    CommentEvent,
    Condition,
    CreatedEvent,
    Differs,
    Equals,
    IsSet,
    Not,
)
from sla_engine.ticket import ROLES
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import FieldUse, Reading
from slabridge.config.shape import check_field

_PARAMETERS = {"comment": ("role", "public", "by"), "change": ("field", "from", "to"), "created": ()}
EVENTS = tuple(_PARAMETERS)
"""What can happen at a row."""
_EVENT_KEYS = ("event", *(key for keys in _PARAMETERS.values() for key in keys))
_UNSET = "an unset field equals nothing; write { set = false }"
_EMPTY = "is empty, so it says nothing; leave it out, or give it entries"


def read_condition(raw: object, path: KeyPath, reading: Reading, *, events: bool = False) -> Condition | None:
    """Return a condition, or None and problems. Without `events`, events are refused in it."""
    if isinstance(raw, Mapping):
        return _table(raw, path, reading, events=events)
    if not isinstance(raw, list):
        reading.problem(path, 'is no condition; write a table, as in { status = "new" }, or a list of tables', raw)
        return None
    if not raw:
        reading.problem(path, _EMPTY, raw)
    parts = []
    for n, item in enumerate(raw):
        if isinstance(item, Mapping):
            parts.append(_table(item, (*path, n), reading, events=events))
        else:
            reading.problem((*path, n), 'is no condition; write a table, as in { status = "new" }', item)
    return _joined(AnyOf, parts, len(raw))


def _table(raw: Mapping[str, Any], path: KeyPath, reading: Reading, *, events: bool) -> Condition | None:
    if not raw:
        reading.problem(path, _EMPTY, raw)
        return None
    parts: list[Condition | None] = []
    names = list(raw)
    if "event" in raw:
        parts.append(_event(raw, path, reading, events=events))
        names = [name for name in names if name not in _EVENT_KEYS]
    for name in names:
        place = (*path, name)
        if name == "not":
            inner = read_condition(raw[name], place, reading, events=events)
            parts.append(None if inner is None else Not(inner))
        else:
            parts.append(_entry(name, raw[name], place, reading))
    return _joined(AllOf, parts, len(parts))


def _joined(kind: type[AllOf | AnyOf], parts: list[Condition | None], wanted: int) -> Condition | None:
    found = tuple(part for part in parts if part is not None)
    if len(found) < wanted or not found:
        return None
    return found[0] if len(found) == 1 else kind(found)


def _entry(name: str, raw: object, path: KeyPath, reading: Reading) -> Condition | None:
    if not check_field(name, path, reading):
        return None
    if isinstance(raw, Mapping):
        return _field_table(name, raw, path, reading)
    values = values_of(raw, path, reading)
    return None if values is None else _noted(Equals(name, values), path, reading)


def _field_table(name: str, raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> Condition | None:
    for key in raw:
        if key not in ("not", "set"):
            reading.problem((*path, key), f"unknown key; {instead(key, ('not', 'set'))}")
    if len(raw) != 1:
        reading.problem(path, "a field's table has exactly one of not and set", raw)
    elif "set" in raw:
        if isinstance(raw["set"], bool):
            reading.uses.append(FieldUse(path, name))
            return IsSet(name, raw["set"])
        reading.problem((*path, "set"), "must be true or false", raw["set"])
    elif isinstance(raw.get("not"), Mapping):
        reading.problem((*path, "not"), f"takes a value or a list; for a condition write not = {{ {name} = ... }}")
    elif "not" in raw:
        values = values_of(raw["not"], (*path, "not"), reading, unset="to ask for any value write { set = true }")
        return None if values is None else _noted(Differs(name, values), path, reading)
    return None


def _noted(condition: Equals | Differs, path: KeyPath, reading: Reading) -> Condition:
    reading.uses.append(FieldUse(path, condition.field, condition.values))
    return condition


def _event(raw: Mapping[str, Any], path: KeyPath, reading: Reading, *, events: bool) -> Condition | None:
    event = raw["event"]
    if not isinstance(event, str) or event not in _PARAMETERS:
        reading.problem((*path, "event"), f"no such event; {instead(event, _PARAMETERS)}", event)
        return None
    if not events:
        reading.problem(
            (*path, "event"), "an event is over at once; it may stand in start, stop, cancel and reset alone", event
        )
        return None
    for other, keys in _PARAMETERS.items():
        for key in keys if other != event else ():
            if key in raw:
                here = f"; here are {', '.join(_PARAMETERS[event])}" if _PARAMETERS[event] else ""
                reading.problem((*path, key), f'belongs to event = "{other}"{here}')
    if event == "created":
        return CreatedEvent()
    return _comment_event(raw, path, reading) if event == "comment" else _change_event(raw, path, reading)


def _comment_event(raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> Condition | None:
    roles = values_of(raw["role"], (*path, "role"), reading) if "role" in raw else None
    for role in roles or ():
        if role not in ROLES:
            reading.problem((*path, "role"), f"no such role; {instead(role, ROLES)}", role)
    public = raw.get("public")
    if public is not None and not isinstance(public, bool):
        reading.problem((*path, "public"), "must be true or false", public)
        public = None
    if isinstance(raw.get("by"), Mapping):
        author = _author(raw["by"], (*path, "by"), reading)
        return None if author is None else AllOf((CommentEvent(roles, public), author))
    by = values_of(raw["by"], (*path, "by"), reading) if "by" in raw else None
    if by is not None:
        reading.authors.append((*path, "by"))
    return CommentEvent(roles, public, by)


def _author(raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> Condition | None:
    for key in raw:
        if key != "field":
            reading.problem((*path, key), f"unknown key; {instead(key, ('field',))}")
    if "field" not in raw:
        reading.problem((*path, "field"), 'is missing; write who wrote it, as in field = "assignee"')
    elif check_field(raw["field"], (*path, "field"), reading):
        reading.uses.append(FieldUse((*path, "field"), raw["field"]))
        return AuthorEvent(raw["field"])
    return None


def _change_event(raw: Mapping[str, Any], path: KeyPath, reading: Reading) -> Condition | None:
    if "field" not in raw:
        reading.problem((*path, "field"), 'is missing; write which field changes, as in field = "team"')
        return None
    unset = "an unset value cannot be named here; leave it out"
    before = values_of(raw["from"], (*path, "from"), reading, unset=unset) if "from" in raw else None
    after = values_of(raw["to"], (*path, "to"), reading, unset=unset) if "to" in raw else None
    if raw["field"] in OWN_FIELDS:
        reading.problem(
            (*path, "field"), "the engine itself knows this field, and no change event is about it", raw["field"]
        )
        return None
    if not check_field(raw["field"], (*path, "field"), reading):
        return None
    reading.uses.append(FieldUse((*path, "field"), raw["field"], (*(before or ()), *(after or ()))))
    return ChangeEvent(raw["field"], before, after)


def values_of(raw: object, path: KeyPath, reading: Reading, unset: str = _UNSET) -> tuple[str, ...] | None:
    """Return the values as text, as JSON writes numbers and booleans."""
    items = raw if isinstance(raw, list) else [raw]
    if not items:
        reading.problem(path, f"a list of values must not be empty; {unset}", raw)
        return None
    texts = []
    for item in items:
        if item == "":
            reading.problem(path, f"a value must not be empty; {unset}", raw)
        elif isinstance(item, str):
            texts.append(item)
        elif isinstance(item, int) or (isinstance(item, float) and math.isfinite(item)):
            texts.append(json.dumps(item))
        elif isinstance(item, Mapping):
            reading.problem(path, "takes a value or a list of values, no table", raw)
        else:
            reading.problem(path, f'is no value; write text in quotes, as in "{item}"', item)
    return tuple(dict.fromkeys(texts)) if len(texts) == len(items) else None
