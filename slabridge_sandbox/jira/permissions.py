"""What our account may see and do."""

from dataclasses import dataclass

import orjson

from slabridge_sandbox.jira.keys import IssueKeys
from slabridge_sandbox.jira.names import Names
from slabridge_sandbox.jira.switches import Switches


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission as the API names it; `kind` is PROJECT or GLOBAL."""

    id: str
    name: str
    kind: str


PERMISSIONS = {
    "BROWSE_PROJECTS": Permission("10", "Browse Projects", "PROJECT"),
    "EDIT_ISSUES": Permission("12", "Edit Issues", "PROJECT"),
    "LINK_ISSUES": Permission("21", "Link Issues", "PROJECT"),
    "TRANSITION_ISSUES": Permission("46", "Transition Issues", "PROJECT"),
    "ADD_COMMENTS": Permission("15", "Add Comments", "PROJECT"),
    "EDIT_OWN_COMMENTS": Permission("37", "Edit Own Comments", "PROJECT"),
    "DELETE_OWN_COMMENTS": Permission("39", "Delete Own Comments", "PROJECT"),
    "ADMINISTER_PROJECTS": Permission("23", "Administer Projects", "PROJECT"),
    "ADMINISTER": Permission("0", "Administer Jira", "GLOBAL"),
    "USER_PICKER": Permission("27", "Browse users and groups", "GLOBAL"),
    "BULK_CHANGE": Permission("33", "Make bulk changes", "GLOBAL"),
    "SERVICEDESK_AGENT": Permission("-1", "Service Project Agent", "PROJECT"),
}


class Permissions:
    """The permissions of our account: all but those that a switch withholds."""

    def __init__(self, switches: Switches, names: Names, keys: IssueKeys) -> None:
        self._switches = switches
        self._names = names
        self._keys = keys

    def holds(self, permission: str, project: int | None) -> bool:
        """Tell whether our account has a permission in a project, or in any (None)."""
        withheld = self._switches.withheld
        if permission in withheld:
            return False
        if project is not None:
            return f"{self._names.projects[project].key}/{permission}" not in withheld
        kind = PERMISSIONS[permission].kind
        return kind == "GLOBAL" or any(self.holds(permission, one) for one in self._names.projects)

    def visible(self) -> tuple[str, list[str]]:
        """Return the SQL condition that our account may see an issue, and its parameters."""
        closed = [id_ for id_ in self._names.projects if not self.holds("BROWSE_PROJECTS", id_)]
        hidden = [id_ for text in self._switches.hidden if (id_ := self._keys.find(text)) is not None]
        if not closed and not hidden:
            return "1", []
        sql = "project NOT IN (SELECT value FROM json_each(?)) AND id NOT IN (SELECT value FROM json_each(?))"
        return sql, [orjson.dumps(closed).decode(), orjson.dumps(hidden).decode()]
