"""Who is let in, and who asks: nobody's word counts but that of a token, or of the proxy that is named."""

import base64
import binascii
import hmac
import ipaddress
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.requests import Request

from slabridge.config.web import Web
from slabridge.ticket.viewer import Viewer

Auth = Literal["none", "token", "proxy"]

_HERE = ("localhost", "127.0.0.1", "::1")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks, by whom the door says it was, and what they see."""

    user: str
    viewer: Viewer
    role: str = "all"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in: status, what to say, and further headers."""

    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in who has the token, or whom the proxy names; with neither, who is on this machine."""

    auth: Auth
    web: Web
    token: SecretStr | None = None

    def guest(self, request: Request) -> Guest | Refusal:
        """Return who asks, or why they are refused."""
        if self.auth == "token":
            return self._by_token(request)
        if self.auth == "proxy":
            return self._by_proxy(request)
        # A page elsewhere must not ask under a name of its own (DNS rebinding), nor a proxy let everybody in.
        forwarded = request.scope["http_version"] == "1.0" or any(name in request.headers for name in _FORWARDED)
        if forwarded or _host(request) not in _HERE:
            return Refusal(421, "this is for who is on this machine; for others begin it with --auth token or proxy")
        return Guest("", Viewer())

    def _by_token(self, request: Request) -> Guest | Refusal:
        assert self.token is not None  # noqa: S101 - `serve` has read it
        user, given = _credentials(request.headers.get("Authorization", "").encode("latin-1").decode(errors="replace"))
        if hmac.compare_digest(given.encode(), self.token.get_secret_value().encode()):
            return Guest(user, Viewer())
        wanted = {"WWW-Authenticate": 'Basic realm="slabridge", charset="UTF-8"'}
        return Refusal(401, "the token is wrong or missing: give it as the password, or as a bearer token", wanted)

    def _by_proxy(self, request: Request) -> Guest | Refusal:
        peer = ipaddress.ip_address(request.client.host) if request.client else None
        if peer is None or not any(peer in network for network in self.web.proxy):
            return Refusal(403, f"{peer} is not the proxy that [web] proxy names")
        try:
            user, role = (_header(request, name) for name in (self.web.user, self.web.role))
        except ValueError as error:
            return Refusal(403, str(error))
        try:
            return Guest(user, Viewer.of(role), role)
        except ValueError as error:
            return Refusal(403, f"{self.web.role}: {error}")


def _host(request: Request) -> str | None:
    """Return the name by which we are asked; None where it is none."""
    try:
        return urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        return None


def _header(request: Request, name: str) -> str:
    """Return the one header of this name; proxies write it in UTF-8.

    Raises:
        ValueError: it is missing, or stands there twice: one of them is not the proxy's.
    """
    found = [value for key, value in request.headers.raw if key == name.lower().encode()]
    if len(found) != 1 or not found[0].strip():
        raise ValueError(f"the proxy sends {'no' if not found else 'more than one or an empty'} header {name}")
    try:
        return found[0].decode().strip()
    except UnicodeDecodeError:
        raise ValueError(f"the header {name} is no UTF-8") from None


def _credentials(header: str) -> tuple[str, str]:
    """Return user and secret of an Authorization header; both empty where it has none that we know."""
    kind, _, given = header.partition(" ")
    if kind.lower() == "bearer":
        return "", given.strip()
    if kind.lower() == "basic":
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return user, password
    return "", ""
