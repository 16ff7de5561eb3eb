"""A sample is what the engine says of the ticket at that instant, and what it says in the end."""

from random import Random

import numpy as np
from hypothesis import given

from sla_engine import Engine, Result, Ticket, read_ticket
from sla_engine.attribution import holder_text
from sla_engine.instant import DAY, parse_instant
from sla_engine.table import Table
from sla_engine.tabulate import tabulate
from slabridge.config import load_definitions
from slabridge.foresight.samples import HANDED_OVER, MOMENTS, Samples, samples_of
from tests.reference.random_cases import Case, examples, random_case, seeds

SINCE = -(1 << 60)
NAMES = ("priority", "team", "status", "nobody-has-it")


def taken(case: Case) -> tuple[Engine, list[Ticket], Table, int]:
    for number, ticket in enumerate(case.tickets):
        ticket["key"] = ticket["id"] = f"T{number}"
    engine = Engine(load_definitions(case.document), NAMES)
    tickets = [read_ticket(ticket) for ticket in case.tickets]
    return engine, tickets, tabulate(tickets, engine.columns)[0], parse_instant(case.as_of)


def at(engine: Engine, ticket: Ticket, instant: int) -> dict[tuple[str, int], Result]:
    """Return what a ticket comes to at an instant, by definition of the clause and cycle."""
    found = engine.evaluate([ticket], instant).results
    return {(f"{one.table}.{one.objective}", one.cycle): one for one in found}


@given(seeds())
@examples(90)
def test_what_is_known_at_an_instant_is_what_the_engine_says_then_and_the_outcome_is_what_it_says_later(
    rng: Random,
) -> None:
    engine, tickets, table, until = taken(random_case(rng))
    for clause, samples in samples_of(engine, table, until, SINCE, NAMES):
        name = f"{clause.agreement.table}.{clause.objective.name}"
        for n, place in enumerate(samples.ticket.tolist()):
            ticket, cycle = tickets[place], int(samples.cycle[n])
            then = at(engine, ticket, int(samples.at[n]))[name, cycle]
            assert then.stage in {"running", "paused"}
            assert not then.breached
            assert (samples.used[n], samples.target[n]) == (then.target - then.remaining, then.target)
            assert samples.began[n] == then.started_at
            assert samples.due[n] == (then.due_at if then.due_at is not None else then.due_if_resumed)
            for field in NAMES:
                codes, values = samples.fields[field]
                assert values[codes[n]] == holder_text(then.dimensions.get(field, ())), field
            later = at(engine, ticket, until)[name, cycle]
            assert bool(samples.ended[n]) == (later.stopped_at is not None)
            assert bool(samples.breached[n]) == later.breached
            assert not later.excluded
            assert samples.took[n] == max(later.target - later.remaining, then.target - then.remaining)


@given(seeds())
@examples(60)
def test_each_cycle_is_looked_at_when_it_begins_and_when_it_comes_to_another_holder(rng: Random) -> None:
    engine, tickets, table, until = taken(random_case(rng))
    for clause, samples in samples_of(engine, table, until, SINCE, NAMES):
        name = f"{clause.agreement.table}.{clause.objective.name}"
        seen = {
            (place, cycle, moment)
            for place, cycle, moment in zip(
                samples.ticket.tolist(), samples.cycle.tolist(), samples.moment.tolist(), strict=True
            )
        }
        assert {moment for _, _, moment in seen} <= {HANDED_OVER, *range(len(MOMENTS))}
        for place, ticket in enumerate(tickets):
            for (of, cycle), result in at(engine, ticket, until).items():
                if of == name and not result.excluded and (place, cycle, 0) not in seen:
                    then = at(engine, ticket, result.started_at).get((name, cycle))
                    assert then is None or then.breached or then.stopped_at is not None


@given(seeds())
@examples(60)
def test_what_happens_after_an_instant_changes_nothing_that_is_known_at_it(rng: Random) -> None:
    case = random_case(rng)
    engine, _, table, until = taken(case)
    cut = until - rng.randint(0, 20) * DAY // 4
    later = [row for ticket in case.tickets for row in ticket["history"] if parse_instant(row["at"]) > cut]
    changes = [(field, change) for row in later for field, change in row["changes"].items()]
    for name in {field for field, _ in changes}:
        mine = [change for field, change in changes if field == name]
        ends = [change[1] for change in mine]
        rng.shuffle(ends)
        for change, end in zip(mine, ends, strict=True):
            change[1] = end  # not where it came from: of a first change that was known before
    for ticket in case.tickets:
        ticket["comments"] = [
            one for one in ticket["comments"] if parse_instant(one["at"]) <= cut or rng.random() < 0.5
        ]
    _, _, shuffled, _ = taken(case)
    before = [known(samples, cut) for _, samples in samples_of(engine, table, until, SINCE, NAMES)]
    after = [known(samples, cut) for _, samples in samples_of(engine, shuffled, until, SINCE, NAMES)]
    for one, other in zip(before, after, strict=True):
        both = one.keys() & other.keys()  # what comes later may decide whether a cycle teaches anything
        assert {name: one[name] for name in both} == {name: other[name] for name in both}


def known(samples: Samples, cut: int) -> dict[tuple[int, ...], tuple[object, ...]]:
    """Return what was known at each moment up to an instant."""
    chosen = np.flatnonzero((samples.at <= cut) & (samples.moment >= 0))
    part = samples.only(chosen)
    names = zip(part.ticket.tolist(), part.cycle.tolist(), part.moment.tolist(), strict=True)
    columns = [part.at, part.began, part.due, part.used, part.target]
    held = [[values[code] for code in codes.tolist()] for codes, values in part.fields.values()]
    return dict(zip(names, zip(*(column.tolist() for column in columns), *held, strict=True), strict=True))
