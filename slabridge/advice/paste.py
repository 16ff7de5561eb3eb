"""What to paste into the file, and where: an objective as it has to stand afterwards, or a table that is new."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from slabridge.advice.headers import KeyPath, holder_of
from slabridge.config.agreements.classes import SHIPPED
from slabridge.text.said import Said, said
from slabridge.text.toml import key, value


@dataclass(frozen=True, slots=True)
class Paste:
    """A table of the file with all its keys: it takes the place of the one that is there, unless it is `new`.

    `holder` is the table in which it stands as a value, as `objectives.fix = { ... }`; None: it has a header.
    """

    path: KeyPath
    keys: Mapping[str, Any]
    new: bool = False
    holder: KeyPath | None = None

    def __str__(self) -> str:
        """Return it as TOML, as it stands in the file; objectives of a new table are tables of their own."""
        if self.holder is not None:
            return f"{_dotted(self.path[len(self.holder) :])} = {value(self.keys)}"
        parts = [_table(self.path, {name: held for name, held in self.keys.items() if name != "objectives"})]
        parts += [
            _table((*self.path, "objectives", name), one) for name, one in self.keys.get("objectives", {}).items()
        ]
        return "\n".join(parts)

    @property
    def where(self) -> Said:
        """Where it goes."""
        table = f"[{_dotted(self.path)}]"
        if self.new:
            return said("new: append it to the file")
        if self.holder is None:
            return said("in place of %(table)s and all tables beneath it", table=table)
        name = _dotted(self.path[len(self.holder) :])
        if not self.holder:
            return said("in place of %(name)s, above the first table", name=name)
        return said("in place of %(name)s of %(table)s", name=name, table=f"[{_dotted(self.holder)}]")


def _table(path: KeyPath, keys: Mapping[str, Any]) -> str:
    return "\n".join([f"[{_dotted(path)}]", *(f"{key(name)} = {value(held)}" for name, held in keys.items())])


def _dotted(path: KeyPath) -> str:
    return ".".join(map(key, path))


def pasted(document: Mapping[str, Any], paste: Paste) -> dict[str, Any]:
    """Return a document into which a table has been pasted; the one that was given stays as it is."""
    found = dict(document)
    table = found
    for name in paste.path[:-1]:
        table[name] = dict(table.get(name, {}))
        table = table[name]
    table[paste.path[-1]] = dict(paste.keys)
    return found


def paste_of(
    document: Mapping[str, Any], table: str, objective: str, keys: Mapping[str, Any], headers: Collection[KeyPath]
) -> Paste:
    """Return how keys of an agreement's objective are changed: where the file has them, in its class if need be.

    `headers` are those of the file: whether the objective has one of its own.
    """
    place = _place(document, table)
    held = document.get(place[0], {}).get(place[1])
    if held is None:  # a class that is shipped: its own table takes its place as a whole
        shipped = SHIPPED[place[1]]
        objectives = {**shipped["objectives"], objective: {**shipped["objectives"][objective], **keys}}
        return Paste(place, {**shipped, "objectives": objectives}, new=True)
    path = (*place, "objectives", objective)
    return Paste(path, {**held["objectives"][objective], **keys}, holder=holder_of(path, headers))


def _place(document: Mapping[str, Any], table: str) -> tuple[str, str]:
    """Return the table in which the objectives of an agreement stand: its own, its class's, or one that it is like."""
    services, agreements = document.get("services", {}), document.get("agreements", {})
    if table in services and table not in agreements:
        own = "objectives" in services[table] or "class" not in services[table]
        return ("services", table) if own else ("classes", services[table]["class"])
    while "objectives" not in agreements[table]:
        table = agreements[table]["like"]
    return "agreements", table
