"""Comments: who wrote them and who sees them, and how we mark and write our own."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.interface import CommentWrite, NativeComment
from connectors.jira.document import document
from connectors.jira.instant import instant

PROPERTY = "slabridge"
"""The property of a comment in which our marker stands; it is not shown to people."""


class Setting(NamedTuple):
    """What tells the roles of an issue's comments: our account, its reporter, and whether its project has a portal."""

    account: str
    reporter: str
    portal: bool


def read(raw: Mapping[str, Any], setting: Setting) -> NativeComment:
    """Return a comment of a payload, without its text and marker.

    Our own account and apps (automation, bots) are `system`: neither is a person who answers. In a service project the
    reporter is the customer, and so is whoever has a portal-only account. Outside there is no portal, and what project
    members see is public. A comment restricted to a role or group is not.
    """
    author = raw.get("author") or {}
    account = str(author.get("accountId") or "")
    kind = author.get("accountType")
    if account == setting.account or kind == "app":
        role = "system"
    elif kind == "customer" or (setting.portal and account == setting.reporter != ""):
        role = "customer"
    else:
        role = "agent"
    public = raw.get("jsdPublic") is not False and not raw.get("visibility")
    return NativeComment(instant(raw["created"]), account, role, public)


def marker(raw: Mapping[str, Any]) -> str | None:
    """Return the marker in a comment's properties, None where there is none of ours."""
    for held in raw.get("properties") or ():
        if held.get("key") == PROPERTY:
            value = held.get("value")
            found = value.get("marker") if isinstance(value, dict) else None
            return found if isinstance(found, str) else None
    return None


def body(write: CommentWrite) -> dict[str, Any]:
    """Return what is posted.

    `sd.public.comment` keeps an internal comment from the portal; a project without a portal knows no such comments and
    ignores it, there its members see every comment.
    """
    properties: list[dict[str, Any]] = [{"key": PROPERTY, "value": {"marker": write.marker}}]
    if write.internal:
        properties.append({"key": "sd.public.comment", "value": {"internal": True}})
    return {"body": document(write.body), "properties": properties}
