"""How a connection says who we are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr

from connectors.http.credentials import (
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    OAuthClient,
    OAuthPassword,
    OAuthRefresh,
)
from connectors.jira.auth import TOKEN_URL, takes_json
from connectors.servicenow.auth import API_KEY_HEADER, NO_TOKEN_HINT, token_url
from slabridge.config.connections.address import check_url, is_cloud
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.problem import ConfigError, KeyPath, Problem, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import TomlTable, shape

_SERVICENOW_ALONE = ("api_key", "oauth_password")


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to a tool (`servicenow` or `jira`): the kind, what the file says of it, and where its secrets are."""

    tool: str
    kind: str
    given: Mapping[str, str]
    secrets: Mapping[str, Secret]

    @property
    def token_url(self) -> str:
        """Where tokens are had; "" where none are."""
        return self.given.get("token_url", "")

    def read(self) -> Auth:
        """Return it with the secrets, read now.

        Raises:
            ConfigError: with every secret that cannot be had.
        """
        held: dict[str, SecretStr] = {}
        problems: list[Problem] = []
        for key, secret in self.secrets.items():
            try:
                held[key] = secret.read()
            except ConfigError as error:
                problems += error.problems
        if problems:
            raise ConfigError(problems)
        return _KINDS[self.kind].made(self, held)


class BasicTable(TomlTable):
    """`{ kind = "basic", ... }`."""

    kind: str
    user: str = Field(examples=['"slabridge"'], min_length=1)
    password: Any = Field(examples=['{ env = "PASSWORD" }'])


class BearerTable(TomlTable):
    """`{ kind = "bearer", ... }`."""

    kind: str
    token: Any = Field(examples=['{ env = "TOKEN" }'])


class ApiKeyTable(TomlTable):
    """`{ kind = "api_key", ... }`."""

    kind: str
    key: Any = Field(examples=['{ env = "API_KEY" }'])


class OAuthTable(TomlTable):
    """What the three kinds of OAuth share."""

    kind: str
    client_id: str = Field(examples=['"5f1c..."'], min_length=1)
    client_secret: Any = Field(examples=['{ env = "CLIENT_SECRET" }'])
    token_url: str | None = None


class OAuthPasswordTable(OAuthTable):
    """`{ kind = "oauth_password", ... }`."""

    user: str = Field(examples=['"slabridge"'], min_length=1)
    password: Any = Field(examples=['{ env = "PASSWORD" }'])


class OAuthClientTable(OAuthTable):
    """`{ kind = "oauth_client", ... }`."""

    scope: str = ""


class OAuthRefreshTable(OAuthTable):
    """`{ kind = "oauth_refresh", ... }`."""

    refresh_token: Any = Field(examples=['{ file = "refresh-token" }'])


@dataclass(frozen=True, slots=True)
class _Kind:
    """The keys of a kind, which of them are secrets, and what the connector gets."""

    table: type[TomlTable]
    secrets: tuple[str, ...]
    made: Callable[[Account, Mapping[str, SecretStr]], Auth]


def _password(account: Account, held: Mapping[str, SecretStr]) -> Auth:
    given = account.given
    return OAuthPassword(
        token_url=account.token_url,
        as_json=takes_json(account.token_url),
        client_id=given["client_id"],
        client_secret=held["client_secret"],
        user=given["user"],
        secret=held["password"],
    )


def _client(account: Account, held: Mapping[str, SecretStr]) -> Auth:
    given = account.given
    return OAuthClient(
        token_url=account.token_url,
        as_json=takes_json(account.token_url),
        client_id=given["client_id"],
        client_secret=held["client_secret"],
        scope=given["scope"],
        hint=NO_TOKEN_HINT if account.tool == "servicenow" else "",
    )


def _refresh(account: Account, held: Mapping[str, SecretStr]) -> Auth:
    return OAuthRefresh(
        token_url=account.token_url,
        as_json=takes_json(account.token_url),
        client_id=account.given["client_id"],
        client_secret=held["client_secret"],
        token=held["refresh_token"],
        file=account.secrets["refresh_token"].file,
    )


_KINDS = {
    "basic": _Kind(BasicTable, ("password",), lambda account, held: BasicAuth(account.given["user"], held["password"])),
    "bearer": _Kind(BearerTable, ("token",), lambda _, held: BearerAuth(held["token"])),
    "api_key": _Kind(ApiKeyTable, ("key",), lambda _, held: ApiKeyAuth(held["key"], API_KEY_HEADER)),
    "oauth_password": _Kind(OAuthPasswordTable, ("client_secret", "password"), _password),
    "oauth_client": _Kind(OAuthClientTable, ("client_secret",), _client),
    "oauth_refresh": _Kind(OAuthRefreshTable, ("client_secret", "refresh_token"), _refresh),
}


def read_auth(connection: Mapping[str, Any], path: KeyPath, folder: Path, reading: Reading) -> Account | None:
    """Return how a connection's table authenticates, without secrets. None of its values is shown but `kind`."""
    raw = connection["auth"]
    if not isinstance(raw, Mapping):
        reading.problem(
            path, 'must be a table, as in { kind = "basic", user = "slabridge", password = { env = "..." } }'
        )
        return None
    name = raw.get("kind")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        words = "is missing; write basic or bearer" if name is None else f"no such kind; {instead(name, _KINDS)}"
        reading.problem((*path, "kind"), words, name)
        return None
    if name in _SERVICENOW_ALONE and connection.get("type") == "jira":
        reading.problem((*path, "kind"), "is for ServiceNow alone; Jira has basic, bearer and oauth_client", name)
    table = shape(kind.table, raw, path, reading, secret=True)
    secrets = {
        key: secret
        for key in kind.secrets
        if key in raw and (secret := read_secret(raw[key], (*path, key), folder, reading)) is not None
    }
    if table is None or len(secrets) < len(kind.secrets):
        return None
    given = {key: text for key, text in table.model_dump(exclude=set(kind.secrets)).items() if text is not None}
    if issubclass(kind.table, OAuthTable):
        given["token_url"] = _token_url(given.get("token_url"), connection, (*path, "token_url"), reading)
    return Account(str(connection.get("type")), str(name), given, secrets)


def _token_url(given: str | None, connection: Mapping[str, Any], path: KeyPath, reading: Reading) -> str:
    """Return where tokens are had: as given, else where the tool of that address gives them."""
    if given is not None:
        check_url(given, path, reading, TOKEN_URL)
        return given
    url = str(connection.get("url", "")).rstrip("/")
    if connection.get("type") != "jira":
        return token_url(url)
    if not is_cloud(url):
        reading.problem(path, "is missing; a Jira Data Center has no usual one: write the address of its tokens")
    return TOKEN_URL
