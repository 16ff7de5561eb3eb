"""OAuth 2.0: access tokens for a client's secret, or for a refresh token, of which each can be used once.

https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
"""

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

CLIENT_ID = "sandbox-jira-client"
CLIENT_SECRET = "sandbox-jira-client-secret"  # noqa: S105 - a sandbox on loopback
REFRESH_TOKEN = "sandbox-jira-refresh-token"  # noqa: S105 - the first one of a new site
CLOUD_ID = "11223344-5566-7788-99aa-bbccddeeff00"


class Denied(Exception):  # noqa: N818 - an answer, not a failure of the sandbox
    """A request for a token that is refused: status, error and its description."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(status, error, description)
        self.status = status
        self.content = {"error": error, "error_description": description}


@dataclass(slots=True)
class Grants:
    """The tokens that are out."""

    refresh_token: str = REFRESH_TOKEN
    """The one refresh token that works."""
    access: dict[str, int] = field(default_factory=dict)
    """Access token -> the instant at which it ends."""
    _count: int = 0

    def valid(self, token: str, now: int) -> bool:
        """Tell whether an access token works."""
        return self.access.get(token, 0) > now

    def grant(self, asked: dict[str, Any], now: int, seconds: int) -> dict[str, Any]:
        """Return what the token route answers.

        Raises:
            Denied: the client or its refresh token is wrong.
        """
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise Denied(401, "access_denied", "Unauthorized")
        kind = asked.get("grant_type")
        answer: dict[str, Any] = {
            "expires_in": seconds,
            "token_type": "Bearer",
            "scope": "read:jira-work write:jira-work",
        }
        if kind == "refresh_token":
            if asked.get("refresh_token") != self.refresh_token:
                raise Denied(403, "invalid_grant", "Unknown or invalid refresh token.")
            answer["refresh_token"] = self.refresh_token = self._new("refresh")
        elif kind != "client_credentials":
            raise Denied(403, "unsupported_grant_type", f"Unsupported grant type: {kind}")
        answer["access_token"] = self._new("access")
        self.access[answer["access_token"]] = now + seconds * 1000
        return answer

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"sandbox-{kind}-" + blake2b(f"{kind}{self._count}".encode(), digest_size=12).hexdigest()
