"""What the gathered visits say of the teams: by which calendar each works, and what it can do."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from sla_engine import Calendar
from sla_engine.instant import NULL
from slabridge.capacity.gathered import Gathered
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.load import Load, Taken, expected
from slabridge.capacity.replay import Replay, Teams
from slabridge.capacity.slots import Slots
from slabridge.capacity.work import Copies, Work, times_of
from slabridge.capacity.worktime import WorkTime


class TeamVisits:
    """The visits that were gathered, by the calendars of their teams, in a window."""

    def __init__(self, gathered: Gathered, window: LocalHours) -> None:
        self._gathered = gathered
        self._window = window
        self.calendars = _calendars(gathered)
        self.work = self._work()
        self._days = {name: self._working_days(gathered.engine.calendars[name]) for name in {*self.calendars}}
        self._times = {
            name: WorkTime.of(gathered.engine.calendars[name], window.first, window.until) for name in self._days
        }
        self._has_left = np.flatnonzero(self.work.left != NULL)
        self.teams = Teams(self._slots(), {n: self._times[name] for n, name in enumerate(self.calendars)})

    def copies(self, growth: int) -> Copies:
        """Return the tickets once more where arrivals grow by so many percent: those created in the window."""
        gathered = self._gathered
        times = times_of(gathered.column("identity") % 100, growth)
        return Copies.of(self.work, np.where(gathered.column("born") >= self._window.first, times, 1))

    def loads(self, replays: Sequence[Replay]) -> list[Load]:
        """Return what each team has, and how long visits wait in two replays; first the teams that most leaves."""
        found = (self._load(team, replays) for team in np.unique(self.work.team).tolist())
        return sorted(found, key=lambda load: (-load.left, -load.open, load.team))

    def _load(self, team: int, replays: Sequence[Replay]) -> Load:
        mine = self.work.team == team
        left, came = self.work.left[mine], self.work.came[mine]
        slots = self.teams.slots.get(team)
        return Load(
            team=self._gathered.teams.texts[team],
            calendar=self.calendars[team],
            open=int((left == NULL).sum()),
            waiting=self._gathered.waiting[team],
            work=expected(self._taken(team)),
            days=len(self._days[self.calendars[team]]),
            came=self._window.counted(came),
            left=self._window.counted(left),
            slots=None if slots is None else slots.total,
            waited=(replays[0].waited.get(team, 0), replays[1].waited.get(team, 0)),
        )

    def _taken(self, team: int) -> Taken:
        mine = np.flatnonzero(self.work.team == team)
        left, came = self.work.left[mine], self.work.came[mine]
        calendar = self._gathered.engine.calendars[self.calendars[team]]
        took = np.where(
            left == NULL, calendar.elapsed(came, np.full_like(came, self._window.until)), self.work.worked[mine]
        )
        entered = calendar.elapsed(came, np.maximum(came, self._window.first))
        return Taken(entered, took, left != NULL)

    def _work(self) -> Work:
        column = self._gathered.column
        team, came, left = column("team"), column("came"), column("left")
        worked, idle = np.zeros_like(came), np.zeros_like(came)
        names = np.array(self.calendars, np.object_)
        for name in {*self.calendars}:
            calendar = self._gathered.engine.calendars[name]
            mine = np.flatnonzero((names[team] == name) & (left != NULL))
            worked[mine] = calendar.elapsed(came[mine], left[mine])
            idle[mine] = left[mine] - calendar.due(came[mine], worked[mine])
        rank = self._gathered.priorities.sorted()[column("priority")]
        first = np.concatenate([[0], np.cumsum(column("visits"))])
        return Work(first, team, rank, came, left, worked, idle)

    def _working_days(self, calendar: Calendar) -> list[int]:
        known, whole = calendar.working_days(self._window.first, self._window.until).day, self._window.whole_days
        days: list[int] = np.intersect1d(known, whole).tolist()
        return days

    def _slots(self) -> dict[int, Slots]:
        """Return the slots of the teams of which they can be told.

        As many must have left as there are working days, and no more than there are slots.
        """
        found = {}
        for team, name in enumerate(self.calendars):
            left = self.work.left[self._has_left][self.work.team[self._has_left] == team]
            if len(left) >= max(1, len(self._days[name])):
                slots = Slots.shown(self._window, self._working(name), left)
                if slots.total >= len(left):
                    found[team] = slots
        return found

    def _working(self, name: str) -> frozenset[int]:
        calendar = self._gathered.engine.calendars[name]
        return frozenset(calendar.working_days(self._window.first, self._window.until).day.tolist())


def _calendars(gathered: Gathered) -> list[str]:
    """Return the calendar of each team: by which most of its OLA and UC cycles are judged, else most of its SLA cycles.

    One that has neither has that of most cycles of all.
    """
    order = {name: -n for n, name in enumerate(gathered.engine.calendars)}
    every: Counter[str] = Counter()
    own: dict[int, Counter[tuple[bool, str]]] = {}
    for (team, beneath, name), count in gathered.calendars.items():
        every[name] += count
        own.setdefault(team, Counter())[beneath, name] += count
    usual = max(order, key=lambda name: (every[name], order[name]))

    def of(team: int) -> str:
        counts = own.get(team)
        if counts is None:
            return usual
        return max(counts, key=lambda key: (key[0], counts[key], order[key[1]]))[1]

    return [of(team) for team in range(len(gathered.teams.texts))]
