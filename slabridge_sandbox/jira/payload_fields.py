"""What kind of field a payload shows: by its schema where that is given, else by the shape of its value."""

import re
from collections.abc import Mapping
from typing import Any

from slabridge_sandbox.jira.catalogue import CUSTOM_TYPE, Field
from slabridge_sandbox.jira.history_items import TYPES

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CUSTOM = {
    "option": "select",
    "array/option": "multiselect",
    "option-with-child": "cascadingselect",
    "string": "textfield",
    "document": "textarea",
    "number": "float",
    "datetime": "datetime",
    "date": "datepicker",
    "user": "userpicker",
    "array/user": "multiuserpicker",
    "array/string": "labels",
    "team": "atlassian-team",
}


def field_of(id_: str, name: str, schema: Mapping[str, Any] | None, value: Any) -> Field | None:  # noqa: ANN401 - JSON
    """Return the field that a payload shows, None if neither schema nor value says anything."""
    if schema is None and value in (None, []):
        return None
    kind = _by_shape(value) if schema is None else _by_schema(schema)
    custom = "" if not id_.startswith("customfield_") else (schema or {}).get("custom", _CUSTOM.get(kind, "any"))
    type_, _, items = kind.partition("/")
    clauses = (f"cf[{id_.removeprefix('customfield_')}]", name) if custom else (id_,)
    # What the sandbox has no type for is read-only: nothing checks what is written to it.
    editable = bool(custom) and kind != "any"
    return Field(id_, name, type_, clauses, custom.removeprefix(CUSTOM_TYPE), items, editable)


def _by_schema(schema: Mapping[str, Any]) -> str:
    kind = str(schema["type"]) + (f"/{schema.get('items')}" if schema["type"] == "array" else "")
    if kind == "string" and str(schema.get("custom", "")).endswith(":textarea"):
        kind = "document"
    return kind if kind in TYPES else "any"


def _by_shape(value: Any) -> str:  # noqa: ANN401 - JSON
    match value:
        case list():
            kinds = {f"array/{_by_shape(one)}" for one in value}
            return kinds.pop() if len(kinds) == 1 and kinds <= _CUSTOM.keys() else "any"
        case {"type": "doc"}:
            kind = "document"
        case {"id": _, "value": _}:
            kind = "option-with-child" if "child" in value else "option"
        case {"accountId": _} | {"name": _, "key": _, "displayName": _}:
            kind = "user"
        case str():
            kind = _of_text(value)
        case bool():
            kind = "any"
        case int() | float():
            kind = "number"
        case _:
            kind = "any"
    return kind


def _of_text(value: str) -> str:
    if _INSTANT.fullmatch(value):
        return "datetime"
    return "date" if _DAY.fullmatch(value) else "document" if "\n" in value else "string"
