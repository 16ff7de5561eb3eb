"""A replay that delays nothing changes nothing, and one that does moves what comes after, in order."""

from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import given

from sla_engine import Engine, read_ticket
from sla_engine.instant import DAY, HOUR, parse_instant
from sla_engine.table import Rows
from sla_engine.tabulate import tabulate
from slabridge.capacity.gathered import Gathered
from slabridge.capacity.hours import LocalHours
from slabridge.capacity.moved import Moves, moved
from slabridge.capacity.replay import Replay, Teams, replay
from slabridge.capacity.slots import Slots
from slabridge.capacity.teams import TeamVisits
from slabridge.capacity.trial import Trial
from slabridge.capacity.work import Copies, times_of
from slabridge.config import load_definitions
from slabridge.ticket.mapping import Mapper
from tests.reference.random_calendars import Table
from tests.reference.random_cases import examples, random_case, seeds
from tests.slabridge.capacity.made import at, config_in, made


def gathered_of(rng: Random) -> tuple[Gathered, TeamVisits, list[Table]]:
    case = random_case(rng, tickets=6)
    engine, until = Engine(load_definitions(case.document)), parse_instant(case.as_of)
    for n, ticket in enumerate(case.tickets):
        ticket["key"] = ticket["id"] = f"T{n}"
    day = int(engine.zone.local(np.array([until], np.int64))[0]) // DAY
    first = engine.zone.instant(day - rng.choice([1, 3, 60]), 0)
    gathered = Gathered(engine, first, until)
    gathered.add([read_ticket(ticket) for ticket in case.tickets])
    return gathered, TeamVisits(gathered, LocalHours.of(engine.zone, first, until)), case.tickets


def trial_of(gathered: Gathered, replays: dict[int, Replay], tickets: list[Table]) -> Trial:
    trial = Trial(gathered, replays)
    for ticket in tickets:  # one by one: how they are cut into batches makes no difference
        trial.add([read_ticket(ticket)])
    return trial


@examples(100)
@given(seeds())
def test_without_slots_the_same_tickets_come_out_as_in_truth(rng: Random) -> None:
    gathered, visits, tickets = gathered_of(rng)
    free = Teams({}, visits.teams.times)
    copies = visits.copies(0)
    found = replay(visits.work, copies, free, gathered.until)
    trial = trial_of(gathered, {0: found}, tickets)
    assert trial.kept[0] == gathered.kept


@examples(60)
@given(seeds())
def test_without_slots_a_ticket_that_comes_twice_counts_twice(rng: Random) -> None:
    gathered, visits, tickets = gathered_of(rng)
    times = np.full(len(gathered.column("identity")), 2)
    found = replay(visits.work, Copies.of(visits.work, times), Teams({}, visits.teams.times), gathered.until)
    trial = trial_of(gathered, {100: found}, tickets)
    for name, kept in gathered.kept.items():
        again = trial.kept[100][name]
        assert kept.cycles <= again.cycles <= 2 * kept.cycles  # one that nobody ever had in hand comes once
        assert kept.breached <= again.breached <= 2 * kept.breached


@examples(100)
@given(seeds())
def test_however_late_visits_leave_histories_stay_in_order(rng: Random) -> None:
    gathered, visits, tickets = gathered_of(rng)
    window = LocalHours.of(gathered.engine.zone, gathered.first, gathered.until)
    size = window.days[-1] - window.days[0] + 1
    steps = np.cumsum([rng.choice([0, 0, 1]) for _ in range(24)]).tolist()
    slots = {team: Slots(window, [0] * size, [tuple(steps)]) for team in range(3)}
    teams = Teams({team: one for team, one in slots.items() if team in visits.teams.times}, visits.teams.times)
    copies = Copies.of(visits.work, np.full(len(gathered.column("identity")), rng.choice([1, 3])))
    found = replay(visits.work, copies, teams, gathered.until)
    [(_, late)] = Trial(gathered, {0: found}).tables([read_ticket(ticket) for ticket in tickets])
    for begin, end in pairwise(late.first.tolist()):
        assert (np.diff(late.at[begin:end]) >= 0).all()


def test_what_happens_in_a_visit_happens_at_the_same_share_of_it_and_what_follows_is_as_late(tmp_path: Path) -> None:
    fields = {"status": "new", "priority": "P2", "team": "Desk"}
    steps = (
        (at(0, 10), {"status": "active"}),
        (at(0, 13), {"team": "Network"}),
        (at(0, 15), {"status": "resolved"}),
        (at(0, 16), {"priority": "P3"}),
    )
    mapper = Mapper(config_in(tmp_path).connections[0].mapping)
    table, _ = tabulate([mapper.ticket(made("T", at(0, 9), fields, *steps))], ["status", "team", "priority"])
    moves = Moves(
        ticket=column(0),
        first=column(0, 2),
        begin=column(0, 2),
        end=column(2, 3),
        came=column(at(0, 9), at(0, 13)),
        left=column(at(0, 13), at(0, 15)),
        leaves=column(at(0, 17), at(1, 11)),
    )
    hours = [(one - at(0)) / HOUR for one in moved(table, moves, at(3)).at.tolist()]
    assert hours == [9, 11, 17, 35, 36]  # active after a quarter of the visit; resolved and what follows 20 hours later
    assert len(moved(table, moves, at(0, 20)).at) == 3  # the rest is not seen yet


def column(*values: int) -> Rows:
    return np.array(values, np.int64)


def test_whoever_comes_twice_where_few_more_come_does_so_where_more_do() -> None:
    identity = np.arange(100)
    assert [int((times_of(identity, growth) - 1).sum()) for growth in (0, 5, 20, 100, 250)] == [0, 5, 20, 100, 250]
    assert (times_of(identity, 30) >= times_of(identity, 20)).all()


def test_a_ticket_whose_history_has_changed_since_stays_as_it_is_and_comes_once(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    mapper, gathered = Mapper(config.connections[0].mapping), Gathered(Engine(config.definitions), at(0), at(7))
    fields = {"status": "new", "priority": "P2", "team": "Desk"}
    before = made("T", at(0, 9), fields, (at(0, 10), {"status": "resolved"}))
    after = made("T", at(0, 9), fields, (at(0, 9.5), {"priority": "P1"}), (at(0, 10), {"status": "resolved"}))
    gathered.add([mapper.ticket(before)])
    visits = TeamVisits(gathered, LocalHours.of(gathered.engine.zone, at(0), at(7)))
    found = replay(visits.work, visits.copies(200), visits.teams, gathered.until)
    for native, times in ((before, 3), (after, 1)):
        [(_, table)] = Trial(gathered, {200: found}).tables([mapper.ticket(native)])
        assert len(table.first) - 1 == times
