"""What an administrator of a Jira Cloud can do by its interface.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/ (fields, contexts, options, the
trash), api-group-issue-type-screen-schemes and api-group-screen-schemes (which screens a project has)
"""

from collections.abc import Collection, Sequence

from connectors.errors import Refused
from connectors.interface import WantedField, Where
from connectors.jira.client import Body, Client
from connectors.jira.provision.administration import is_custom
from connectors.jira.provision.definition import definition_of, is_ours
from connectors.jira.provision.project import Project

_OPTIONS = 1_000
"""The most that one call adds."""


class CloudAdministration:
    """Jira Cloud. See `Administration`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def description(self, field: Body) -> object:
        """Ask for the field: the list of all has no descriptions."""
        if not is_custom(field):
            return None
        found = self._client.values("field", "search", id=str(field["id"]))
        return next((one.get("description") for one in found if one.get("id") == field["id"]), None)

    def trashed(self, name: str) -> Sequence[Body]:
        """Ask for what has the text in name or description, and compare."""
        found = self._client.values("field", "search", "trashed", query=name)
        return [one for one in found if one.get("name") == name and is_custom(one) and is_ours(one.get("description"))]

    def lacking(self, id_: str, options: Sequence[str]) -> Sequence[str]:
        """Ask each context of the field; without one all are lacking."""
        held = [self._options(id_, context) for context in self._contexts(id_)]
        return [option for option in options if not held or any(option not in there for there in held)]

    def screens(self, projects: Sequence[Project], where: Where) -> Collection[str]:
        """Walk from project to screens: the project's scheme, its schemes by issue type, their screens.

        Raises:
            Refused: screens are named, though the site knows them.
        """
        if where.screens:
            raise Refused(
                f"{self._client.name}: --screen is for Data Center; the Cloud says which screens a project has"
            )
        found: dict[str, None] = {}
        for scheme in dict.fromkeys(self._scheme(project) for project in projects):
            items = self._client.values("issuetypescreenscheme", "mapping", issueTypeScreenSchemeId=scheme)
            for id_ in dict.fromkeys(self._client.id_of(item, "screenSchemeId") for item in items):
                for one in self._client.values("screenscheme", id=id_):
                    found |= dict.fromkeys(self._edited_and_seen(one))
        return found

    def create(self, wanted: WantedField, projects: Sequence[str]) -> str:  # noqa: ARG002 - its context is for all
        """Make a field; its context is for all projects."""
        return self._client.id_of(self._client.post("field", body=definition_of(wanted)).body, "id")

    def add(self, id_: str, options: Sequence[str], projects: Sequence[str]) -> None:
        """Add to each context what it lacks; where the field has none, one for these projects, by id, is made."""
        contexts = self._contexts(id_)
        if not contexts:
            body = {"name": "slabridge", "projectIds": list(projects), "issueTypeIds": []}
            contexts = [self._client.id_of(self._client.post("field", id_, "context", body=body).body, "id")]
        for context in contexts:
            held = self._options(id_, context)
            new = [{"value": option} for option in options if option not in held]
            for at in range(0, len(new), _OPTIONS):
                self._client.act("field", id_, "context", context, "option", body={"options": new[at : at + _OPTIONS]})

    def trash(self, id_: str) -> None:
        """Put the field into the trash, from where it can be restored with its values."""
        self._client.act("field", id_, "trash")

    def restore(self, id_: str) -> None:
        """Take it out again."""
        self._client.act("field", id_, "restore")

    def _contexts(self, id_: str) -> list[str]:
        return [self._client.id_of(one, "id") for one in self._client.values("field", id_, "context")]

    def _options(self, id_: str, context: str) -> set[object]:
        return {one.get("value") for one in self._client.values("field", id_, "context", context, "option")}

    def _scheme(self, project: Project) -> str:
        found = self._client.values("issuetypescreenscheme", "project", projectId=project.id)
        return self._client.id_of(found[0] if found else None, "issueTypeScreenScheme", "id")

    def _edited_and_seen(self, scheme: Body) -> list[str]:
        """Return the screens of a screen scheme on which issues are edited and seen; `default` stands for the rest."""
        screens = scheme.get("screens")
        of = screens if isinstance(screens, dict) else {}
        return [self._client.id_of(of, key if of.get(key) else "default") for key in ("edit", "view")]
