"""Comments: who wrote them and who sees them, and how we mark and write our own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.interface import CommentWrite, NativeComment
from connectors.jira.dialect import Raw
from connectors.jira.instant import instant

MARKER = "slabridge"
"""The property of a comment in which our marker stands; it is not shown to people."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is who: our account, the agents where the configuration names some, and how an account's id is found.

    `agents` are ids; in Data Center names too. None where the configuration names nobody.
    """

    account: str
    person: Callable[[Raw], str]
    agents: frozenset[str] | None = None

    def role(self, author: Raw, customers: frozenset[str] | None) -> str:
        """Return the role of a comment's author; `customers` are those who asked, None outside service projects.

        Our own account and apps (automation, bots) are `system`: neither is a person who answers. A customer is who
        has a portal-only account, and in a service project whoever reported the request or takes part in it; who else
        speaks there is an agent. In other projects those are agents whom the configuration names, and everybody where
        it names nobody.
        """
        account, kind = self.person(author), author.get("accountType")
        if account == self.account or kind == "app":
            return "system"
        if kind == "customer" or account in (customers or ()):
            return "customer"
        names = {account, str(author.get("name") or "")}
        return "agent" if customers is not None or self.agents is None or names & self.agents else "customer"


def read(raw: Raw, people: People, customers: frozenset[str] | None) -> NativeComment:
    """Return a comment of a payload, without its text.

    Outside service projects there is no portal, and what project members see is public. A comment restricted to a role
    or group is not.
    """
    author = raw.get("author") or {}
    account = people.person(author)
    public = raw.get("jsdPublic") is not False and not raw.get("visibility")
    ours = marker(raw) if account == people.account else None
    return NativeComment(instant(raw["created"]), account, people.role(author, customers), public, ours)


def marker(raw: Raw) -> str | None:
    """Return the marker in a comment's properties, None where there is none of ours."""
    for held in raw.get("properties") or ():
        if held.get("key") == MARKER:
            value = held.get("value")
            found = value.get("marker") if isinstance(value, Mapping) else None
            return found if isinstance(found, str) else None
    return None


def body(write: CommentWrite, text: object) -> dict[str, Any]:
    """Return what is posted; `text` is the comment as the site's dialect has it.

    `sd.public.comment` keeps an internal comment from the portal; a project without a portal knows no such comments and
    ignores it, there its members see every comment.
    """
    properties: list[dict[str, Any]] = [{"key": MARKER, "value": {"marker": write.marker}}]
    if write.internal:
        properties.append({"key": "sd.public.comment", "value": {"internal": True}})
    return {"body": text, "properties": properties}
