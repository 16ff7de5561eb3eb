"""Finding what held at an instant, among spans of many owners at once."""

from dataclasses import dataclass

import numpy as np

from sla_engine.table import Rows
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Moments:
    """Instants in [first, last] and owners as one number, so that (owner, instant) sort by owner, then by time."""

    first: int
    last: int

    @property
    def bits(self) -> int:
        """How many bits an instant takes."""
        return (self.last - self.first + 1).bit_length()

    def key(self, owner: Rows, at: Instants) -> Instants:
        """Return the numbers; an instant outside counts as the nearest within.

        Raises:
            OverflowError: there are more owners than fit.
        """
        if len(owner) and int(owner.max()) >> (62 - self.bits):
            raise OverflowError("too many tickets are linked to judge them together")
        result: Instants = (owner << self.bits) + (np.clip(at, self.first, self.last + 1) - self.first)
        return result

    def owner(self, key: Instants) -> Rows:
        """Return the owners of these numbers."""
        return key >> self.bits

    def at(self, key: Instants) -> Instants:
        """Return the instants of these numbers."""
        return (key & ((1 << self.bits) - 1)) + self.first


def spread(first: Rows, count: Rows) -> tuple[Rows, Rows]:
    """Return what ranges [first, first + count) hold: (place of the range, number in it), one after the other."""
    place = np.repeat(np.arange(len(count), dtype=np.int64), count)
    offset = np.arange(len(place), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return place, first[place] + offset
