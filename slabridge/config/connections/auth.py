"""How a connection says who we are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from connectors import TOOLS
from connectors.http.credentials import (
    ApiKeyAuth,
    Auth,
    BasicAuth,
    BearerAuth,
    OAuthClient,
    OAuthPassword,
    OAuthRefresh,
)
from connectors.tool import Inside, SigningIn, TomlTable, Tool
from slabridge.config.connections.address import check_url
from slabridge.config.connections.secret import Secret, read_secret
from slabridge.config.problem import ConfigError, KeyPath, Problem, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import shape

_TOKEN_URL = "https://login.acme.com/oauth/token"  # noqa: S105 - an address
"""An example of where tokens are had."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to a tool: how one signs in there, the kind, what the file says of it, and where its secrets are."""

    signing_in: SigningIn
    kind: str
    given: Mapping[str, str]
    secrets: Mapping[str, Secret]

    @property
    def token_url(self) -> str:
        """The kinds of OAuth: where tokens are had; "" where none are."""
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

    kind: Literal["basic"]
    """`"basic"`: user and password."""
    user: str = Field(examples=['"slabridge"'], min_length=1)
    """`basic`: the user; in Jira Cloud, the e-mail address."""
    password: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "PASSWORD" }'])
    """`basic`: where the password is; in Jira Cloud, the API token."""


class BearerTable(TomlTable):
    """`{ kind = "bearer", ... }`."""

    kind: Literal["bearer"]
    """`"bearer"`: a token that stands."""
    token: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "TOKEN" }'])
    """`bearer`: where the token is."""


class ApiKeyTable(TomlTable):
    """`{ kind = "api_key", ... }`."""

    kind: Literal["api_key"]
    """`"api_key"`: a key, as `x-sn-apikey`; ServiceNow alone."""
    key: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "API_KEY" }'])
    """`api_key`: where the key is."""


class OAuthTable(TomlTable):
    """What the three kinds of OAuth share."""

    kind: Literal["oauth_password", "oauth_client", "oauth_refresh"]
    """`"oauth_password"`, `"oauth_client"` or `"oauth_refresh"`: a token that is fetched."""
    client_id: str = Field(examples=['"5f1c..."'], min_length=1)
    """The kinds of OAuth: the id of the application that is registered there."""
    client_secret: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "CLIENT_SECRET" }'])
    """The kinds of OAuth: where its secret is."""
    token_url: str | None = None
    """Where tokens are had; a Jira Data Center has no usual place. Default: `/oauth_token.do` of the ServiceNow, or
    `https://auth.atlassian.com/oauth/token`.
    """


class OAuthPasswordTable(OAuthTable):
    """`{ kind = "oauth_password", ... }`."""

    user: str = Field(examples=['"slabridge"'], min_length=1)
    """`oauth_password`: the user with whose password the token is fetched."""
    password: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ env = "PASSWORD" }'])
    """`oauth_password`: where that password is."""


class OAuthClientTable(OAuthTable):
    """`{ kind = "oauth_client", ... }`."""

    scope: str = ""
    """`oauth_client`: scopes, with blanks between them, where they must be asked for."""


class OAuthRefreshTable(OAuthTable):
    """`{ kind = "oauth_refresh", ... }`."""

    refresh_token: Annotated[Any, Inside("SecretTable")] = Field(examples=['{ file = "refresh-token" }'])
    """`oauth_refresh`: where the refresh token is: a `file` that slabridge may replace."""


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
        as_json=account.signing_in.takes_json(account.token_url),
        client_id=given["client_id"],
        client_secret=held["client_secret"],
        user=given["user"],
        secret=held["password"],
    )


def _client(account: Account, held: Mapping[str, SecretStr]) -> Auth:
    given = account.given
    return OAuthClient(
        token_url=account.token_url,
        as_json=account.signing_in.takes_json(account.token_url),
        client_id=given["client_id"],
        client_secret=held["client_secret"],
        scope=given["scope"],
        hint=account.signing_in.hint,
    )


def _refresh(account: Account, held: Mapping[str, SecretStr]) -> Auth:
    return OAuthRefresh(
        token_url=account.token_url,
        as_json=account.signing_in.takes_json(account.token_url),
        client_id=account.given["client_id"],
        client_secret=held["client_secret"],
        token=held["refresh_token"],
        file=account.secrets["refresh_token"].file,
    )


_KINDS = {
    "basic": _Kind(BasicTable, ("password",), lambda account, held: BasicAuth(account.given["user"], held["password"])),
    "bearer": _Kind(BearerTable, ("token",), lambda _, held: BearerAuth(held["token"])),
    "api_key": _Kind(
        ApiKeyTable, ("key",), lambda account, held: ApiKeyAuth(held["key"], account.signing_in.api_key_header)
    ),
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
    tool = TOOLS.get(str(connection.get("type")))
    if tool is not None and name not in tool.signing_in.kinds:
        reading.problem((*path, "kind"), f"is not for {tool.name}, which has {', '.join(tool.signing_in.kinds)}", name)
    table = shape(kind.table, raw, path, reading, secret=True)
    secrets = {
        key: secret
        for key in kind.secrets
        if key in raw and (secret := read_secret(raw[key], (*path, key), folder, reading)) is not None
    }
    if table is None or tool is None or len(secrets) < len(kind.secrets):
        return None
    given = {key: text for key, text in table.model_dump(exclude=set(kind.secrets)).items() if text is not None}
    if issubclass(kind.table, OAuthTable):
        given["token_url"] = _token_url(given.get("token_url"), connection, tool, (*path, "token_url"), reading)
    return Account(tool.signing_in, str(name), given, secrets)


def _token_url(given: str | None, connection: Mapping[str, Any], tool: Tool, path: KeyPath, reading: Reading) -> str:
    """Return where tokens are had: as given, else where the tool of that address gives them."""
    if given is not None:
        check_url(given, path, reading, _TOKEN_URL)
        return given
    found = tool.signing_in.token_url(str(connection.get("url", "")).rstrip("/"))
    if found is None:
        reading.problem(path, f"is missing; a {tool.name} at that address has no usual one: write that of its tokens")
    return found or ""
