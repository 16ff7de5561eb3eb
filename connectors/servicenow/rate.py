"""How ServiceNow says over HTTP that it limits us, that something failed, and that it cancelled what took too long."""

import re

from connectors.http.answer import joined, message_of, seconds_until
from connectors.http.rules import Headers, Limited, Rules, Scope

_CANCELLED = re.compile(r"transaction cancel|execution time", re.IGNORECASE)
_WORD_OF_A_RATE = re.compile(r"retry-after|(x-)?ratelimit", re.IGNORECASE)


def limited(headers: Headers) -> Limited:
    """Return what a 429 says; `X-RateLimit-Reset` holds unix seconds.

    Without any word of a rate it is the semaphore: too many calls of ours are under way.
    """
    if not any(map(_WORD_OF_A_RATE.match, headers)):
        return Limited(Scope.AT_ONCE)
    reset = headers.get("X-RateLimit-Reset", "").strip()
    return Limited(seconds=seconds_until(int(reset) * 1000, headers) if re.fullmatch(r"\d{9,11}", reset) else None)


def message(body: object) -> str:
    """Return what the JSON of an error says to people, "" where it says nothing."""
    error = body.get("error") if isinstance(body, dict) else None
    return joined([error.get("message"), error.get("detail")]) if isinstance(error, dict) else message_of(body)


def is_cancelled(text: str) -> bool:
    """Say whether a text of the instance's says that a quota rule cancelled what took too long."""
    return _CANCELLED.search(text) is not None


RULES = Rules(limited=limited, message=message, cancelled=is_cancelled)
