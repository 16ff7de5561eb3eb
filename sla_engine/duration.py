"""Durations as people agree on them: `90s`, `30m`, `4h`, `1h30m`, `2wd`."""

import re
from dataclasses import dataclass

from sla_engine.instant import HOUR, MINUTE, SECOND

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR}
_PART = re.compile(r"(\d+)(wd|[smhd])")


@dataclass(frozen=True, slots=True)
class Duration:
    """An amount of working time: milliseconds, and working days whose length the calendar says."""

    ms: int
    working_days: int = 0

    def within(self, day: int | None) -> int:
        """Return the milliseconds, with working days of `day` milliseconds.

        Raises:
            ValueError: the duration has working days, and the calendar does not say how long one is.
        """
        if not self.working_days:
            return self.ms
        if day is None:
            raise ValueError('a duration in working days (wd) needs `day` in its calendar, as in day = "8h"')
        return self.ms + self.working_days * day


def parse_duration(text: str) -> Duration:
    """Read a duration.

    Raises:
        ValueError: with what to write instead.
    """
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError(f"{text!r} is no duration; write 90s, 30m, 4h, 1h30m or 2wd")
    units = [unit for _, unit in parts]
    if "d" in units:
        raise ValueError(
            f"{text!r}: tools disagree on what a day is; write {text.replace('d', 'wd')!r} for working days "
            f"of the calendar, or hours ({24 * int(parts[units.index('d')][0])}h)"
        )
    if len(set(units)) < len(units):
        raise ValueError(f"{text!r} names a unit twice")
    ms = sum(int(number) * _UNITS[unit] for number, unit in parts if unit != "wd")
    days = sum(int(number) for number, unit in parts if unit == "wd")
    if not ms and not days:
        raise ValueError(f"{text!r} is zero; a duration is at least 1s")
    return Duration(ms, days)
