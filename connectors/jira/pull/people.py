"""Who is who among those who comment, and the members of groups, read once: whose comments are an agent's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.jira.client import Client
from connectors.jira.dialect import Raw

PAGE = 50
"""The most members that Jira gives at once."""


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
        if not page or answer.body.get("isLast") is True or len(found) >= client.total(answer):
            return found
