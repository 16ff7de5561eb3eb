"""Laws that hold whatever the calendar, the agreement and the history."""

from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import Calendar, Engine, evaluate, read_ticket
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions
from tests.reference.calendar import instant
from tests.reference.calendar import text as written
from tests.reference.random_calendars import random_anchor, random_calendar
from tests.reference.random_cases import Case, cases, examples, milliseconds, random_case
from tests.reference.random_tickets import instants_near, random_instant
from tests.sla_engine.judging import Judgement, by_engine
from tests.sla_engine.written import document

HOUR = 3_600_000


def array(values: list[int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, dtype=np.int64)


def random_lookups(rng: Random) -> tuple[Calendar, list[int]]:
    """Return a calendar, and instants around its edges, in order."""
    zone, anchor = random_anchor(rng)
    made = document('targets = "1h"\nstart = { status = "new" }')
    made["calendars"]["office"] = random_calendar(rng, zone, anchor.date())
    pool = instants_near(made, instant(anchor))
    instants = sorted(random_instant(rng, pool) for _ in range(rng.randint(3, 12)))
    return Calendar(load_definitions(made).calendars["office"]), instants


def lookups() -> st.SearchStrategy[tuple[Calendar, list[int]]]:
    return st.randoms(use_true_random=False).map(random_lookups)


@examples(60)
@given(lookups())
def test_splitting_a_span_adds_up(made: tuple[Calendar, list[int]]) -> None:
    calendar, instants = made
    parts = calendar.elapsed(array(instants[:-1]), array(instants[1:]))
    assert (parts >= 0).all()
    assert (parts <= np.diff(array(instants))).all()
    assert parts.sum() == calendar.elapsed(array(instants[:1]), array(instants[-1:]))[0]


@examples(60)
@given(lookups())
def test_due_is_the_earliest_instant_that_reaches_the_time(made: tuple[Calendar, list[int]]) -> None:
    calendar, instants = made
    a, b = array(instants[:-1]), array(instants[1:])
    n = calendar.elapsed(a, b)
    due = calendar.due(a, n)
    assert (due <= b).all()
    assert (calendar.elapsed(a, due) == n).all()
    assert (due[n == 0] == a[n == 0]).all()
    assert (calendar.elapsed(a, due - 1)[n > 0] == n[n > 0] - 1).all()


@examples(60)
@given(lookups(), st.integers(1, 400 * HOUR))
def test_elapsed_turns_due_around(made: tuple[Calendar, list[int]], amount: int) -> None:
    calendar, instants = made
    a = array(instants)
    reachable = calendar.elapsed(a, a + 2000 * HOUR) >= amount
    due = calendar.due(a[reachable], np.full(int(reachable.sum()), amount))
    assert (calendar.elapsed(a[reachable], due) == amount).all()


@examples(30)
@given(cases())
def test_segments_are_gapless_and_sum_to_elapsed(case: Case) -> None:
    for row in by_engine(case.document, case.tickets, case.as_of).rows:
        segments = row["segments"]
        edges = [row["started_at"], *(part["to"] for part in segments)]
        assert [part["from"] for part in segments] == edges[:-1]
        assert edges[-1] == (row["stopped_at"] or written(milliseconds(case.as_of)))
        assert all(part["from"] != part["to"] for part in segments)
        for one, next_one in pairwise(segments):
            assert (one["mode"], one["holder"]) != (next_one["mode"], next_one["holder"])
            assert one["row"] < next_one["row"]
        assert total(segments, "counted") == row["elapsed_seconds"]
        assert total(segments, "paused") == row["paused_seconds"]
        assert round(sum(row["shares"].values()), 3) == row["elapsed_seconds"]


def total(segments: list[dict[str, Any]], mode: str) -> float:
    found: float = round(sum(part["seconds"] for part in segments if part["mode"] == mode), 3)
    return found


@examples(30)
@given(cases())
def test_the_next_change_is_the_first_instant_with_another_status(case: Case) -> None:
    definitions, as_of = load_definitions(case.document), milliseconds(case.as_of)
    for each in case.tickets:
        seen = [read_ticket(up_to(each, as_of))]
        for place, result in enumerate(evaluate(seen, definitions, as_of).results):
            turn = result.next_change_at
            if turn is not None:
                assert turn > as_of
                assert evaluate(seen, definitions, turn - 1).results[place].status == result.status
                assert evaluate(seen, definitions, turn).results[place].status != result.status


@examples(30)
@given(cases())
def test_the_next_step_is_the_first_instant_with_another_one(case: Case) -> None:
    definitions, as_of = load_definitions(case.document), milliseconds(case.as_of)
    for each in case.tickets:
        seen = [read_ticket(up_to(each, as_of))]
        for place, result in enumerate(evaluate(seen, definitions, as_of).results):
            turn = result.next_step_at
            if turn is not None:
                assert turn > as_of
                before, after = (evaluate(seen, definitions, at).results[place] for at in (turn - 1, turn))
                assert before.percent_step == result.percent_step
                assert (after.percent_step or 0) > (result.percent_step or 0)


def up_to(ticket: dict[str, Any], as_of: int) -> dict[str, Any]:
    """Return a ticket as it was: without what came after an instant."""
    created = milliseconds(ticket["created"])
    later = [entry for entry in ticket["history"] if max(created, milliseconds(entry["at"])) > as_of]
    fields = dict(ticket["fields"])
    for entry in sorted(later, key=lambda entry: milliseconds(entry["at"]), reverse=True):
        fields |= {name: before for name, (before, _) in entry["changes"].items()}
    return ticket | {
        "fields": fields,
        "history": [entry for entry in ticket["history"] if entry not in later],
        "comments": [each for each in ticket["comments"] if max(created, milliseconds(each["at"])) <= as_of],
    }


@examples(30)
@given(cases())
def test_what_happens_after_as_of_is_not_seen(case: Case) -> None:
    cut = [up_to(ticket, milliseconds(case.as_of)) for ticket in case.tickets]
    assert by_engine(case.document, cut, case.as_of) == by_engine(case.document, case.tickets, case.as_of)


@pytest.mark.parametrize("seed", range(3))
def test_one_ticket_alone_is_judged_as_among_thousands(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(seed)  # noqa: S311 - it makes examples
    case = random_case(rng, tickets=40)
    alone = [by_engine(case.document, [ticket], case.as_of) for ticket in case.tickets]
    order = [rng.randrange(len(case.tickets)) for _ in range(2000)]
    expected = Judgement(
        [row for number in order for row in alone[number].rows],
        [position for position, number in enumerate(order) if alone[number].invalid],
    )
    among = [case.tickets[number] for number in order]
    assert by_engine(case.document, among, case.as_of) == expected
    monkeypatch.setattr("sla_engine.engine.CHUNK", 701)
    assert by_engine(case.document, among, case.as_of) == expected


@examples(40)
@given(cases())
def test_an_engine_of_one_agreement_gives_what_the_whole_one_gives_of_it(case: Case) -> None:
    engine = Engine(load_definitions(case.document))
    tickets, as_of = [read_ticket(ticket) for ticket in case.tickets], parse_instant(case.as_of)
    whole = engine.evaluate(tickets, as_of, segments=True).results
    for agreement in engine.definitions.agreements:
        alone = engine.only(agreement).evaluate(tickets, as_of, segments=True)
        if not alone.invalid:
            mine = [result for result in whole if result.table == agreement.table]
            valid = {result.position for result in whole}
            assert [result for result in alone.results if result.position in valid] == mine
