"""Addresses of a page, made from what was asked of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Link:
    """Makes addresses of a page from what was asked of it: with other values, and without some."""

    path: str
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to(self, **other: str | tuple[str, ...] | None) -> str:
        """Return the address with these values in place of those that were asked for; None: without."""
        given = {name: (value,) if isinstance(value, str) else value for name, value in other.items()}
        query = {**self.query, **given}
        pairs = [(name, one) for name, values in query.items() if values is not None for one in values]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path
