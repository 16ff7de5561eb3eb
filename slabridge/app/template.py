"""Agreements to begin with: the templates that `init` adds, each a file beside what all share."""

from collections.abc import Iterator
from importlib.resources import files

NAMES = ("basic", "standard", "premium", "public-sector", "manufacturing", "finance", "health-care", "msp")
"""The templates, in the order in which they are offered."""

_PLACE = files("slabridge.templates")


def template(name: str) -> str:
    """Return the agreements of a template, with the calendars and clocks that they need, as TOML.

    Raises:
        KeyError: there is no such template.
    """
    if name not in NAMES:
        raise KeyError(name)
    own, common = (_PLACE.joinpath(f"{one}.toml").read_text("utf-8") for one in (name, "common"))
    head, _, rest = own.partition("\n\n")
    return f"{head}\n\n\n{common}\n\n{rest}"


def headline(name: str) -> str:
    """Return what a template is, in a sentence."""
    head = _PLACE.joinpath(f"{name}.toml").read_text("utf-8").partition("\n#\n")[0]
    return " ".join(part.removeprefix("#").strip() for part in head.splitlines())


def examples(name: str) -> str:
    """Return a template's example tickets, as JSON Lines (docs/tickets.md)."""
    return _PLACE.joinpath(f"{name}.jsonl").read_text("utf-8")


def promised(name: str) -> Iterator[tuple[str, str, str]]:
    """Yield (ticket, agreement.objective, status): what a template's comments say of its example tickets."""
    for line in _PLACE.joinpath(f"{name}.toml").read_text("utf-8").splitlines():
        if not line.startswith("#   "):
            continue
        ticket, objective, status, *_ = line.removeprefix("#   ").split()
        yield ticket, objective, status
