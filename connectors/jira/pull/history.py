"""An issue's changelog as history entries.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connectors.interface import NativeEntry, Value, Values
from connectors.jira.field import ISSUE_LINKS, Field
from connectors.jira.instant import instant
from connectors.jira.link import as_called_now
from connectors.jira.row import Item, Rows
from connectors.jira.value import changed

SECOND = 1000

BeforeAfter = tuple[Values, Values]


@dataclass(frozen=True, slots=True)
class Past:
    """What histories are read with: whose rows are, and what ids are called now ("" where that is not known).

    `key` gives the key that an issue has now, by one that it has or had. `lost` gathers (field's name, row's name) of
    rows that may be a field's, and of which nobody can tell.
    """

    rows: Rows
    name: Callable[[Field, str], str] = lambda _field, _code: ""
    key: Callable[[str], str] = lambda key: key
    lost: set[tuple[str, str]] = field(default_factory=set)


def entries(
    histories: Iterable[Mapping[str, Any]],
    past: Past,
    held: Mapping[str, Values],
    created: int,
    person: Callable[[Mapping[str, Any]], str],
) -> tuple[NativeEntry, ...]:
    """Return one entry per history that touches our fields, oldest first, all items of a history at once.

    `held` is what the fields hold now, by name: where the changelog has only what was added and removed, lists are
    followed back from there. `person` gives the id of an account. Rows of other fields, such as `Workflow` after a
    migration, say nothing here. An id has one name throughout: its present one, else the last that the history has.
    """
    rows = sorted(histories, key=lambda row: (instant(row["created"]), len(str(row["id"])), str(row["id"])))
    owners, lost = past.rows.assign([item for row in rows for item in row["items"]], held)
    past.lost.update(lost)
    whose = iter(owners)
    known = [[(item, next(whose)) for item in row["items"]] for row in rows]
    now, names = dict(held), _Names(past, held)
    found = []
    for row, items in zip(reversed(rows), reversed(known), strict=True):
        changes = _changes([(_with_keys_now(item, of, past, held), of) for item, of in items], now, names)
        if changes:
            found.append(NativeEntry(_at(row, created), _author(row, person), changes))
            now.update({name: before for name, (before, _) in changes.items()})
    return tuple(reversed(found))


def former_keys(histories: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the keys that an issue had before it was moved, oldest first."""
    rows = sorted(histories, key=lambda row: instant(row["created"]))
    items = (item for row in rows for item in row["items"] if item.get("field") == "Key")
    return tuple(dict.fromkeys(str(item["fromString"]) for item in items if item.get("fromString")))


def _with_keys_now(item: Item, whose: Sequence[Field], past: Past, held: Mapping[str, Values]) -> Item:
    linking = next((one for one in whose if one.system == ISSUE_LINKS), None)
    return item if linking is None else as_called_now(item, held.get(linking.name, ()), past.key)


class _Names:
    """The names of the ids of one issue, from what it holds now back to its first row."""

    def __init__(self, past: Past, held: Mapping[str, Values]) -> None:
        self._past = past
        self._found = {(name, value.code): value.name for name, values in held.items() for value in values}

    def named(self, field: Field, values: Values) -> Values:
        if field.plain or field.labels:
            return values
        return tuple(Value(value.code, self._name(field, value)) for value in values)

    def _name(self, field: Field, value: Value) -> str:
        key = (field.name, value.code)
        if key not in self._found:
            self._found[key] = self._past.name(field, value.code) or value.name
        return self._found[key]


def _changes(
    items: Iterable[tuple[Item, Sequence[Field]]], now: Mapping[str, Values], names: _Names
) -> dict[str, BeforeAfter]:
    changes: dict[str, BeforeAfter] = {}
    steps: dict[str, list[BeforeAfter]] = {}
    for item, fields in items:
        for one in fields:
            old, new = changed(one, item, now.get(one.name, ()))
            after, before = names.named(one, new), names.named(one, old)  # the later name first
            if one.stepwise:
                steps.setdefault(one.name, []).append((before, after))
            else:
                first = changes.get(one.name, (before, after))[0]
                changes[one.name] = (first, after)
    for name, parts in steps.items():
        after = now.get(name, ())
        changes[name] = (_undone(after, parts), after)
    return changes


def _undone(after: Values, steps: Iterable[BeforeAfter]) -> Values:
    """Return a list before values were removed from it (`from`) and added to it (`to`)."""
    added = {value.code for _, values in steps for value in values}
    removed: list[Value] = [value for values, _ in steps for value in values]
    kept = [value for value in after if value.code not in added]
    return (*kept, *(value for value in removed if value.code not in {one.code for one in kept}))


def _at(row: Mapping[str, Any], created: int) -> int:
    """Return when it happened; cut to the second, as some answers are, it may lie just before the issue began."""
    at = instant(row["created"])
    return created if 0 < created - at < SECOND else at


def _author(row: Mapping[str, Any], person: Callable[[Mapping[str, Any]], str]) -> str:
    author = row.get("author") or {}
    return person(author) or str(author.get("displayName") or "")
