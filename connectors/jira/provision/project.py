"""The projects whose issues a connection takes up: those that fields have to be in."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from connectors.errors import Refused, Unavailable
from connectors.jira.client import Body, Client
from connectors.jira.dialect import fields_of
from connectors.jira.latest import latest

MOST = 50
"""In more projects than these fields are not made unless somebody names them: each takes calls, and an eye on it."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class Project:
    """A project. `issue` is the id of one of the filter's issues in it, "" where none was looked for.

    A project that its team manages has fields and layouts of its own, which no interface changes.
    """

    id: str
    key: str
    by_team: bool
    issue: str


def projects_of(client: Client, restriction: str, keys: Sequence[str], *, cloud: bool) -> list[Project]:
    """Return the projects of these keys; without keys, those in which the filter finds an issue.

    Raises:
        Refused: a project is not there, or see `met`.
    """
    if keys:
        return [_project(client, _named(client, key), "") for key in keys]
    return met(client, restriction, (), cloud=cloud)


def met(client: Client, restriction: str, among: Collection[str], *, cloud: bool) -> list[Project]:
    """Return the projects in which the filter finds an issue, with one; only those among these ids, if there are any.

    Each search leaves out the projects that are known by then, so there is about one a project that the filter meets,
    however many the site has.

    Raises:
        Refused: none can be found, or too many.
    """
    found: dict[str, Project] = {}
    while page := _page(client, restriction, among, found, cloud=cloud):
        known = len(found)
        for issue in page:
            project = _project(client, fields_of(issue).get("project"), client.id_of(issue, "id"))
            found.setdefault(project.id, project)
        if len(found) == known:
            raise Unavailable(f"{client.name}: a search gave issues of projects that it was to leave out; try again")
        if len(found) > max(MOST, len(among)):
            raise Refused(
                f"{client.name}: the filter finds issues in more than {MOST} projects: name those in which the fields "
                "are wanted (--project ITSM, once for each)"
            )
    if not found and not among:
        raise Refused(
            f"{client.name}: no issue of the filter can be seen, so its projects are not known: name them "
            "(--project ITSM), or let the account see them (Browse projects)"
        )
    return [*found.values()]


def _page(
    client: Client, restriction: str, among: Collection[str], known: Collection[str], *, cloud: bool
) -> list[Body]:
    """Return some of the filter's issues in other projects than the known ones; none where there are no more."""
    parts = [f"({restriction})"] if restriction else ["updated >= 0"]
    parts += [f"project IN ({', '.join(sorted(among))})"] if among else []
    parts += [f"project NOT IN ({', '.join(known)})"] if known else []
    pages = latest(client, " AND ".join(parts), ["project"], _PAGE, cloud=cloud, by="updated")
    return next((page for page in pages if page), [])


def _project(client: Client, raw: object, issue: str) -> Project:
    known = raw if isinstance(raw, Mapping) else {}
    by_team = known.get("simplified") is True or known.get("style") == "next-gen"
    return Project(client.id_of(known, "id"), str(known.get("key")), by_team, issue)


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
