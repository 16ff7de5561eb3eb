"""Who we are to a tool in a header that stands: user and password, a token, or a key."""

from collections.abc import Callable

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.http.credentials import ApiKeyAuth, BasicAuth, BearerAuth
from connectors.http.redaction import basic


class Nobody(AuthBase):
    """No credentials, not even those of a ~/.netrc; `secrets` are those of what it sends."""

    def __init__(self, secrets: Callable[[], tuple[str, ...]] = tuple) -> None:
        self.secrets = secrets

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request


class Header(AuthBase):
    """Credentials that stand in one header; as no redirect is followed, no other host gets it."""

    def __init__(self, auth: BasicAuth | BearerAuth | ApiKeyAuth) -> None:
        self._auth = auth

    def secrets(self) -> tuple[str, ...]:
        """Return what must be in no text."""
        secret = _secret_of(self._auth).get_secret_value()
        return (secret, basic(self._auth.user, secret)) if isinstance(self._auth, BasicAuth) else (secret,)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Set the header."""
        secret = _secret_of(self._auth).get_secret_value()
        match self._auth:
            case BasicAuth(user=user):
                HTTPBasicAuth(user.encode(), secret.encode())(request)
            case BearerAuth():
                request.headers["Authorization"] = f"Bearer {secret}"
            case ApiKeyAuth(header=header):
                request.headers[header] = secret
        return request


def _secret_of(auth: BasicAuth | BearerAuth | ApiKeyAuth) -> SecretStr:
    match auth:
        case BasicAuth():
            return auth.secret
        case BearerAuth():
            return auth.token
        case ApiKeyAuth():
            return auth.key
