"""A change of an issue, whoever makes it, and its history."""

from collections.abc import Mapping
from typing import Any

import orjson

from slabridge_sandbox.jira.catalogue import RESOLUTION_ID, SYSTEM, Field
from slabridge_sandbox.jira.history_items import Item, items_of
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.values import Stored

Issue = dict[str, Any]
"""A row of the issues, by column."""
_STATUS, _RESOLUTION = SYSTEM["status"], SYSTEM["resolution"]


def change(site: Site, issue: Issue, at: int, values: Mapping[Field, Stored]) -> list[Item]:
    """Change an issue in place; return the items of its one history, none where nothing differs.

    A status of another category moves the resolution and the dates that hang on it, as a Jira workflow does.
    """
    changed = {field: value for field, value in values.items() if issue[field.id] != value}
    if not changed:
        return []
    site.index.remember(at, issue)
    if _STATUS in changed:
        before, after = (site.names.statuses[id_].category for id_ in (issue["status"], values[_STATUS]))  # type: ignore[index]
        if before != after:
            issue["statuscategorychangedate"] = at
        if (before == "done") != (after == "done"):
            changed[_RESOLUTION] = RESOLUTION_ID if after == "done" else None
            issue["resolutiondate"] = at if after == "done" else None
    items: list[Item] = []
    for field, value in changed.items():
        items += items_of(site, field, issue[field.id], value)
        issue[field.id] = value
    issue["updated"] = max(issue["updated"], at)
    return items


def store(site: Site, issue: Issue, at: int, author: str, items: list[Item]) -> None:
    """Write an issue that was changed, and its history, if it has items."""
    if not items:
        return
    columns = site.fields.columns[1:]
    site.db.execute(
        f"UPDATE issues SET {', '.join(f'{column} = ?' for column in columns)} WHERE id = ?",  # noqa: S608 - our names
        [*(issue[column] for column in columns), issue["id"]],
    )
    note(site, issue["id"], at, author, items)


def note(site: Site, issue: int, at: int, author: str, items: object) -> None:
    """Add a history to an issue."""
    text = orjson.dumps(items).decode()
    site.db.execute("INSERT INTO histories (issue, at, author, items) VALUES (?, ?, ?, ?)", (issue, at, author, text))
