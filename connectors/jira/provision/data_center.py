"""What an administrator of a Jira Data Center can do by its interface.

https://docs.atlassian.com/software/jira/docs/api/REST/latest/
"""

from collections.abc import Collection, Sequence

from connectors.errors import Refused
from connectors.interface import WantedField, Where
from connectors.jira.client import Body, Client
from connectors.jira.provision.administration import is_custom
from connectors.jira.provision.definition import definition_of
from connectors.jira.provision.project import Project

_OPTIONS = 1_000
"""How many options of a field are asked for."""


class DataCenterAdministration:
    """Jira Data Center. See `Administration`.

    Its interface makes no options and no contexts but with the field, has no trash, and does not say which screens a
    project has.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def description(self, field: Body) -> object:
        """Ask for what has the field's name, and take the field."""
        if not is_custom(field):
            return None
        found = self._client.values("customFields", search=str(field["name"]))
        return next((one.get("description") for one in found if one.get("id") == field["id"]), None)

    def trashed(self, name: str) -> Sequence[Body]:  # noqa: ARG002 - there is no trash
        """There is no trash."""
        return ()

    def lacking(self, id_: str, options: Sequence[str]) -> Sequence[str] | None:
        """Ask for the options of all contexts."""
        number = id_.removeprefix("customfield_")
        try:
            answer = self._client.get(
                "customFields", number, "options", useAllContexts="true", maxResults=_OPTIONS, page=1
            )
        except Refused as error:
            if error.status != 404:
                raise
            return None
        held = {one.get("value") for one in self._client.listed(answer, "options")}
        return [option for option in options if option not in held]

    def screens(self, projects: Sequence[Project], where: Where) -> Collection[str]:  # noqa: ARG002 - nobody can ask
        """Return those that somebody named.

        Raises:
            Refused: one is no number.
        """
        for screen in where.screens:
            if not screen.isdecimal():
                raise Refused(f"{self._client.name}: {screen!r} is no screen: --screen takes its number")
        return dict.fromkeys(where.screens)

    def create(self, wanted: WantedField, projects: Sequence[str]) -> str:
        """Make a field with a context for these projects, by id."""
        body = definition_of(wanted) | {"projectIds": [int(project) for project in projects]}
        return self._client.id_of(self._client.post("field", body=body).body, "id")
