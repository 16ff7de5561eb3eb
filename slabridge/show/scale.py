"""How a picture is laid out on a page, and where in it an instant stands."""

from dataclasses import dataclass
from typing import Final

from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.show.picture import Picture
from slabridge.text.language import Language
from slabridge.text.spoken import said_at, zoned

_STEPS = (5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY)


@dataclass(frozen=True, slots=True)
class Form:
    """A width, the room at the edges and to the left of the bars, and how many times of day there is room for.

    Lanes have their titles to the left of their bars, or above them.
    """

    name: str
    width: int
    edge: int
    left: int
    ticks: int
    above: bool = False


WIDE: Final = Form("wide", width=1000, edge=24, left=208, ticks=9)
NARROW: Final = Form("narrow", width=400, edge=8, left=8, ticks=4, above=True)
"""For a phone."""


class Scale:
    """From instants to places on the page."""

    def __init__(self, picture: Picture, form: Form, language: Language) -> None:
        self.first, self.last = picture.start, picture.end
        self.form, self.language, self._zone = form, language, picture.zone
        self.dot = max(1, self.last - self.first) / (form.width - form.left - form.edge)
        """How long a stretch of time is as wide as 1, ms."""

    def x(self, at: int) -> float:
        """Return how far to the right an instant stands."""
        return round(self.form.left + (at - self.first) / self.dot, 1)

    def clock(self, at: int) -> str:
        """Return the local time of an instant, with its date where the picture spans days."""
        if self.last - self.first > DAY:
            return self.language.tell(said_at(at, self._zone, self.first))
        return f"{zoned(at, self._zone):%H:%M}"

    def ticks(self) -> list[int]:
        """Return instants at whole hours or days of local time, as many as fit."""
        span, most = self.last - self.first, self.form.ticks
        step = next((step for step in _STEPS if span / step <= most), -(-span // (most * DAY)) * DAY)
        ahead = self._ahead(self.first)
        first = -(-(self.first + ahead) // step) * step - ahead
        found = range(first, self.last + 1, step)
        # Days begin at midnight, also after the clocks were changed.
        return list(found) if step < DAY else [at + ahead - self._ahead(at) for at in found]

    def _ahead(self, at: int) -> int:
        offset = zoned(at, self._zone).utcoffset()
        return 0 if offset is None else int(offset.total_seconds()) * 1000
