"""How the files of a report are called."""

import re

_ODD = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST = 40


def name_of(period: str, *about: str) -> str:
    """Return how the files of a report are called, without their endings; `about` are its services and customer."""
    parts = [_ODD.sub("-", part).strip("-")[:_LONGEST] for part in about]
    return "-".join(["report", period.replace("..", "_"), *parts])
