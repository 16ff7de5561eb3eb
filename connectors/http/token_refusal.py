"""What to check where a token is refused, by what the server says and what it was given."""

from collections.abc import Mapping

from connectors.errors import Refused
from connectors.http.credentials import OAuth, OAuthClient, OAuthPassword, OAuthRefresh

_WRONG = {
    "invalid_client": "check client_id and client_secret",
    "unauthorized_client": "its client may not ask for a token this way: check client_id and kind",
    "invalid_scope": "check scope",
    "unsupported_grant_type": "check kind, and token_url",
}
"""What is wrong by the error code of RFC 6749, 5.2; `invalid_grant` depends on what was given."""
_MAYBE = {
    OAuthPassword: "client_id or client_secret is wrong, the OAuth application is inactive, user or password is wrong, "
    "or the user is locked out",
    OAuthClient: "client_id or client_secret is wrong, the OAuth application is inactive or has no user, or this grant "
    "is switched off",
    OAuthRefresh: "client_id or client_secret is wrong, the OAuth application is inactive, its user is locked out, or "
    "refresh_token is expired, revoked or used up: then authorize anew",
}


def refusal(name: str, auth: OAuth, error: Refused) -> str:
    """Return the message; `name` is the connection's, `error` what its call ended with."""
    body = error.body if isinstance(error.body, Mapping) else {}
    code = body.get("error")
    if code == "invalid_grant" and isinstance(auth, OAuthRefresh):
        advice = "refresh_token is expired, revoked or used up: authorize anew, and put the new one in its place"
    elif code == "invalid_grant" and isinstance(auth, OAuthPassword):
        advice = "check user and password, and that the user is not locked out"
    elif isinstance(code, str) and code in _WRONG:
        advice = _WRONG[code]
    elif error.status not in (400, 401, 403):
        return str(error)
    else:
        hint = f" ({auth.hint})" if auth.hint else ""
        advice = f"nothing says why; it may be: {_MAYBE[type(auth)]}{hint}"
    return f"{name}: no token from {auth.token_url} ({error.status}): {advice} (under `auth`)"
