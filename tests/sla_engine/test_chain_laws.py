"""The chain against its slow, obvious reference, and laws that hold whatever the links, rules and calendars."""

import json
from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import sla_engine
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions
from tests.reference import positions
from tests.reference.random_cases import Case, examples, seeds
from tests.reference.random_chains import random_chain_case
from tests.sla_engine.judging import Rows, by_engine, by_reference

NAMES = {"jira": "gitlab", "snow": "remedy", "A": "Accounts", "B": "Billing", "C": "Core"}


def chains() -> st.SearchStrategy[Case]:
    return st.randoms(use_true_random=False).map(random_chain_case)


@examples(60)
@given(chains())
def test_engine_and_reference_say_the_same_of_chains(case: Case) -> None:
    assert_same(case)


@examples(120)
@given(seeds())
def test_engine_and_reference_say_the_same_of_many_chains(rng: Random) -> None:
    assert_same(random_chain_case(rng))


@examples(120)
@given(seeds())
def test_engine_and_reference_say_the_same_of_who_stands_above_and_below(rng: Random) -> None:
    case = random_chain_case(rng)
    engine = sla_engine.Engine(load_definitions(case.document))
    read = [sla_engine.read_ticket(ticket) for ticket in case.tickets]
    got = engine.positions(read, parse_instant(case.as_of))
    for one, expected in zip(got, positions(case.document, case.tickets, case.as_of), strict=True):
        if expected is not None:
            assert {
                "carrier": one.carrier[:2],
                "holder": one.holder,
                "above": [ref[:2] for ref in one.above],
                "below": [ref[:2] for ref in one.below],
            } == expected, case


def assert_same(case: Case) -> None:
    expected = by_reference(case.document, case.tickets, case.as_of, chain=True)
    got = by_engine(case.document, case.tickets, case.as_of, chain=True)
    assert got.invalid == expected.invalid, case
    assert len(got.rows) == len(expected.rows), case
    for got_row, expected_row in zip(got.rows, expected.rows, strict=True):
        assert got_row == expected_row, case


@examples(60)
@given(seeds())
def test_shares_and_accounts_add_up_to_the_millisecond(rng: Random) -> None:
    for row in judged(random_chain_case(rng)):
        elapsed, chain = ms(row["elapsed_seconds"]), row["chain"]
        counted = [part for part in chain["segments"] if part["mode"] == "counted"]
        assert sum(ms(part["seconds"]) for part in counted) == elapsed
        assert sum(ms(share["seconds"]) for share in chain["shares"]) == elapsed
        for share in chain["shares"]:
            assert sum(ms(share[key]) for key in ("covered", "closed", "paused", "uncovered")) == ms(share["seconds"])
        if chain["breach"] is not None:
            assert sum(map(ms, chain["breach"]["accounts"].values())) == elapsed


@examples(60)
@given(seeds())
def test_segments_of_the_chain_are_those_of_the_result_cut_further(rng: Random) -> None:
    for row in judged(random_chain_case(rng)):
        parts = row["chain"]["segments"]
        assert spans(parts) == spans(row["segments"])
        assert all(part["from"] != part["to"] for part in parts)
        for part in parts:
            assert part["path"][0] == [row["source"], row["id"], row["ticket"]]
            assert part["path"][-1] == [part["source"], part["id"], part["ticket"]]
            assert len({(source, identity) for source, identity, _ in part["path"]}) == len(part["path"])
        for before, after in pairwise(parts):
            assert before["to"] == after["from"]
            assert any(before[key] != after[key] for key in ("mode", "holder", "path", "cover"))


@examples(40)
@given(seeds())
def test_a_ticket_that_is_not_linked_changes_nothing(rng: Random) -> None:
    case, other = random_chain_case(rng), random_chain_case(rng)
    stranger = other.tickets[0] | {"source": "snow", "key": "STRANGER", "id": "stranger", "links": []}
    more = [*case.tickets, stranger]
    rng.shuffle(more)
    found = by_engine(case.document, more, case.as_of, chain=True).rows
    assert by_identity(row for row in found if row["id"] != "stranger") == by_identity(judged(case))


@examples(40)
@given(seeds())
def test_the_order_of_the_input_changes_nothing(rng: Random) -> None:
    case = random_chain_case(rng)
    shuffled = Case(case.document, rng.sample(case.tickets, len(case.tickets)), case.as_of)
    assert by_identity(judged(shuffled)) == by_identity(judged(case))


@examples(40)
@given(seeds())
def test_other_names_change_names_alone(rng: Random) -> None:
    case = random_chain_case(rng)
    other = Case(renamed(case.document), renamed(case.tickets), case.as_of)
    assert judged(other) == renamed(judged(case))


def renamed(value: Any) -> Any:  # noqa: ANN401 - any part of a document, a ticket or a result
    """Return it with other names, which sort alike: they decide between tickets that wait equally long."""
    if isinstance(value, dict):
        return {renamed(key): renamed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner) for inner in value]
    return ", ".join(NAMES.get(word, word) for word in value.split(", ")) if isinstance(value, str) else value


def judged(case: Case) -> Rows:
    return by_engine(case.document, case.tickets, case.as_of, chain=True).rows


def by_identity(rows: Iterable[Any]) -> dict[str, Any]:
    found = {json.dumps([row[key] for key in ("source", "id", "agreement", "objective", "cycle")]): row for row in rows}
    return {key: {name: value for name, value in row.items() if name != "segments"} for key, row in found.items()}


def spans(parts: Rows) -> list[tuple[str, str, str]]:
    """Return (from, to, mode) where neighbours differ in the mode."""
    found: list[tuple[str, str, str]] = []
    for part in parts:
        if found and found[-1][2] == part["mode"]:
            found[-1] = (found[-1][0], part["to"], part["mode"])
        else:
            found.append((part["from"], part["to"], part["mode"]))
    return found


def ms(seconds: float) -> int:
    return round(seconds * 1000)
