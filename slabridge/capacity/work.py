"""The visits of a window, of all tickets, in arrays: what a replay needs to know."""

from dataclasses import dataclass

import numpy as np

from sla_engine.table import Rows
from sla_engine.worktime import Instants


@dataclass(frozen=True, slots=True)
class Work:
    """Visits by ticket and time; those of ticket t are [first[t], first[t + 1]).

    `team` and `rank` (of its priority, 0 is served first) are numbers, `came` and `left` ms UTC (NULL: it is there
    still). `worked` is the working time that each visit took, and `idle` what passed from its end until the visit left,
    both ms.
    """

    first: Rows
    team: Rows
    rank: Rows
    came: Instants
    left: Instants
    worked: Instants
    idle: Instants


@dataclass(frozen=True, slots=True)
class Copies:
    """Tickets that come once or several times: `ticket` is whose copy each is, `first` its first visit of all copies.

    `visit` is the visit of each visit of a copy.
    """

    ticket: Rows
    first: Rows
    visit: Rows

    @classmethod
    def of(cls, work: Work, times: Rows) -> "Copies":
        """Return so many copies of each ticket, one beside the other."""
        ticket = np.repeat(np.arange(len(times)), times)
        size = np.diff(work.first)[ticket]
        first = np.concatenate([[0], np.cumsum(size)])
        visit = np.arange(first[-1]) + np.repeat(work.first[ticket] - first[:-1], size)
        return cls(ticket, first, visit)


def times_of(identity: Rows, percent: int) -> Rows:
    """Return how often tickets come where so many percent more come, by a number from 0 to 99 that is each one's own.

    Whoever comes twice where few more come does so where more do.
    """
    return 1 + percent // 100 + (identity < percent % 100).astype(np.int64)
