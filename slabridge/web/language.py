"""The language in which somebody is shown the pages."""

from contextlib import suppress
from typing import Final, get_args

from starlette.requests import Request

from slabridge.config import Config
from slabridge.text.language import Shown

LANGUAGES: Final[tuple[str, ...]] = get_args(Shown)
COOKIE: Final = "slabridge_language"


def language_of(request: Request, config: Config) -> str:
    """Return the language of who asks: as asked for, as remembered, as their browser wants, else that of reports."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    for code in _wanted(request.headers.get("Accept-Language", "")):
        if code in LANGUAGES:
            return code
    return config.language


def _wanted(accepted: str) -> list[str]:
    """Return the languages that a browser accepts, what it wants most first."""
    found = []
    for part in accepted.lower().split(","):
        code, _, weight = part.partition(";q=")
        with suppress(ValueError):
            found.append((-float(weight or 1), code.strip().partition("-")[0]))
    return [code for weight, code in sorted(found, key=lambda one: one[0]) if weight]
