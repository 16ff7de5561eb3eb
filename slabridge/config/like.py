"""`like = "name"`: whole keys that a table does not give come from a table beside it."""

from collections.abc import Mapping
from typing import Any

from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading

_LIKE = "like"


def resolve_like(
    tables: Mapping[str, Mapping[str, Any]], path: KeyPath, reading: Reading
) -> dict[str, Mapping[str, Any]]:
    """Return the tables completed along their chains of `like`; those whose chain ends nowhere are left out."""
    completed = {}
    for name in tables:
        table = _complete(name, tables, path, reading)
        if table is not None:
            completed[name] = table
    return completed


def _complete(
    name: str, tables: Mapping[str, Mapping[str, Any]], path: KeyPath, reading: Reading
) -> Mapping[str, Any] | None:
    table: dict[str, Any] = {}
    chain = [name]
    while True:
        link = chain[-1]
        for key, value in tables[link].items():
            if key not in table:
                table[key] = value
                if link != name:
                    reading.places.inherit((*path, name, key), (*path, link, key))
        if _LIKE not in tables[link]:
            table.pop(_LIKE, None)
            return table
        other = tables[link][_LIKE]
        if not isinstance(other, str) or other not in tables:
            if link == name:
                reading.problem((*path, name, _LIKE), f"no such table; {instead(other, tables)}", other)
            return None
        if other in chain:
            if other == name:
                circle = " -> ".join([*chain, other])
                reading.problem((*path, name, _LIKE), f"goes round in a circle: {circle}", other)
            return None
        chain.append(other)
