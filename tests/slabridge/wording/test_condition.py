"""Every kind of condition has its sentence, and no two conditions read alike."""

from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.condition import (
    AllOf,
    AnyOf,
    AuthorEvent,
    ChangeEvent,
    CommentEvent,
    Condition,
    CreatedEvent,
    Differs,
    Equals,
    IsSet,
    Not,
)
from slabridge.config.agreements.condition import read_condition
from slabridge.config.reading import Reading
from slabridge.text.language import Language
from slabridge.wording.condition import condition_said
from slabridge.wording.listed import shown
from tests.hostile.texts import TEXTS, steering
from tests.reference.random_agreements import random_condition
from tests.reference.random_cases import examples

P1, TEAM = Equals("priority", ("P1",)), Differs("team", ("Network",))
SAID: list[tuple[Condition, str, str]] = [
    (Equals("priority", ("P1", "P2")), "priority is P1 or P2", "priority är P1 eller P2"),
    (TEAM, "team is not Network", "team inte är Network"),
    (Differs("team", ("A", "B", "C")), "team is neither A, B nor C", "team varken är A, B eller C"),
    (IsSet("team", expected=True), "team has a value", "team har ett värde"),
    (IsSet("team", expected=False), "team is empty", "team är tomt"),
    (Equals("source", ("snow",)), "the source of the ticket is snow", "ärendets källa är snow"),
    (
        Differs("last_public_comment", ("agent",)),
        "the writer of the last comment that the customer can see is not an agent",
        "den som skrev den senaste kommentaren som kunden kan se inte är en handläggare",
    ),
    (
        Equals("last_comment", ("agent", "customer")),
        "the writer of the last comment is an agent or the customer",
        "den som skrev den senaste kommentaren är en handläggare eller kunden",
    ),
    (
        Equals("opened_in", ("office",)),
        "the ticket was created in the working time of office",
        "ärendet skapades under arbetstid enligt office",
    ),
    (
        Differs("opened_in", ("office",)),
        "the ticket was created outside of the working time of office",
        "ärendet skapades utanför arbetstid enligt office",
    ),
    (
        IsSet("opened_in", expected=True),
        "the ticket was created in the working time of any calendar",
        "ärendet skapades under arbetstid enligt någon kalender",
    ),
    (
        IsSet("opened_in", expected=False),
        "the ticket was created outside of the working time of every calendar",
        "ärendet skapades utanför arbetstid enligt alla kalendrar",
    ),
    (CommentEvent(), "somebody writes a comment", "någon skriver en kommentar"),
    (
        CommentEvent(("agent", "system"), public=True, by=("alice", "bob")),
        "an agent or the system writes a comment that the customer can see as the user alice or bob",
        "en handläggare eller systemet skriver en kommentar som kunden kan se som användaren alice eller bob",
    ),
    (
        CommentEvent(("customer",), public=False),
        "the customer writes a comment that the customer cannot see",
        "kunden skriver en kommentar som kunden inte kan se",
    ),
    (
        AuthorEvent("assignee"),
        "a comment is written by whom assignee names",
        "en kommentar skrivs av den som assignee anger",
    ),
    (CreatedEvent(), "the ticket is created", "ärendet skapas"),
    (ChangeEvent("team"), "team changes", "team ändras"),
    (ChangeEvent("team", before=("A",)), "team changes from A", "team ändras från A"),
    (ChangeEvent("team", after=("B", "C")), "team changes to B or C", "team ändras till B eller C"),
    (ChangeEvent("team", ("A",), ("B",)), "team changes from A to B", "team ändras från A till B"),
    (
        Not(P1),
        "it is not the case that priority is P1",
        "det inte stämmer att priority är P1",
    ),
    (
        Not(AllOf((P1, TEAM))),
        "it is not the case that (priority is P1, and team is not Network)",
        "det inte stämmer att (priority är P1, och team inte är Network)",
    ),
    (
        AllOf((P1, TEAM, AnyOf((P1, TEAM)))),
        "priority is P1, and team is not Network, and (priority is P1, or team is not Network)",
        "priority är P1, och team inte är Network, och (priority är P1, eller team inte är Network)",
    ),
    (
        AnyOf((P1, AllOf((P1, TEAM)))),
        "priority is P1, or (priority is P1, and team is not Network)",
        "priority är P1, eller (priority är P1, och team inte är Network)",
    ),
    (
        Equals("customer", ("R and D", "or", "3.5", 'a" or "b')),
        r'customer is "R and D", "or", "3.5" or "a\" or \"b"',
        r'customer är "R and D", "or", "3.5" eller "a\" or \"b"',
    ),
]


@pytest.mark.parametrize(("condition", "english", "swedish"), SAID)
def test_a_condition_says_all_of_it(condition: Condition, english: str, swedish: str) -> None:
    assert str(condition_said(condition)) == english
    assert Language("sv").tell(condition_said(condition)) == swedish


def test_no_kind_of_condition_is_without_a_sentence() -> None:
    assert {type(condition) for condition, _, _ in SAID} == set(get_args(Condition))


def random_read(rng: Random) -> Condition:
    reading = Reading("config.toml")
    found = read_condition(random_condition(rng, events=True), ("scope",), reading, events=True)
    reading.check()
    assert found is not None
    return found


@examples(400)
@given(st.randoms(use_true_random=False), st.sampled_from(["en", "sv"]))
def test_two_conditions_never_read_alike(rng: Random, code: str) -> None:
    tell = Language(code).tell
    one, other = random_read(rng), random_read(rng)
    assert (one == other) == (tell(condition_said(one)) == tell(condition_said(other)))


def test_a_thousand_parts_are_said_as_well() -> None:
    parts = tuple(Equals("customer", (f"c{n}",)) for n in range(3_000))
    assert str(condition_said(AnyOf(parts))).count(", or ") == 2_999
    everybody = str(condition_said(Equals("customer", tuple(f"c{n}" for n in range(3_000)))))
    assert everybody.endswith("c2997, c2998 or c2999")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_whatever_a_name_is_it_is_one_printable_line_of_bounded_length(text: str) -> None:
    said = str(condition_said(Equals(text, (text,))))
    assert "\n" not in said
    assert steering(said) == set()
    assert len(said) < 2_100
    assert shown(text)
