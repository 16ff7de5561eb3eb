"""Who we are to a tool by a token of OAuth 2.0, which is fetched and renewed.

A token is kept in memory, is renewed a minute before it expires and once when the tool refuses it, by one thread while
the others wait. A refresh token that the server replaces is in its file before the new access token is used: the old
one is worth nothing from then on. Client id and secret go in the body, which both tools document; none of what comes
back is ever shown.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import structlog
from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.errors import Refused
from connectors.http.credentials import OAuth, OAuthClient, OAuthPassword, OAuthRefresh
from connectors.http.token_file import store, stored
from connectors.http.token_refusal import refusal

Fetch = Callable[[OAuth, Mapping[str, str]], Any]
"""Sends fields to where tokens are had, and returns the JSON of a 2xx answer; raises as `Http.call` does."""

_MARGIN = 60.0
_LONGEST = 1e9
"""Seconds after which a token is renewed whatever was said of it."""
_FILES = threading.Lock()  # two connections may share a refresh token's file

log = structlog.get_logger(__name__)


class _Held(NamedTuple):
    """An access token, and when to renew it by our clock (None: once it is refused)."""

    token: SecretStr
    until: float | None


class Token(AuthBase):
    """A token of OAuth 2.0. `prepare` must have been called when a request is made."""

    def __init__(self, name: str, auth: OAuth, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._auth = auth
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._refresh = auth.token if isinstance(auth, OAuthRefresh) else None

    def secrets(self) -> tuple[str, ...]:
        """Return what must be in no text."""
        auth, held = self._auth, self._held
        found = [auth.client_secret, self._refresh, held and held.token]
        found.append(auth.secret if isinstance(auth, OAuthPassword) else None)
        found.append(auth.token if isinstance(auth, OAuthRefresh) else None)
        return tuple(secret.get_secret_value() for secret in found if secret is not None)

    def prepare(self) -> None:
        """Have a token that holds for a while; fetch one where there is none.

        Raises:
            Refused: it is refused; which part of `auth` to check.
            Unavailable: it cannot be had now.
        """
        with self._lock:
            if self._held is None or (self._held.until is not None and self._clock() >= self._held.until):
                self._held = self._renewed()

    def expire(self, request: PreparedRequest) -> None:
        """Note that this request's token is refused: unless another has taken its place, `prepare` gets a new one."""
        with self._lock:
            if self._held is not None and request.headers.get("Authorization") == _bearer(self._held.token):
                self._held = self._held._replace(until=float("-inf"))

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Set the token that `prepare` got."""
        held = self._held
        if held is None:  # whom a tool takes for nobody, it may answer with less
            raise RuntimeError("no token was prepared")
        request.headers["Authorization"] = _bearer(held.token)
        return request

    def _renewed(self) -> _Held:
        auth = self._auth
        if not isinstance(auth, OAuthRefresh):
            return self._fetched(_form(auth))[0]
        with _FILES:
            kept = stored(self._name, auth.file) if auth.file else None
            ours = self._refresh = kept or self._refresh or auth.token
            held, follows = self._fetched({"grant_type": "refresh_token", "refresh_token": ours.get_secret_value()})
            if follows is not None and follows != ours:
                self._keep(auth, follows)
            return held

    def _fetched(self, form: Mapping[str, str]) -> tuple[_Held, SecretStr | None]:
        """Return an access token, and the refresh token that came with it."""
        auth, began = self._auth, self._clock()
        client = {"client_id": auth.client_id, "client_secret": auth.client_secret.get_secret_value()}
        try:
            body = self._fetch(auth, {**form, **client})
        except Refused as error:
            raise Refused(refusal(self._name, auth, error), status=error.status) from None
        found = body if isinstance(body, Mapping) else {}
        token, follows, lasts = (found.get(key) for key in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise Refused(f"{self._name}: {auth.token_url} answers without a token; check `auth.token_url`")
        until = None
        if isinstance(lasts, int | float) and not isinstance(lasts, bool):
            lasts = min(lasts, _LONGEST)
            until = began + lasts - min(_MARGIN, lasts / 2)
        return _Held(SecretStr(token), until), SecretStr(follows) if isinstance(follows, str) and follows else None

    def _keep(self, auth: OAuthRefresh, follows: SecretStr) -> None:
        """Keep the refresh token that takes the place of ours."""
        if auth.file is not None:
            try:
                store(auth.file, follows)
            except OSError as error:
                raise Refused(
                    f"{self._name}: the refresh token was replaced, and the new one cannot be kept in {auth.file} "
                    f"({error.strerror}); make it writable, and put a new refresh token there"
                ) from None
        elif self._refresh == auth.token:
            log.warning(
                "the refresh token was replaced, and the new one is lost when this process ends; "
                "auth.refresh_token = { file = ... } is kept up to date",
                connection=self._name,
            )
        self._refresh = follows


def _form(auth: OAuth) -> dict[str, str]:
    if isinstance(auth, OAuthPassword):
        return {"grant_type": "password", "username": auth.user, "password": auth.secret.get_secret_value()}
    scope = auth.scope if isinstance(auth, OAuthClient) else ""
    return {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}


def _bearer(token: SecretStr) -> str:
    return f"Bearer {token.get_secret_value()}"
