"""A change of an issue, whoever makes it, and the history that tells it."""

from collections.abc import Mapping
from typing import Any

from slabridge.sandbox.jira.catalogue import BY_ID, RESOLUTION_ID, Field
from slabridge.sandbox.jira.site import Site
from slabridge.sandbox.jira.values import Stored, told

Issue = dict[str, Any]
"""A row of the issues, by column."""
Item = tuple[str, str | None, str | None, str | None, str | None]
"""Field id, from, fromString, to, toString."""


def change(site: Site, issue: Issue, at: int, values: Mapping[Field, Stored]) -> list[Item]:
    """Change an issue in place; return the items of the one history that tells it, none where nothing differs.

    A status of another category moves the resolution and the dates that hang on it, as a Jira workflow does.
    """
    changed = {field: value for field, value in values.items() if issue[field.id] != value}
    status = BY_ID["status"]
    if status in changed:
        before, after = (site.names.statuses[id_].category for id_ in (issue["status"], values[status]))  # type: ignore[index]
        if before != after:
            issue["statuscategorychangedate"] = at
        if (before == "done") != (after == "done"):
            changed[BY_ID["resolution"]] = RESOLUTION_ID if after == "done" else None
            issue["resolutiondate"] = at if after == "done" else None
    items: list[Item] = []
    for field, value in changed.items():
        items.append((field.id, *told(site, field, issue[field.id]), *told(site, field, value)))
        issue[field.id] = value
    if items:
        issue["updated"] = max(issue["updated"], at)
    return items
