"""Access tokens: who gets one, and how long it is good for."""

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response

from slabridge_sandbox.clock import Clock
from slabridge_sandbox.servicenow.switches import Switches

CLIENT_ID = "slabridge-client"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 - on loopback, and documented
APPLICATION_USER = "slabridge"
"""The user that a client acts as which has none (client_credentials)."""


@dataclass(slots=True)
class _Token:
    user: str
    ends: float
    calls: int = 0


class Tokens:
    """Gives tokens out and knows whose they are. `check` says whether a user has a password."""

    def __init__(self, clock: Clock, switches: Switches, check: Callable[[str, str], bool]) -> None:
        self._clock = clock
        self._switches = switches
        self._check = check
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, str] = {}

    async def endpoint(self, request: Request) -> Response:
        """Answer /oauth_token.do. Whatever is wrong, the answer is the same, as on a real instance."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        client = _client(request, form)
        user = self._grant(form) if request.method == "POST" and client == (CLIENT_ID, CLIENT_SECRET) else None
        if user is None:
            body = {"error_description": "access_denied", "error": "server_error"}
            return Response(orjson.dumps(body), 401, media_type="application/json")
        answer = {
            "access_token": self._new(user),
            "scope": "useraccount",
            "token_type": "Bearer",
            "expires_in": self._switches.token_seconds,
        }
        if form["grant_type"] != "client_credentials":
            answer["refresh_token"] = form.get("refresh_token") or secrets.token_urlsafe(48)
            self._refresh[str(answer["refresh_token"])] = user
        return Response(orjson.dumps(answer), media_type="application/json")

    def user(self, token: str) -> str | None:
        """Return whose call this is; None if the token is unknown or has expired."""
        held = self._access.get(token)
        if held is None:
            return None
        held.calls += 1
        is_used_up = 0 < self._switches.token_calls < held.calls
        return None if is_used_up or self._now() >= held.ends else held.user

    def _grant(self, form: Mapping[str, str]) -> str | None:
        match form.get("grant_type"):
            case "password":
                user = form.get("username", "")
                return user if self._check(user, form.get("password", "")) else None
            case "client_credentials":
                return APPLICATION_USER
            case "refresh_token":
                return self._refresh.get(form.get("refresh_token", ""))
            case _:
                return None

    def _new(self, user: str) -> str:
        token = secrets.token_urlsafe(48)
        self._access[token] = _Token(user, self._now() + self._switches.token_seconds)
        return token

    def _now(self) -> float:
        return time.monotonic() if self._switches.token_in_real_time else self._clock.now / 1000


def _client(request: Request, form: Mapping[str, str]) -> tuple[str, str]:
    """Return the client's id and secret, from the Basic header or from the form."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, secret
