"""Jira, as the configuration knows it."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from connectors.jira.auth import TOKEN_URL, takes_json
from connectors.jira.jql import checked
from connectors.jira.settings import JiraSettings
from connectors.tool import SigningIn, TomlTable, Tool

_CLOUD = ("atlassian.net", "atlassian.com", "jira.com")


class Keys(TomlTable):
    """The keys of a connection to Jira alone."""

    agents: Any = None
    was: dict[str, list[Annotated[str, Field(min_length=1)]]] | None = Field(
        default=None, examples=['{ "Support team" = ["Support group"] }']
    )


class AgentsTable(TomlTable):
    """Whose comments are an agent's."""

    groups: list[Annotated[str, Field(min_length=1)]] = Field(default=[], examples=['["service-desk"]'])
    accounts: list[Annotated[str, Field(min_length=1)]] = Field(default=[], examples=['["5b10ac8d82e05b22cc7d4ef5"]'])

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.groups or self.accounts):
            raise ValueError('names nobody; write agents = { groups = ["service-desk"] }')
        return self


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


def _accept(_: str) -> None:
    """Take any name: Jira's can be any."""


def _read_by(jql: str, fields: Iterable[str]) -> set[str]:
    return {field for field in fields if _is_in(field, jql)}


def _is_in(field: str, jql: str) -> bool:
    custom = re.fullmatch(r"customfield_(\d+)", field)
    names = [re.escape(field), rf"cf\[{custom[1]}\]"] if custom else [re.escape(field)]
    return re.search(rf"(?<!\w)({'|'.join(names)})(?!\w)", jql, re.IGNORECASE) is not None


def _own_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    agents, was = values["agents"], values["was"]
    found: dict[str, Any] = {}
    if agents is not None:
        found |= {"agent_groups": tuple(agents.groups), "agent_accounts": tuple(agents.accounts)}
    if was is not None:
        found["was"] = {field: tuple(names) for field, names in was.items()}
    return found


JIRA = Tool(
    name="Jira",
    connector="connectors.jira.connector:Jira",
    settings=JiraSettings,
    signing_in=SigningIn(kinds=("basic", "bearer", "oauth_client"), token_url=_token_url, takes_json=takes_json),
    keys=Keys,
    inner={"agents": AgentsTable},
    own_settings=_own_settings,
    check_name=_accept,
    check_written=_accept,
    check_filter=checked,
    read_by=_read_by,
    address_advice=_address_advice,
)
