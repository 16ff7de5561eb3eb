"""Who we are to a tool, complete: secrets are read before."""

from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class ApiKeyAuth:
    """A key sent in a header of its own, whose name is `header`."""

    key: SecretStr
    header: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """What every grant of OAuth 2.0 needs: where the token is had, and the client that asks for it.

    RFC 6749 sends a form to the `token_url`; `as_json` says that it wants JSON. `hint` is what else may be wrong where
    a token is refused without a reason.
    """

    token_url: str
    client_id: str
    client_secret: SecretStr
    as_json: bool = False
    hint: str = ""


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
