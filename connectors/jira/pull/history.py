"""An issue's changelog as history entries.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-changelog-bulkfetch-post
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.interface import NativeEntry, Value, Values
from connectors.jira.field import Field, by_row, row_key
from connectors.jira.instant import instant
from connectors.jira.value import changed

SECOND = 1000

BeforeAfter = tuple[Values, Values]


def entries(
    histories: Iterable[Mapping[str, Any]],
    fields: Iterable[Field],
    held: Mapping[str, Values],
    created: int,
    person: Callable[[Mapping[str, Any]], str],
) -> tuple[NativeEntry, ...]:
    """Return one entry per history that touches the fields, oldest first, all items of a history at once.

    `held` is what the fields hold now, by name: where the changelog has only what was added and removed, lists are
    followed back from there. `person` gives the id of an account. Rows of other fields, such as `Workflow` after a
    migration, say nothing here.
    """
    known = by_row(fields)
    rows = sorted(histories, key=lambda row: (instant(row["created"]), len(str(row["id"])), str(row["id"])))
    now = dict(held)
    found = []
    for row in reversed(rows):
        changes = _changes(row, known, now)
        if changes:
            found.append(NativeEntry(_at(row, created), _author(row, person), changes))
            now.update({name: before for name, (before, _) in changes.items()})
    return tuple(reversed(found))


def _changes(
    row: Mapping[str, Any], known: Mapping[str, tuple[Field, ...]], now: Mapping[str, Values]
) -> dict[str, BeforeAfter]:
    changes: dict[str, BeforeAfter] = {}
    steps: dict[str, list[BeforeAfter]] = {}
    for item in row["items"]:
        for field in known.get(row_key(item), ()):
            before, after = changed(field, item, now.get(field.name, ()))
            if field.stepwise:
                steps.setdefault(field.name, []).append((before, after))
            else:
                first = changes.get(field.name, (before, after))[0]
                changes[field.name] = (first, after)
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
