"""Whose a row of a history is.

Rows of Data Center, and old ones of the Cloud, have no `fieldId`: they call a field as it was called at the time. So a
name may be that of a field which is called otherwise now, or of several.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.interface import Values
from connectors.jira.field import Field
from connectors.jira.value import changed

Item = Mapping[str, Any]
_NO_FIELDS = frozenset({"Epic Child"})
"""What rows of the kind "custom" may be called though it is no field."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?(E-?\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SYSTEM = {
    "affects version/s": "versions",
    "component": "components",
    "component/s": "components",
    "due date": "duedate",
    "fix version": "fixversions",
    "fix version/s": "fixversions",
    "issue type": "issuetype",
    "issueparentassociation": "parent",
    "link": "issuelinks",
    "original estimate": "timeoriginalestimate",
    "parent issue": "parent",
    "remoteissuelink": "remotelinks",
    "remaining estimate": "timeestimate",
    "security level": "security",
    "time spent": "timespent",
    "type": "issuetype",
    "version": "versions",
}
"""How rows without `fieldId` name system fields where that is neither the id nor the name, in lower case."""


class Owners(NamedTuple):
    """Fields whose a row is, or may be. `unknown` is whether no field of the site has that name now."""

    certain: tuple[Field, ...] = ()
    possible: tuple[Field, ...] = ()
    unknown: bool = False


class Assigned(NamedTuple):
    """For each item, in order, the fields whose it is; and (field's name, row's name) where that cannot be told."""

    owners: list[tuple[Field, ...]]
    lost: set[tuple[str, str]]


class Rows:
    """Finds the fields that rows are of. `taken` are the names that the site's custom fields have now."""

    def __init__(self, fields: Iterable[Field], taken: Iterable[str] = ()) -> None:
        self._by_id: dict[str, tuple[Field, ...]] = {}
        self._system: dict[str, tuple[Field, ...]] = {}
        self._named: dict[str, tuple[Field, ...]] = {}
        shared: dict[str, tuple[Field, ...]] = {}
        fields = tuple(fields)
        for field in fields:
            _add(self._by_id, field.id, field)
            for name in {field.id.lower(), field.title.lower()} - {""} if field.system else ():
                _add(self._system, name, field)
            for name in {*field.was, field.label} - {""} if field.custom else ():
                _add(self._named, name, field)
            if field.custom and field.title and not field.label:
                _add(shared, field.title, field)
        for name, sharing in shared.items():
            self._named.setdefault(name, sharing)
        self._shared = frozenset(shared) - {name for field in fields for name in field.was}
        self._taken = frozenset(taken) | _NO_FIELDS
        self._open = tuple(field for field in fields if field.custom and not field.was_given)

    def of(self, item: Item) -> Owners:
        """Return whose one row is, or may be, by its id or its name."""
        name = str(item.get("field", ""))
        if item.get("fieldId"):
            return Owners(self._by_id.get(str(item["fieldId"]), ()))
        if item.get("fieldtype") != "custom":
            low = name.lower()
            return Owners(self._system.get(_SYSTEM.get(low, low), ()))
        found = self._named.get(name, ())
        if found:
            alone = name not in self._shared and len({field.id for field in found}) == 1
            return Owners(found) if alone else Owners(possible=found)
        return Owners() if name in self._taken else Owners(possible=self._open, unknown=True)

    def assign(self, items: Sequence[Item], held: Mapping[str, Values]) -> Assigned:
        """Return whose all rows of one issue are; `held` is what its fields hold now, by name.

        An option belongs to one field, so a row is that field's whose option it names: one that the field holds, or
        that its other rows name. All rows of a name that no field has now are then the same field's. Other values
        (texts, people, dates, ...) prove nothing: several fields may hold them.
        """
        found = [self.of(item) for item in items]
        owners = [one.certain for one in found]
        open_ = [n for n, one in enumerate(found) if one.possible]
        if not open_:
            return Assigned(owners, set())
        options: dict[str, set[str]] = defaultdict(set)
        for field in {field for n in open_ for field in found[n].possible if field.chosen}:
            options[field.id] |= {value.code for value in held.get(field.name, ())}
        for item, one in zip(items, found, strict=True):
            for field in one.certain:
                options[field.id] |= _options(field, item)
        proven: dict[str, set[str]] = defaultdict(set)
        while grown := {n: id_ for n in open_ if not owners[n] and (id_ := _proof(items[n], found[n], options))}:
            for n, id_ in grown.items():
                owners[n] = tuple(field for field in found[n].possible if field.id == id_)
                options[id_] |= _options(owners[n][0], items[n])
                proven[str(items[n].get("field"))].add(id_)
        lost = set()
        for n in open_:
            name, one = str(items[n].get("field")), found[n]
            if not owners[n] and one.unknown and len(proven[name]) == 1:
                owners[n] = tuple(field for field in one.possible if field.id in proven[name])
            if not owners[n]:
                lost |= {(field.name, name) for field in one.possible if _may_hold(field, items[n])}
        return Assigned(owners, lost)


def _add(found: dict[str, tuple[Field, ...]], key: str, field: Field) -> None:
    found[key] = (*found.get(key, ()), field)


def _proof(item: Item, owners: Owners, options: Mapping[str, set[str]]) -> str:
    """Return the id of the one field whose options a row names, else ""."""
    fitting = {field.id for field in owners.possible if _options(field, item) & options.get(field.id, set())}
    return fitting.pop() if len(fitting) == 1 else ""


def _options(field: Field, item: Item) -> set[str]:
    """Return the ids of the options that a row names, as a row of this field."""
    if not field.chosen:
        return set()
    return {value.code for values in changed(field, item) for value in values if value.code.isdigit()}


def _may_hold(field: Field, item: Item) -> bool:
    """Return whether a row's values are of a shape that a field's have."""
    codes = [str(item[side]) for side in ("from", "to") if item.get(side)]
    match field.type:
        case _ if field.chosen:
            return bool(_options(field, item))
        case "string":
            return not codes
        case "number":
            texts = [str(item[side]) for side in ("fromString", "toString") if item.get(side)]
            return not codes and all(_NUMBER.fullmatch(text) for text in texts)
        case "date" | "datetime":
            return bool(codes) and all(_DAY.match(code) for code in codes)
        case "user":
            return bool(codes)
    return True
