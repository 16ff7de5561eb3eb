"""What signing in to ServiceNow takes that elsewhere is otherwise."""

API_KEY_HEADER = "x-sn-apikey"
NO_TOKEN_HINT = "ServiceNow: glide.oauth.inbound.client.credential.grant_type.enabled"  # noqa: S105 - a property's name
"""What switches the grant of client credentials on."""


def token_url(url: str) -> str:
    """Return where an instance gives tokens."""
    return f"{url}/oauth_token.do"
