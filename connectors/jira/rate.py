"""How Jira says over HTTP which of its limits was met, and what failed.

https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
"""

import re
from datetime import UTC, datetime

from connectors.http.answer import joined, message_of, seconds_until
from connectors.http.rules import Headers, Limited, Rules, Scope
from sla_engine.instant import SECOND, instant_of

_SCOPES = (
    ("jira-per-issue-on-write", Scope.TICKET),
    ("jira-quota-", Scope.QUOTA),
    ("jira-cost-based", Scope.QUOTA),
    ("jira-burst-based", Scope.ENDPOINT),
)
"""What a reason that begins so is about; any other, and none, is about the host."""


def limited(headers: Headers) -> Limited:
    """Return what a 429 says, by its reason."""
    reason = headers.get("RateLimit-Reason") or headers.get("X-Beta-RateLimit-Reason") or ""
    scope = next((scope for beginning, scope in _SCOPES if reason.startswith(beginning)), Scope.HOST)
    return Limited(scope, reason, _reset(headers))


def message(body: object) -> str:
    """Return what the JSON of an error says to people, "" where it says nothing."""
    if not isinstance(body, dict):
        return ""
    messages, errors = body.get("errorMessages"), body.get("errors")
    parts = [message_of(body), body.get("errorMessage")]
    parts += messages if isinstance(messages, list) else []
    parts += [f"{field}: {said}" for field, said in errors.items()] if isinstance(errors, dict) else []
    return joined(parts)


def _reset(headers: Headers) -> float | None:
    """Return the seconds until `X-RateLimit-Reset`, a minute without seconds, of which the last second counts."""
    text = headers.get("X-RateLimit-Reset", "").strip()
    try:
        at = instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))
    except ValueError:
        return None
    is_minute = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", text)
    return seconds_until(at + (59 * SECOND if is_minute else 0), headers)


RULES = Rules(limited=limited, message=message)
