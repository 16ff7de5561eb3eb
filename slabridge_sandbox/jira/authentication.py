"""Who calls: basic authentication, bearer tokens, and what is answered to credentials that do not work."""

import binascii
from base64 import b64decode

import orjson

from slabridge_sandbox.jira.site import Credentials, Site

_CAPTCHA = "CAPTCHA_CHALLENGE; login-url="


class Refused(Exception):  # noqa: N818 - an answer, not a failure of the sandbox
    """A call that is refused: 401 without credentials, or with wrong ones; 403 for an account that is locked."""

    def __init__(self, base: str, *, wrong: bool = False, locked: bool = False) -> None:
        super().__init__(base)
        self.status = 403 if locked else 401
        self.headers = {"WWW-Authenticate": 'OAuth realm="' + base + '"'}
        message = "Client must be authenticated to access this resource."
        self.body = orjson.dumps({"message": message, "status-code": 401})
        self.media_type = "application/json;charset=UTF-8"
        if wrong:
            self.headers["X-Seraph-LoginReason"] = "AUTHENTICATED_FAILED"
        if locked:
            self.headers = {
                "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
                "X-Authentication-Denied-Reason": f"{_CAPTCHA}{base}/login.jsp",
            }
            self.body = (
                b"<html><body><h1>Basic Authentication Failure - Reason : AUTHENTICATION_DENIED</h1></body></html>"
            )
            self.media_type = "text/html;charset=UTF-8"


def authenticated(site: Site, header: str | None, base: str, *, anonymous: bool) -> bool:
    """Tell whether a call is ours (True) or anonymous (False).

    Raises:
        Refused: its credentials do not work, or it is anonymous where that is not enough.
    """
    scheme, _, value = (header or "").partition(" ")
    basic = scheme.lower() == "basic"
    if basic and site.switches.locked:
        raise Refused(base, locked=True)
    if (basic and _password(site, value)) or (scheme.lower() == "bearer" and _token(site, value)):
        return True
    if header is not None and not site.switches.anonymous:
        raise Refused(base, wrong=True)
    if not anonymous:
        raise Refused(base)
    return False


def is_administrator(site: Site, header: str | None) -> bool:
    """Tell whether a call carries an administrator's credentials."""
    scheme, _, value = (header or "").partition(" ")
    if scheme.lower() == "bearer":
        return not site.cloud and value == site.administrator.token
    return scheme.lower() == "basic" and _is(site.administrator, value)


def _password(site: Site, value: str) -> bool:
    return _is(site.credentials, value) or _is(site.administrator, value)


def _is(expected: Credentials, value: str) -> bool:
    try:
        email, _, token = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return (email.lower(), token) == (expected.email.lower(), expected.token)


def _token(site: Site, value: str) -> bool:
    if site.cloud:
        return site.grants.valid(value, site.clock.now)
    return value in {site.credentials.token, site.administrator.token}
