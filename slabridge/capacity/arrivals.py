"""When tickets come: counts and quantiles of the hours of the week, and no model."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sla_engine.instant import DAY
from sla_engine.table import Mask
from sla_engine.worktime import Instants
from sla_engine.zone import Zone
from slabridge.capacity.hours import LocalHours, quantile


class Cell(NamedTuple):
    """The tickets that came in one hour of the week: the mean, and between what they were in 80 of 100 weeks.

    `weeks` is how many such hours the window has.
    """

    mean: float
    low: int
    high: int
    weeks: int


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The tickets that came to a team ("": in all), `count` of them; 168 cells, Monday's first hour first."""

    team: str
    count: int
    cells: tuple[Cell, ...]


def arrivals_of(team: str, at: Instants, hours: LocalHours) -> Arrivals:
    """Return what instants of creation, ms UTC, come to."""
    cells = []
    for seen in hours.weekly(at):
        ordered = sorted(seen)
        cells.append(
            Cell(sum(seen) / len(seen), quantile(ordered, 10), quantile(ordered, 90), len(seen))
            if seen
            else Cell(0.0, 0, 0, 0)
        )
    return Arrivals(team, int(((at >= hours.first) & (at < hours.until)).sum()), tuple(cells))


def is_dated(at: Instants, zone: Zone) -> Mask:
    """Return which instants are a midnight, of UTC or of a zone: a date, whose time nobody wrote down."""
    found: Mask = (at % DAY == 0) | (zone.local(at) % DAY == 0)
    return found if len(at) else np.zeros(0, np.bool_)
