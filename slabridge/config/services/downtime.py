"""Whether a promised percentage and the hours that a contract names beside it say the same."""

from datetime import UTC, datetime
from fractions import Fraction

import numpy as np

from sla_engine import Calendar
from sla_engine.calendar import CalendarDefinition
from sla_engine.instant import MINUTE, instant_of
from slabridge.config.problem import KeyPath
from slabridge.config.reading import Reading
from slabridge.text.spoken import spoken

_YEARS = range(2024, 2028)
"""A leap year and three others: their months are as long as months get, with their holidays."""


def check_downtime(most: int, target: Fraction, calendar: CalendarDefinition, path: KeyPath, reading: Reading) -> None:
    """Note a problem where no month's service time has so much that may be down (ms) by the share that is promised."""
    starts = [instant_of(datetime(year, month, 1, tzinfo=UTC)) for year in _YEARS for month in range(1, 13)]
    ends = [*starts[1:], instant_of(datetime(_YEARS.stop, 1, 1, tzinfo=UTC))]
    served = Calendar(calendar).elapsed(np.array(starts), np.array(ends)).tolist()
    least, greatest = (int(time * (1 - target)) for time in (min(served), max(served)))
    if not least - MINUTE < most < greatest + MINUTE:
        left = f"{float(100 * target):g} % of a month's service time leaves {spoken(least)} to {spoken(greatest)}"
        reading.problem(path, f"does not agree with availability: {left}; change one of the two", spoken(most))
