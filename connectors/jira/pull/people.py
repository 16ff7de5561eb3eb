"""Who is who among those who comment, and the members of groups, read once: whose comments are an agent's."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.jira.client import Client
from connectors.jira.dialect import Raw
from connectors.roles import Author, Listed, Roles
from connectors.roster import Roster

PAGE = 50
"""The most members that Jira gives at once."""
_NOBODY = {"", "unknown"}
"""What stands for an account that there is none of: nobody signed in, or the record of the account is lost."""


@dataclass(frozen=True, slots=True)
class People:
    """Who is who: our account, how an account's id is found, and who is an agent."""

    account: str
    person: Callable[[Raw], str]
    roles: Roles

    def role(self, author: Raw, customers: frozenset[str] | None, ticket: str) -> str:
        """Return the role of a comment's author; `customers` are those who asked, None outside service projects.

        Our own account is `system`, whatever the configuration says, and so are apps (automation, bots) that it does
        not name. A customer by Jira's own notion is who has a portal-only account, and in a service project whoever
        reported the request or takes part in it; who else speaks there is an agent, unless the configuration says
        otherwise (`connectors.roles.Roles.role`).
        """
        account, kind = self.person(author), author.get("accountType")
        if account == self.account:
            return "system"
        names = frozenset({account, str(author.get("name") or ""), str(author.get("key") or "")}) - _NOBODY
        return self.roles.role(
            Author(names, author.get("emailAddress")),
            ticket,
            asks=kind == "customer" or account in (customers or ()),
            machine=kind == "app",
            desk=customers is not None,
        )


def listed(client: Client, roster: Roster, key: str, person: Callable[[Raw], str]) -> Listed:
    """Look a roster's groups up, with those who left; `key` is what the configuration calls the roster.

    Raises:
        Refused: a group does not exist, or our account may not see its members.
    """
    found: set[str] = set()
    for group in roster.groups:
        try:
            found.update(person(one) for one in _members(client, group))
        except Refused as error:
            why = "may our account browse users and groups, and does the group exist?"
            raise Refused(f"{error}: the members of {key}.groups {group!r} are needed; {why}") from error
    return Listed(roster, found - {""})


def _members(client: Client, group: str) -> list[Raw]:
    found: list[Raw] = []
    while True:
        asked: dict[str, str | int] = {"groupname": group, "includeInactiveUsers": "true"}
        answer = client.get("group", "member", **asked, startAt=len(found), maxResults=PAGE)
        page = client.listed(answer, "values")
        found += page
        if not page or answer.body.get("isLast") is True or len(found) >= client.total(answer):
            return found
