"""The JSON Schema (2020-12) of the file, for editors: from the tables, and from what stands beneath their keys.

It says what each key is and takes. How tables and keys hang together `load_config` alone checks.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

from connectors.tool import Inside, TomlTable
from sla_engine.ticket import ROLES
from slabridge.config.agreements.condition import EVENTS
from slabridge.config.file import FileTable

JsonSchema = dict[str, Any]

_FROM_ELSEWHERE = ("like", "class")
"""Keys that let other keys come from another table: beside them none is required."""

_TEXT: JsonSchema = {"type": "string"}
_VALUE: JsonSchema = {"type": ["string", "number", "boolean"]}
_VALUES: JsonSchema = {"anyOf": [_VALUE, {"type": "array", "items": _VALUE, "minItems": 1}]}
_OF_FIELD: JsonSchema = {
    "type": "object",
    "properties": {"not": _VALUES, "set": {"type": "boolean"}},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
_CONDITION: JsonSchema = {
    "type": "object",
    "minProperties": 1,
    "properties": {
        "not": {"$ref": "#/$defs/condition"},
        "event": {"enum": list(EVENTS), "description": "What happens at this moment."},
        "role": {"anyOf": [{"enum": list(ROLES)}, {"type": "array", "items": {"enum": list(ROLES)}}]},
        "by": {"anyOf": [_VALUES, {"type": "object", "properties": {"field": _TEXT}, "additionalProperties": False}]},
    },
    "additionalProperties": {"anyOf": [_VALUES, _OF_FIELD]},
}
_WORDS: dict[str, JsonSchema] = {
    "text": _TEXT,
    "number": {"type": "number"},
    "value": _VALUE,
    "date": {"type": "string", "format": "date"},
    "condition": {"$ref": "#/$defs/condition"},
    "targets": {
        "type": "object",
        "properties": {"else": _TEXT},
        "additionalProperties": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
    },
}
"""What a kind of `Inside` is that is no table."""


def json_schema() -> JsonSchema:
    """Return the schema of the whole file."""
    definitions: dict[str, JsonSchema] = {
        "condition": {
            "anyOf": [_CONDITION, {"type": "array", "items": _CONDITION, "minItems": 1}],
            "description": "Fields and what they hold. Every entry of a table must hold, of a list any table.",
        }
    }
    known = {model.__name__: model for model in _models(TomlTable)}
    file = _table(FileTable)
    waiting = list(_named(file))
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            definitions[name] = _table(known[name])
            waiting += _named(definitions[name])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "slabridge",
        "description": "The configuration of slabridge.",
        **file,
        "$defs": dict(sorted(definitions.items())),
    }


def described(model: type[TomlTable]) -> Iterator[tuple[str, FieldInfo, str]]:
    """Yield each key of a table with its field and what stands beneath it in the code."""
    texts: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, TomlTable) and inspect.get_annotations(each):
            texts |= _texts(each)
    for name, field in model.model_fields.items():
        yield field.alias or name, field, texts.get(name, "")


def _texts(model: type[TomlTable]) -> dict[str, str]:
    (tree,) = ast.parse(inspect.getsource(model)).body
    found = {}
    for pair in pairwise(tree.body if isinstance(tree, ast.ClassDef) else ()):
        match pair:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                found[name] = " ".join(str(text).split())
    return found


def _models(model: type[TomlTable]) -> Iterator[type[TomlTable]]:
    for each in model.__subclasses__():
        yield each
        yield from _models(each)


def _table(model: type[TomlTable]) -> JsonSchema:
    properties = {}
    required = []
    for key, field, text in described(model):
        properties[key] = {**_key(field), "description": re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)}
        if field.is_required():
            required.append(key)
    found: JsonSchema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required and not any(key in properties for key in _FROM_ELSEWHERE):
        found["required"] = required
    return found


def _key(field: FieldInfo) -> JsonSchema:
    inside = [item for item in field.metadata if isinstance(item, Inside)]
    if inside:
        return _any_of([_kind(kind) for kind in inside[0].kinds])
    tables = [part for part in _parts(field.annotation) if isinstance(part, type) and issubclass(part, TomlTable)]
    if tables:
        return _kind(tables[0].__name__)
    type_: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    found = {key: value for key, value in TypeAdapter(type_).json_schema().items() if key != "default"}
    return _any_of([one for one in found.pop("anyOf", [found]) if one != {"type": "null"}]) | {
        key: value for key, value in found.items() if key in ("minItems", "maxItems", "minLength")
    }


def _parts(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def _kind(kind: str) -> JsonSchema:
    if kind.startswith("["):
        return {"type": "array", "items": _any_of([_kind(one) for one in kind[1:-1].split("|")])}
    if kind.startswith("{"):
        return {"type": "object", "additionalProperties": _kind(kind[1:-1])}
    return _WORDS.get(kind) or {"$ref": f"#/$defs/{kind}"}


def _any_of(kinds: list[JsonSchema]) -> JsonSchema:
    return dict(kinds[0]) if len(kinds) == 1 else {"anyOf": kinds}


def _named(schema: object) -> Iterator[str]:
    """Yield the tables that a schema refers to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield str(schema["$ref"]).rpartition("/")[2]
        for value in schema.values():
            yield from _named(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _named(value)
