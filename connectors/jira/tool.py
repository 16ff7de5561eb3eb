"""Jira, as the configuration knows it."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from pydantic import Field

from connectors.interface import Cursor
from connectors.jira.auth import TOKEN_URL, takes_json
from connectors.jira.exported import read_exported
from connectors.jira.jql import checked
from connectors.jira.settings import JiraSettings
from connectors.tool import ROSTERS, Inside, SigningIn, TomlTable, Tool, rosters

_CLOUD = ("atlassian.net", "atlassian.com", "jira.com")


class Keys(TomlTable):
    """The keys of a connection to Jira alone."""

    agents: Annotated[Any, Inside("RosterTable")] = None
    """Whose comments are an agent's, [by account, group or domain](#agents). Default: see there."""
    not_agents: Annotated[Any, Inside("RosterTable")] = None
    """Whose comments are not, though they look like an agent's. Default: see there."""
    was: dict[str, list[Annotated[str, Field(min_length=1)]]] | None = Field(
        default=None, examples=['{ "Support team" = ["Support group"] }']
    )
    """Jira only: fields, as `fields` has them = names that they had earlier, `[]` where there were none: for history
    that has names and no ids ([jira.md](jira.md#fields-that-were-renamed)). Default: learned, or reported.
    """


def is_cloud(url: str) -> bool:
    """Return whether an address is one of Atlassian's own; a Jira elsewhere is a Data Center."""
    host = urlsplit(url).hostname or ""
    return any(host == domain or host.endswith(f".{domain}") for domain in _CLOUD)


def _token_url(url: str) -> str | None:
    return TOKEN_URL if is_cloud(url) else None


def _address_advice(url: str, token_url: str) -> str:
    """Return what is wrong with a site's own address beside a token that only Atlassian's gateway takes."""
    if not token_url or not (urlsplit(url).hostname or "").endswith(".atlassian.net"):
        return ""
    return (
        "takes no token of OAuth; Atlassian's gateway does: write https://api.atlassian.com/ex/jira/CLOUD-ID "
        f"(the id stands in {url}/_edge/tenant_info)"
    )


def _page(url: str, _own: Mapping[str, Any], _id: str, key: str) -> str:
    """Return an issue's page; Atlassian's gateway has none."""
    return "" if urlsplit(url).hostname == "api.atlassian.com" else f"{url.rstrip('/')}/browse/{quote(key, safe='')}"


def _accept(_: str) -> None:
    """Take any name: Jira's can be any."""


def _read_by(jql: str, fields: Iterable[str]) -> set[str]:
    return {field for field in fields if _is_in(field, jql)}


def _is_in(field: str, jql: str) -> bool:
    custom = re.fullmatch(r"customfield_(\d+)", field)
    names = [re.escape(field), rf"cf\[{custom[1]}\]"] if custom else [re.escape(field)]
    return re.search(rf"(?<!\w)({'|'.join(names)})(?!\w)", jql, re.IGNORECASE) is not None


def _read_to(cursor: Cursor) -> int | None:
    updated: int = cursor["updated"]
    return updated


def _own_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    was = values["was"]
    earlier = {} if was is None else {"was": {field: tuple(names) for field, names in was.items()}}
    return rosters(values) | earlier


JIRA = Tool(
    name="Jira",
    connector="connectors.jira.connector:Jira",
    inspector="connectors.jira.inspector:JiraInspector",
    provisioner="connectors.jira.provision:JiraProvisioner",
    settings=JiraSettings,
    signing_in=SigningIn(
        kinds=("basic", "bearer", "oauth_client", "oauth_refresh"), token_url=_token_url, takes_json=takes_json
    ),
    keys=Keys,
    inner=ROSTERS,
    own_settings=_own_settings,
    comment_fields=("comment",),
    issue_links="issuelinks",
    remote_links="remotelinks",
    check_name=_accept,
    check_written=_accept,
    check_filter=checked,
    read_by=_read_by,
    read_to=_read_to,
    exported=read_exported,
    page=_page,
    address_advice=_address_advice,
)
