"""Visits are the stretches in which segments of results count, of OLAs and UCs before SLAs."""

from itertools import groupby, pairwise
from random import Random

import numpy as np
from hypothesis import given

from sla_engine import Engine, Result, Ticket, read_ticket
from sla_engine.derived import derived
from sla_engine.instant import NULL, parse_instant
from sla_engine.tabulate import tabulate
from sla_engine.timeline import Timeline
from slabridge.capacity.numbers import Numbers
from slabridge.capacity.visits import Visits, in_hand, visits_of
from slabridge.config import load_definitions
from tests.reference.random_cases import examples, random_case, seeds

Stretch = tuple[int, int, str]
"""From when to when (as_of where it goes on) somebody had a ticket."""


def by_segments(results: list[Result]) -> list[Stretch]:
    """Return the visits of one ticket by the segments of its results, instant by instant."""
    segments = [(result.kind, segment) for result in results for segment in result.segments]
    edges = sorted({at for _, segment in segments for at in (segment.start, segment.end)})
    found: list[Stretch] = []
    for start, end in pairwise(edges):
        here = [
            (kind, one) for kind, one in segments if one.start <= start and end <= one.end and one.mode != "stopped"
        ]
        deciding = [one for kind, one in here if kind != "sla"] or [one for _, one in here]
        if any(one.mode != "paused" for one in deciding):
            found.append((start, end, deciding[0].holder or ""))
    return joined(found)


def joined(found: list[Stretch]) -> list[Stretch]:
    """Return stretches, those of one holder that touch as one."""
    result: list[Stretch] = []
    for start, end, holder in found:
        if result and result[-1][1:] == (start, holder):
            result[-1] = (result[-1][0], end, holder)
        else:
            result.append((start, end, holder))
    return result


def of_columns(engine: Engine, tickets: list[Ticket], as_of: int) -> tuple[Visits, list[list[Stretch]]]:
    table, _ = tabulate(tickets, engine.fields)
    table = derived(table.until(as_of), engine.fields, engine.calendars)
    timeline, numbers = Timeline(table, as_of, engine.calendars), Numbers()
    holder = numbers.of(table.columns[engine.definitions.holder])
    working, waiting = in_hand([*engine.judge(table, as_of)], len(table.at))
    assert not (working & waiting).any()
    visits = visits_of(timeline, holder, working)
    stretches: list[list[Stretch]] = [[] for _ in tickets]
    rows = np.diff(table.first)
    for ticket, begin, end, came, left in zip(
        *(getattr(visits, name).tolist() for name in Visits.__slots__), strict=True
    ):
        row = int(table.first[ticket]) + begin
        assert table.at[row] == came
        assert (end == rows[ticket]) if left == NULL else (table.at[table.first[ticket] + end] == left)
        stretches[ticket].append((came, as_of if left == NULL else left, numbers.texts[holder[row]]))
    return visits, stretches


@examples(300)
@given(seeds())
def test_visits_are_the_stretches_in_which_segments_count(rng: Random) -> None:
    case = random_case(rng, tickets=5)
    engine, as_of = Engine(load_definitions(case.document)), parse_instant(case.as_of)
    for n, ticket in enumerate(case.tickets):
        ticket["key"] = ticket["id"] = f"T{n}"
    tickets = [read_ticket(ticket) for ticket in case.tickets]
    evaluation = engine.evaluate(tickets, as_of, segments=True)
    overdue = {place for place, _ in evaluation.invalid}
    expected: list[list[Stretch]] = [[] for _ in tickets]
    for place, results in groupby(evaluation.results, key=lambda result: result.position):
        expected[place] = by_segments(list(results))
    _, found = of_columns(engine, tickets, as_of)
    for place, (stretches, right) in enumerate(zip(found, expected, strict=True)):
        if place not in overdue:
            assert joined([one for one in stretches if one[0] < one[1]]) == right
