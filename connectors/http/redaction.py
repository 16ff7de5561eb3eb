"""Secrets taken out of what a tool or a proxy says, in each form in which it may say them."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote, urlsplit
from urllib.request import getproxies


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with *** for every secret: as it is, or as URLs, HTML, JSON and headers have it."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    longest_first = sorted(map(re.escape, forms), key=len, reverse=True)
    return re.sub("|".join(longest_first), "***", text, flags=re.IGNORECASE) if forms else text


def basic(user: str, password: str) -> str:
    """Return what a header of basic authentication holds."""
    return b64encode(f"{user}:{password}".encode()).decode()


def of_proxies() -> Iterator[str]:
    """Yield the secrets in the environment's proxies, which may have some, as a configured one may not."""
    for proxy in getproxies().values():
        parts = urlsplit(proxy)
        if parts.password:
            yield unquote(parts.password)
            yield basic(unquote(parts.username or ""), unquote(parts.password))


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield b64encode(secret.encode()).decode()
    for encoded in (
        secret,
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    ):
        yield encoded
        yield quote(encoded)
        yield quote(encoded, safe="")
        yield quote_plus(encoded)
