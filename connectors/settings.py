"""What a connector needs to know, complete: no defaults from a file, no environment."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class BasicAuth:
    """A user (or e-mail address) and its password (or API token)."""

    user: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class BearerAuth:
    """A token sent as `Authorization: Bearer`."""

    token: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What both tools need.

    `filter` is native and says which tickets are taken up ("" is all). `fields` are the native fields to read with
    their history, `written` those that we write and read back. `overlap` seconds are read again before the cursor,
    because indexes lag and commits come late. `timeout` is seconds to connect and between two bytes of an answer.
    """

    name: str
    url: str
    auth: BasicAuth | BearerAuth
    fields: tuple[str, ...]
    written: tuple[str, ...] = ()
    filter: str = ""
    comments: bool = True
    page_size: int = 200
    overlap: int = 120
    timeout: tuple[float, float] = (5.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowSettings(Settings):
    """`table` extends task; `created` is the field that says when the ticket began."""

    table: str = "incident"
    created: str = "sys_created_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraSettings(Settings):
    """`overlap` is longer: the search index lags by seconds to minutes."""

    page_size: int = 500
    overlap: int = 600
