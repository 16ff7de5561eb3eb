"""Comments as they are read: who posted them, who sees them, and which are ours by their markers."""

from collections.abc import Mapping

from connectors.interface import NativeComment
from connectors.jira.dialect import Raw
from connectors.jira.instant import instant
from connectors.jira.pull.people import People

MARKER = "slabridge"
"""The property of a comment in which our markers stand; it is not shown to people."""


def comment_of(raw: Raw, people: People, customers: frozenset[str] | None, ticket: str) -> NativeComment:
    """Return a comment of the payload of `ticket` (its key), without its text.

    Outside service projects there is no portal, and what project members see is public. A comment restricted to a role
    or group is not.
    """
    author = raw.get("author") or {}
    account = people.person(author)
    public = raw.get("jsdPublic") is not False and not raw.get("visibility")
    ours = markers_of(raw) if account == people.account else ()
    role = people.role(author, customers, ticket)
    return NativeComment(instant(raw["created"]), account, role, public, ours, str(raw["id"]) if ours else "")


def markers_of(raw: Raw) -> tuple[str, ...]:
    """Return the markers in a comment's properties; none where there is none of ours."""
    for held in raw.get("properties") or ():
        value = held.get("value")
        if held.get("key") == MARKER and isinstance(value, Mapping):
            found = value.get("markers", [value.get("marker")])
            return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
    return ()
