"""The same tickets once more, or more of them, through teams that do in a day what they have shown that they can do.

Nothing is drawn by lot, so the same visits always leave alike (docs/capacity.md, "The replay").
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np

from sla_engine.instant import NULL
from sla_engine.worktime import Instants
from slabridge.capacity.slots import Slots
from slabridge.capacity.work import Copies, Work
from slabridge.capacity.worktime import WorkTime

_Rank = tuple[int, int, int]
"""Who is served first: by priority, then by when it came, then by its place among all visits of copies."""


@dataclass(frozen=True, slots=True)
class Teams:
    """What teams work by, by number: `slots` only of those that have any limit, `times` of all."""

    slots: Mapping[int, Slots]
    times: Mapping[int, WorkTime]


class Replay(NamedTuple):
    """When each visit of each copy leaves, ms UTC; `until` + 1 if not by then.

    `waited` is for how long, in ms, visits that were ready waited for a slot in the mean, by team.
    """

    copies: Copies
    leaves: Instants
    waited: Mapping[int, int]


def replay(work: Work, copies: Copies, teams: Teams, until: int) -> Replay:
    """Let all copies of visits through their teams, up to `until` (ms UTC).

    A visit is ready when it has had, from when it came, the working time that it took in truth, and leaves in the
    first slot of its team that is free then; a team without slots lets all go that are ready. What comes after it comes
    later by as much.
    """
    running = _Replay(work, copies, teams, until)
    running.run()
    return Replay(copies, running.leaves, running.waited)


class _Replay:
    def __init__(self, work: Work, copies: Copies, teams: Teams, until: int) -> None:
        columns = (work.team, work.rank, work.came, work.left, work.worked, work.idle)
        self._team, self._rank, self._came, self._left, self._worked, self._idle = (
            column[copies.visit].data for column in columns
        )
        self._heads = copies.first[:-1].tolist()
        last = np.zeros(len(copies.visit), np.bool_)
        last[copies.first[1:] - 1] = True
        self._last = last.data
        self._until = until
        self.leaves = np.full(len(copies.visit), until + 1, np.int64)
        self._leave_at = self.leaves.data
        self._tries = np.full(len(copies.visit), NULL, np.int64).data
        """When each visit that is ready tries to leave, if it is the first of its team then."""
        self._times = teams.times
        self._slots = {team: one.fresh() for team, one in teams.slots.items()}
        self._waiting: dict[int, list[_Rank]] = {team: [] for team in teams.slots}
        self._events: list[tuple[int, _Rank]] = []
        self._ready: Counter[int] = Counter()
        self._wait: Counter[int] = Counter()

    @property
    def waited(self) -> dict[int, int]:
        """For how long visits waited in the mean, by team; those that wait still, until now."""
        still = {team: len(waiting) * self._until for team, waiting in self._waiting.items()}
        return {team: (self._wait[team] + still[team]) // count for team, count in self._ready.items()}

    def run(self) -> None:
        """Go from event to event, in the order of time and then of who is served first."""
        heads = [place for place in self._heads if self._left[place] != NULL]
        self._events = [(self._left[place], (self._rank[place], self._came[place], place)) for place in heads]
        heapify(self._events)
        while self._events and self._events[0][0] <= self._until:
            at, rank = heappop(self._events)
            self._try(at, rank)

    def _try(self, at: int, rank: _Rank) -> None:
        """Let a visit go that is ready, if it is the first of its team and a slot is free."""
        place = rank[2]
        team = self._team[place]
        slots = self._slots.get(team)
        if slots is None:
            self._leave(place, at)
            return
        waiting = self._waiting[team]
        if self._leave_at[place] <= self._until:
            return
        if self._tries[place] == NULL:
            self._tries[place] = at
            heappush(waiting, rank)
            self._ready[team] += 1
            self._wait[team] -= at
        if waiting[0] != rank or self._tries[place] != at:
            return  # the first of the team has an event of its own, and this one gets another when it is the first
        free = slots.free(at)
        if free > at:
            self._try_at(free, rank)
            return
        heappop(waiting)
        slots.use(at)
        self._wait[team] += at
        self._leave(place, at)
        if waiting:
            self._try_at(slots.free(at), waiting[0])

    def _try_at(self, at: int, rank: _Rank) -> None:
        self._tries[rank[2]] = at
        heappush(self._events, (at, rank))

    def _leave(self, place: int, at: int) -> None:
        """Let a visit leave; what comes after it comes."""
        self._leave_at[place] = at
        following = place + 1
        if self._last[place] or self._left[following] == NULL:
            return
        late = at - self._left[place]
        came, ready = self._came[following] + late, self._left[following]
        if late:
            ready = self._times[self._team[following]].due(came, self._worked[following]) + self._idle[following]
        heappush(self._events, (ready, (self._rank[following], came, following)))
