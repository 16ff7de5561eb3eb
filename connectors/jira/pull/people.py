"""The members of groups, read once: whose comments are an agent's."""

from collections.abc import Callable, Iterable

from connectors.errors import Refused
from connectors.jira.client import Client
from connectors.jira.dialect import Raw

PAGE = 50
"""The most members that Jira gives at once."""


def members(client: Client, groups: Iterable[str], person: Callable[[Raw], str]) -> set[str]:
    """Return the ids of the members of groups, also of those who left.

    Raises:
        Refused: a group does not exist, or our account may not see its members.
    """
    found: set[str] = set()
    for group in groups:
        try:
            found.update(person(one) for one in _listed(client, group))
        except Refused as error:
            why = "may our account browse users and groups, and does the group exist?"
            raise Refused(f"{error}: the members of agents.groups {group!r} are needed; {why}") from error
    return found - {""}


def _listed(client: Client, group: str) -> list[Raw]:
    found: list[Raw] = []
    while True:
        asked: dict[str, str | int] = {"groupname": group, "includeInactiveUsers": "true"}
        answer = client.get("group", "member", **asked, startAt=len(found), maxResults=PAGE)
        page = client.listed(answer, "values")
        found += page
        if not page or answer.body.get("isLast") is True or len(found) >= answer.body.get("total", 0):
            return found
