"""What to paste into the file, and where: keys of an objective, or an agreement that is new."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slabridge.config.agreements.classes import SHIPPED
from slabridge.text.toml import key, value

KeyPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paste:
    """Keys of a table of the file, which take the place of those that are there."""

    path: KeyPath
    keys: Mapping[str, Any]

    def __str__(self) -> str:
        """Return it as TOML, objectives as tables of their own."""
        parts = [_table(self.path, {name: held for name, held in self.keys.items() if name != "objectives"})]
        parts += [
            _table((*self.path, "objectives", name), one) for name, one in self.keys.get("objectives", {}).items()
        ]
        return "\n".join(parts)


def _table(path: KeyPath, keys: Mapping[str, Any]) -> str:
    head = f"[{'.'.join(map(key, path))}]"
    return "\n".join([head, *(f"{key(name)} = {value(held)}" for name, held in keys.items())])


def pasted(document: Mapping[str, Any], paste: Paste) -> dict[str, Any]:
    """Return a document in which keys have been pasted; the one that was given stays as it is."""
    found = dict(document)
    table = found
    for name in paste.path:
        table[name] = dict(table.get(name, {}))
        table = table[name]
    table.update(paste.keys)
    return found


def paste_of(document: Mapping[str, Any], table: str, objective: str, keys: Mapping[str, Any]) -> Paste:
    """Return how the keys of an agreement's objective are changed: where the file has them, in its class if need be."""
    place = _place(document, table)
    held = document.get(place[0], {}).get(place[1])
    if held is None:  # a class that is shipped: its own table takes its place as a whole
        shipped = SHIPPED[place[1]]
        objectives = {**shipped["objectives"], objective: {**shipped["objectives"][objective], **keys}}
        return Paste(place, {**shipped, "objectives": objectives})
    return Paste((*place, "objectives", objective), keys)


def _place(document: Mapping[str, Any], table: str) -> tuple[str, str]:
    """Return the table in which the objectives of an agreement stand: its own, its class's, or one that it is like."""
    services, agreements = document.get("services", {}), document.get("agreements", {})
    if table in services and table not in agreements:
        own = "objectives" in services[table] or "class" not in services[table]
        return ("services", table) if own else ("classes", services[table]["class"])
    while "objectives" not in agreements[table]:
        table = agreements[table]["like"]
    return "agreements", table
