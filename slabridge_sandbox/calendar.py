"""Working time, one local date of a zone after the other.

It shares nothing with slabridge's engine, so that `slabridge compare` puts two calculations beside each other, not one.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from slabridge_sandbox.instant import DAY, EPOCH, instant_of

Shift = tuple[int, int]
"""From and until, in minutes since midnight of a local date; until is over 1440 where it runs into the next date."""
Stretch = tuple[int, int]
"""Half-open [start, end), ms UTC."""

WHOLE_DATE: Shift = (0, 24 * 60)


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """When people work.

    `weekly` has the shifts that begin on each weekday, Monday first. `holidays` take a whole local date out, `excluded`
    shifts of a date, and `weekly_excluded` those of a weekday (0 is Monday). Local times become instants by the rules
    of the zone: one in a spring gap moves forward by the gap, one that comes twice in autumn is the first.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Shift, ...], ...]
    holidays: Container[date] = ()
    excluded: Mapping[date, tuple[Shift, ...]] = field(default_factory=dict)
    weekly_excluded: Mapping[int, tuple[Shift, ...]] = field(default_factory=dict)
    _known: dict[int, tuple[Stretch, ...]] = field(init=False, repr=False, default_factory=dict)

    def worked(self, start: int, end: int) -> int:
        """Return the working time in [start, end), ms; 0 where the end comes first."""
        return sum(
            max(0, min(closing, end) - max(opening, start))
            for day in range(start // DAY - 1, end // DAY + 2)  # nowhere is it another date than a day off UTC's
            for opening, closing in self._stretches(day)
        )

    def add(self, start: int, amount: int) -> int:
        """Return when so much working time (ms) is over, counted from `start`; that is `start` itself for none.

        Raises:
            OverflowError: it is never over.
        """
        if amount == 0:
            return start
        day = start // DAY - 1
        while True:
            for opening, closing in self._stretches(day):
                available = max(0, closing - max(opening, start))
                if amount <= available:
                    return closing - available + amount
                amount -= available
            day += 1

    def open_at(self, instant: int) -> bool:
        """Tell whether an instant is working time."""
        return self.worked(instant, instant + 1) == 1

    def _stretches(self, day: int) -> tuple[Stretch, ...]:
        """Return the working time of the local date so many days after 1970 began, in order."""
        known = self._known.get(day)
        if known is None:
            known = self._known[day] = tuple(self._work_out(EPOCH.date() + timedelta(days=day)))
        return known

    def _work_out(self, today: date) -> Iterator[Stretch]:
        if today in self.holidays:
            return
        # A shift of yesterday may end today; after a date that the zone left out, as Apia did, one of the day before.
        days = [today - timedelta(days=back) for back in (2, 1, 0)]
        worked = [self._stretch(day, shift) for day in days for shift in self.weekly[day.weekday()]]
        excluded = [
            self._stretch(day, shift)
            for day in days
            for shift in (*self.excluded.get(day, ()), *self.weekly_excluded.get(day.weekday(), ()))
        ]
        midnight, next_midnight = self._stretch(today, WHOLE_DATE)
        edges = {edge for stretch in worked + excluded for edge in stretch if midnight < edge < next_midnight}
        for start, end in pairwise(sorted({midnight, next_midnight} | edges)):
            if _in_any(worked, start) and not _in_any(excluded, start):
                yield start, end

    def _stretch(self, day: date, shift: Shift) -> Stretch:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        # Adding to an aware datetime moves its wall clock, and leaves the offset to the zone.
        start, end = (instant_of(midnight + timedelta(minutes=minutes)) for minutes in shift)
        return start, end


def _in_any(stretches: Iterable[Stretch], instant: int) -> bool:
    return any(start <= instant < end for start, end in stretches)
