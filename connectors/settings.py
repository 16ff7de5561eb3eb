"""What a connector needs to know, complete: no defaults from a file, no environment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

History = Literal["sys_audit", "metric_instance", "observed"]
"""Where a ServiceNow's history comes from."""


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """A user (or e-mail address) and its password (or API token)."""

    user: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """A token sent as `Authorization: Bearer`."""

    token: SecretStr


@dataclass(frozen=True, slots=True)
class ApiKeyAuth:
    """A key sent as `x-sn-apikey`; ServiceNow alone takes one."""

    key: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """What every grant of OAuth 2.0 needs: where the token is had, and the client that asks for it."""

    token_url: str
    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthPassword(OAuth):
    """A token for a user and its password."""

    user: str
    secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient(OAuth):
    """A token for the client itself; `scope` is asked for where it is not ""."""

    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthRefresh(OAuth):
    """A token for a refresh token; `file` is where that came from, and where the one that follows it goes."""

    token: SecretStr
    file: Path | None = None


Auth = BasicAuth | BearerAuth | ApiKeyAuth | OAuthPassword | OAuthClient | OAuthRefresh


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What both tools need.

    `filter` is native and says which tickets are taken up ("" is all). `fields` are the native fields to read with
    their history, `written` those that we write and read back. `overlap` seconds are read again before the cursor,
    because indexes lag and commits come late. `timeout` is seconds to connect and between two bytes of an answer.
    `concurrency` is how many calls may be under way at once, `calls_per_hour` how many may be made in an hour (None: no
    limit); both count for a host. `ca` names a file of certificates to trust instead of the usual ones, `proxy` a URL.
    """

    name: str
    url: str
    auth: Auth
    fields: tuple[str, ...]
    written: tuple[str, ...] = ()
    filter: str = ""
    comments: bool = True
    page_size: int = 200
    overlap: int = 120
    timeout: tuple[float, float] = (5.0, 60.0)
    concurrency: int = 2
    calls_per_hour: int | None = None
    ca: Path | None = None
    proxy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowSettings(Settings):
    """`table` extends task; `created` is the field that says when the ticket began.

    `result_table` is a table of our own for what is written, whose field `result_reference` refers to the task; ""
    writes into the task itself.
    """

    page_size: int = 500
    table: str = "incident"
    created: str = "sys_created_on"
    history: History = "sys_audit"
    result_table: str = ""
    result_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraSettings(Settings):
    """`overlap` is longer: the search index lags by seconds to minutes.

    `agent_groups` and `agent_accounts` (account ids; in Data Center user names) say whose comments are an agent's,
    where Jira has no notion of that.
    """

    page_size: int = 500
    overlap: int = 600
    agent_groups: tuple[str, ...] = ()
    agent_accounts: tuple[str, ...] = ()
