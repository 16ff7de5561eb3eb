"""The projects whose issues a connection takes up: those that fields have to be in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from connectors.errors import Refused
from connectors.jira.client import Body, Client
from connectors.jira.dialect import Dialect


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `issue` is the id of one of the filter's issues in it, "" where there is none.

    A project that its team manages has fields and layouts of its own, which no interface changes.
    """

    id: str
    key: str
    by_team: bool
    issue: str


def projects_of(dialect: Dialect, restriction: str, keys: Sequence[str], *, cloud: bool) -> list[Project]:
    """Return the projects of these keys; without keys, those in which the filter finds an issue.

    Raises:
        Refused: a project is not there, or none can be found.
    """
    client = dialect.client
    found = []
    for raw in (_named(client, key) for key in keys) if keys else _all(client, cloud=cloud):
        project = client.id_of(raw, "id")
        where = f"({restriction}) AND project = {project}" if restriction else f"project = {project}"
        issue = next((row[0] for page in dialect.search(where, 0, 1) for row in page.rows), "")
        if issue or keys:
            by_team = raw.get("simplified") is True or raw.get("style") == "next-gen"
            found.append(Project(project, str(raw.get("key")), by_team, issue))
    if not found:
        raise Refused(
            f"{client.name}: no issue of the filter can be seen, so its projects are not known: name them "
            "(--project ITSM), or let the account see them (Browse projects)"
        )
    return found


def _all(client: Client, *, cloud: bool) -> Iterator[Body]:
    yield from client.values("project", "search") if cloud else client.all_of("project")


def _named(client: Client, key: str) -> Body:
    missing = Refused(f"{client.name}: no project {key!r} is there (--project), or it is hidden from the account")
    if not re.fullmatch(r"\w+", key):
        raise missing
    try:
        return dict(client.get("project", key).body)
    except Refused as error:
        if error.status != 404:
            raise
        raise missing from None
