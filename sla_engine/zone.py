"""A time zone for arrays: the local time of many instants at once."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from sla_engine.instant import DAY, SECOND, instant_of, moment_of

Instants = npt.NDArray[np.int64]

_MARGIN: Final = 2 * DAY


class Zone:
    """The offsets of an IANA zone, year by year as instants reach them."""

    def __init__(self, name: str) -> None:
        self.info = ZoneInfo(name)
        self._begin = self._end = 0
        self._changes: Instants = np.zeros(0, np.int64)
        self._offsets: Instants = np.zeros(0, np.int64)

    def local(self, at: Instants) -> Instants:
        """Return local times, in milliseconds since a local 1970-01-01T00:00:00."""
        if not len(at):
            return at
        first, last = int(at.min()), int(at.max())
        if not self._begin <= first <= last < self._end:
            self._cover(first, last)
        result: Instants = at + self._offsets[np.searchsorted(self._changes, at, side="right") - 1]
        return result

    def instant(self, day: int, minute: int) -> int:
        """Return the instant of a local time, in minutes since the midnight of a date (days since 1970).

        A time in a spring gap moves forward by the gap, an ambiguous one is its first occurrence.
        """
        local = datetime(1970, 1, 1) + timedelta(days=day, minutes=minute)  # noqa: DTZ001 - a local time, whose zone follows
        return instant_of(local.replace(tzinfo=self.info))

    def _cover(self, first: int, last: int) -> None:
        """Find the changes of all years from the first instant's to the last one's: day by day, then to the second."""
        if self._end:
            first, last = min(first, self._begin), max(last, self._end - 1)
        self._begin, self._end = (
            instant_of(datetime(year, 1, 1, tzinfo=UTC)) for year in (moment_of(first).year, moment_of(last).year + 1)
        )
        days = range(self._begin - _MARGIN, self._end + _MARGIN, DAY)
        offsets = [self._offset(day) for day in days]
        changes, found = [days[0]], [offsets[0]]
        for day, before, after in zip(days, offsets, offsets[1:], strict=False):
            if before != after:
                changes.append(self._change(day, day + DAY, before))
                found.append(after)
        self._changes, self._offsets = np.array(changes, np.int64), np.array(found, np.int64)

    def _change(self, before: int, after: int, offset: int) -> int:
        while after - before > SECOND:
            middle = (before + after) // (2 * SECOND) * SECOND
            before, after = (middle, after) if self._offset(middle) == offset else (before, middle)
        return after

    def _offset(self, at: int) -> int:
        offset = moment_of(at).astimezone(self.info).utcoffset()
        return (offset or timedelta()) // timedelta(milliseconds=1)
