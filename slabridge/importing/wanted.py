"""What a translation is made for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from slabridge.config import Connection


@dataclass(frozen=True, slots=True)
class Horizon:
    """The dates that are listed where something does not repeat for ever, and the date of today."""

    first: date
    last: date
    today: date

    @property
    def days(self) -> list[date]:
        """All dates."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


NAMED = ("calendars", "clocks", "agreements")
"""The tables that an import names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection whose words are used (None: the tool's own), the dates to list, and the time zone of callers.

    `named` is whether the connection says already which clocks stand for which objectives, `taken` are the names of
    calendars, clocks and agreements that are in its file already.
    """

    connection: Connection | None
    horizon: Horizon
    timezone: str = ""
    named: bool = False
    taken: Mapping[str, Collection[str]] = field(default_factory=dict)
