"""What the account may do in a site's projects (docs/jira.md, "The account")."""

from collections.abc import Iterator, Sequence

from connectors.errors import Refused
from connectors.interface import Finding, Verdict
from connectors.jira.client import Client
from connectors.jira.dialect import fields_of, is_portal
from connectors.jira.settings import JiraSettings

_ASKED = 10
"""How many issues are asked for their projects."""
_SCHEME = "Project settings > Permissions"


def rights(client: Client, settings: JiraSettings, tickets: Sequence[str]) -> Iterator[Finding]:
    """Yield findings for the projects of these issues, by ids."""
    me = client.get("myself").body
    name, zone = me.get("displayName"), me.get("timeZone") or "that of the site"
    yield Finding("zone", "ok", f"the account is called {name}; its time zone is {zone}, and times are read in UTC")
    projects: dict[str, bool] = {}
    for id_ in tickets[:_ASKED]:
        try:
            issue = client.get("issue", id_, fields="project").body
        except Refused as refused:
            if refused.status not in {403, 404}:
                raise
            continue
        project = fields_of(issue).get("project") or {}
        projects[str(project.get("key"))] = is_portal(issue)
    for project, portal in sorted(projects.items()):
        yield from _of_project(client, settings, project, portal=portal)


def _of_project(client: Client, settings: JiraSettings, project: str, *, portal: bool) -> Iterator[Finding]:
    wanted: list[tuple[str, tuple[str, ...], str, Verdict]] = [
        ("read.issues", ("BROWSE_PROJECTS",), "Browse projects", "failure"),
    ]
    if settings.written:
        wanted.append(("write.fields", ("EDIT_ISSUES",), "Edit issues", "failure"))
        admins = ("ADMINISTER", "ADMINISTER_PROJECTS")
        wanted.append(("write.silently", admins, "Administer projects, to write without mails to watchers", "warning"))
    wanted.append(("write.comments", ("ADD_COMMENTS",), "Add comments", "failure"))
    if settings.links:
        wanted.append(("write.links", ("LINK_ISSUES",), "Link issues", "warning"))
    if portal:
        wanted.append(("delete.comments", ("DELETE_OWN_COMMENTS",), "Delete own comments", "warning"))
    for check, keys, name, verdict in wanted:
        if client.may(project, *keys):
            yield Finding(f"{check}.{project}", "ok", f"{project}: {name}")
        else:
            remedy = f"give the account's role the permission {name.partition(',')[0]}: {_SCHEME} of {project}"
            yield Finding(f"{check}.{project}", verdict, f"{project}: not granted: {name}", remedy)
