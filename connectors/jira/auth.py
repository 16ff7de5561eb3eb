"""What signing in to Jira Cloud takes that elsewhere is otherwise."""

from urllib.parse import urlsplit

TOKEN_URL = "https://auth.atlassian.com/oauth/token"  # noqa: S105 - an address
"""Where Atlassian gives tokens."""


def takes_json(token_url: str) -> bool:
    """Return whether tokens are asked for there in JSON, as Atlassian documents it; the others take a form."""
    return urlsplit(token_url).hostname == urlsplit(TOKEN_URL).hostname
