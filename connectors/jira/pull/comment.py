"""Comments as they are read: who posted them, who sees them, and which are ours by their marker."""

from collections.abc import Mapping

from connectors.interface import NativeComment
from connectors.jira.dialect import Raw
from connectors.jira.instant import instant
from connectors.jira.pull.people import People

MARKER = "slabridge"
"""The property of a comment in which our marker stands; it is not shown to people."""


def comment_of(raw: Raw, people: People, customers: frozenset[str] | None, ticket: str) -> NativeComment:
    """Return a comment of the payload of `ticket` (its key), without its text.

    Outside service projects there is no portal, and what project members see is public. A comment restricted to a role
    or group is not.
    """
    author = raw.get("author") or {}
    account = people.person(author)
    public = raw.get("jsdPublic") is not False and not raw.get("visibility")
    ours = marker_of(raw) if account == people.account else None
    role = people.role(author, customers, ticket)
    return NativeComment(instant(raw["created"]), account, role, public, ours, "" if ours is None else str(raw["id"]))


def marker_of(raw: Raw) -> str | None:
    """Return the marker in a comment's properties, None where there is none of ours."""
    for held in raw.get("properties") or ():
        if held.get("key") == MARKER:
            value = held.get("value")
            found = value.get("marker") if isinstance(value, Mapping) else None
            return found if isinstance(found, str) else None
    return None
