"""Visits leave in the slots that a slow and obvious queue gives them."""

from dataclasses import dataclass, field
from random import Random

import numpy as np
from hypothesis import given

from sla_engine import Calendar
from sla_engine.calendar import CalendarDefinition, Span
from sla_engine.instant import DAY, HOUR, MINUTE, NULL
from sla_engine.zone import Zone
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.replay import Teams, replay
from slabridge.capacity.slots import Slots
from slabridge.capacity.work import Copies, Work
from slabridge.capacity.worktime import WorkTime
from tests.reference.random_cases import examples, seeds

FIRST = 20_514 * DAY  # Monday 2026-03-02
DAYS = 6
UNTIL = FIRST + DAYS * DAY - 7 * HOUR + 7 * MINUTE
OFFICE = CalendarDefinition("UTC", (*[(Span(8 * 60, 17 * 60),)] * 5, (), ()))
WINDOW = LocalHours.of(Zone("UTC"), FIRST, UNTIL)


@dataclass
class Ticket:
    """One ticket as plain lists: (team, rank, came, left or None)."""

    visits: list[tuple[int, int, int, int | None]]
    times: int = 1


@dataclass
class Case:
    tickets: list[Ticket]
    by_hour: dict[int, list[int]]
    """Of each team that has slots: how many may leave by each hour of any day."""
    calendar: Calendar = field(default_factory=lambda: Calendar(OFFICE))


def random_case(rng: Random) -> Case:
    by_hour = {}
    for team in range(3):
        steps = [rng.choice([0, 0, 0, 0, 1]) for _ in range(24)]
        by_hour[team] = np.cumsum(steps).tolist()
    by_hour.pop(rng.choice([0, 1, 2, 3]), None)
    tickets = []
    for _ in range(rng.randint(1, 9)):
        visits, at = [], FIRST + rng.randint(0, 4 * 24 * 4) * 15 * MINUTE
        for _ in range(rng.randint(1, 4)):
            left = at + rng.randint(1, 60) * rng.choice([15 * MINUTE, HOUR])
            open_now = left > UNTIL or rng.random() < 0.1
            visits.append((rng.randint(0, 2), rng.randint(0, 2), at, None if open_now else left))
            at = left + rng.choice([0, 0, 30 * MINUTE, 5 * HOUR])
            if open_now or at > UNTIL:
                break
        tickets.append(Ticket(visits, rng.choice([1, 1, 1, 2, 3])))
    return Case(tickets, by_hour)


def elapsed(calendar: Calendar, start: int, end: int) -> int:
    return int(calendar.elapsed(np.array([start]), np.array([end]))[0])


def due(calendar: Calendar, start: int, amount: int) -> int:
    return int(calendar.due(np.array([start]), np.array([amount]))[0])


def by_hand(case: Case) -> list[list[int]]:
    """Return when the visits of each copy leave: again and again the one that can leave first does.

    Whoever is ready waits for the first hour in which its team has a slot left of those of the day until then; of
    several who could leave at one instant the one that matters most goes first, then the one that came first.
    """
    copies = [ticket for ticket in case.tickets for _ in range(ticket.times)]
    leaves: list[list[int]] = [[] for _ in copies]
    used: dict[tuple[int, int], int] = {}
    places, place = [], 0
    for copy in copies:
        places.append(place)
        place += len(copy.visits)
    while True:
        found = []
        for n, copy in enumerate(copies):
            done = leaves[n]
            if len(done) == len(copy.visits) or copy.visits[len(done)][3] is None:
                continue
            team, rank, came, left = copy.visits[len(done)]
            assert left is not None
            late = done[-1] - (copy.visits[len(done) - 1][3] or 0) if done else 0
            ready = left
            if late:
                worked = elapsed(case.calendar, came, left)
                ready = due(case.calendar, came + late, worked) + left - due(case.calendar, came, worked)
            at = _free(case, used, team, ready)
            if at is not None:
                found.append((at, rank, came + late, places[n] + len(done), n, team))
        if not found:
            break
        at, _, _, _, n, team = min(found)
        leaves[n].append(at)
        used[team, at // DAY] = used.get((team, at // DAY), 0) + 1
    return [[*done, *[UNTIL + 1] * (len(copy.visits) - len(done))] for done, copy in zip(leaves, copies, strict=True)]


def _free(case: Case, used: dict[tuple[int, int], int], team: int, ready: int) -> int | None:
    at = ready
    while (
        team in case.by_hour and at <= UNTIL and case.by_hour[team][at // HOUR % 24] <= used.get((team, at // DAY), 0)
    ):
        at = (at // HOUR + 1) * HOUR
    return at if at <= UNTIL else None


def replayed(case: Case) -> list[list[int]]:
    visits = [visit for ticket in case.tickets for visit in ticket.visits]
    team, rank, came = (np.array([visit[n] for visit in visits], np.int64) for n in range(3))
    left = np.array([NULL if visit[3] is None else visit[3] for visit in visits], np.int64)
    ended = np.where(left == NULL, came, left)
    worked = case.calendar.elapsed(came, ended)
    idle = ended - case.calendar.due(came, worked)
    first = np.cumsum([0, *(len(ticket.visits) for ticket in case.tickets)])
    work = Work(first, team, rank, came, left, worked, idle)
    slots = {team: Slots(WINDOW, [0] * DAYS, [tuple(by_hour)]) for team, by_hour in case.by_hour.items()}
    times = dict.fromkeys(range(3), WorkTime.of(case.calendar, FIRST, UNTIL))
    copies = Copies.of(work, np.array([ticket.times for ticket in case.tickets]))
    found = replay(work, copies, Teams(slots, times), UNTIL).leaves.tolist()
    return [found[one:other] for one, other in zip(copies.first.tolist(), copies.first[1:].tolist(), strict=False)]


@examples(300)
@given(seeds())
def test_visits_leave_as_a_slow_queue_lets_them(rng: Random) -> None:
    case = random_case(rng)
    assert replayed(case) == by_hand(case)
