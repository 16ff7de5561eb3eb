"""What a team has shown that it can do: so many visits leave it by each hour of a day (docs/capacity.md, "Slots")."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np

from sla_engine.instant import NEVER
from sla_engine.worktime import Instants
from slabridge.capacity.hours import HOURS, LocalHours, quantile, weekday

SHOWN: Final = 95
"""A day has as many slots as so many percent of such days did not exceed."""
CLOSED: Final = 7
"""Dates in which a team's calendar has no working time are one kind of day; the others are seven, by weekday."""

ByHour = tuple[int, ...]
"""How many may have left by the end of each of the 24 hours of a day."""


@dataclass(slots=True)
class Slots:
    """The slots of one team, which are used in the order of time.

    `kinds` has the kind of each date of the window, in order; `by_hour` the slots of a kind of day. A slot that is not
    used stays free until the day is over.
    """

    window: LocalHours
    kinds: Sequence[int]
    by_hour: Sequence[ByHour]
    _day: int = -1
    _used: int = field(default=0)

    @classmethod
    def shown(cls, window: LocalHours, working: Collection[int], left: Instants) -> Self:
        """Return the slots that a team has shown, by the instants at which visits left it (ms UTC).

        `working` are the dates (days since 1970) in which its calendar has working time.
        """
        size = window.days[-1] - window.days[0] + 1
        kinds = [weekday(day) if day in working else CLOSED for day in range(window.days[0], window.days[-1] + 1)]
        place = np.searchsorted(np.array(window.starts, np.int64), left, side="right") - 1
        days, hours = (np.array(of, np.int64)[place] for of in (window.days, window.hours))
        seen = np.bincount((days - window.days[0]) * HOURS + hours, minlength=size * HOURS).reshape(size, HOURS)
        done = np.cumsum(seen, axis=1)
        alike = defaultdict[int, list[int]](list)
        for day in window.whole_days.tolist():
            alike[kinds[day - window.days[0]]].append(day - window.days[0])
        by_hour = [
            tuple(quantile(sorted(column), SHOWN) for column in done[alike[kind]].T.tolist())
            if alike[kind]
            else (0,) * HOURS
            for kind in range(CLOSED + 1)
        ]
        return cls(window, kinds, by_hour)

    @property
    def total(self) -> int:
        """All slots of the window."""
        return sum(self.by_hour[kind][-1] for kind in self.kinds)

    def fresh(self) -> "Slots":
        """Return the same, none of them used."""
        return Slots(self.window, self.kinds, self.by_hour)

    def free(self, at: int) -> int:
        """Return the first instant at or after one of the window at which a slot is free; `NEVER` if none is."""
        days, hours = self.window.days, self.window.hours
        place = self.window.place(at)
        if self._has(days[place], hours[place]):
            return at
        for later in range(place + 1, len(days)):
            if self._has(days[later], hours[later]):
                return self.window.starts[later]
        return NEVER

    def use(self, at: int) -> None:
        """Use a slot at an instant at which one is free."""
        day = self.window.days[self.window.place(at)]
        self._day, self._used = day, self._used + 1 if day == self._day else 1

    def _has(self, day: int, hour: int) -> bool:
        used = self._used if day == self._day else 0
        return self.by_hour[self.kinds[day - self.window.days[0]]][hour] > used
