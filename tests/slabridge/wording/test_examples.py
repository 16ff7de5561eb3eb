"""Worked examples say what the engine and the calendar say."""

import re
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine import Definitions, Engine
from sla_engine.agreement import Agreement
from sla_engine.duration import Duration
from sla_engine.instant import parse_instant
from slabridge.config import load_definitions, read_definitions
from slabridge.text.spoken import amount
from slabridge.wording.agreement import agreement_said
from slabridge.wording.example import Example, examples_of
from slabridge.wording.steps import steps_of, title_of
from tests.places import CHECKOUT
from tests.reference.random_agreements import random_document
from tests.reference.random_calendars import random_anchor, random_calendars
from tests.reference.random_cases import examples
from tests.sla_engine.written import RESOLUTION, document

AT = parse_instant("2026-11-10T00:00:00Z")
"""A Tuesday."""


def told(example: Example, definitions: Definitions) -> list[str]:
    return [str(title_of(example)), *map(str, steps_of(example, definitions.calendars[example.calendar]))]


def of(text: str, more: str = "") -> tuple[Definitions, list[Example]]:
    definitions = load_definitions(document(text, more=more))
    return definitions, examples_of(Engine(definitions), definitions.agreements[0], AT)["goal"]


def test_a_ticket_before_the_weekend_one_in_it_and_one_that_waits_are_told_step_by_step() -> None:
    definitions, found = of(f'{RESOLUTION}\ntargets = "4h"')
    assert [told(one, definitions) for one in found] == [
        [
            "A ticket with status new comes shortly before working time ends.",
            "It begins Fri 13 Nov 16:00.",
            "Fri 13 Nov 16:00-17:00 counts: 1 h.",
            "Sat 14 Nov to Sun 15 Nov do not count.",
            "Mon 16 Nov 08:00-11:00 counts: 3 h.",
            "It is due Mon 16 Nov 11:00.",
        ],
        [
            "A ticket with status new comes out of working time.",
            "It begins Sat 14 Nov 10:00.",
            "Time does not count until Mon 16 Nov 08:00.",
            "Mon 16 Nov 08:00-12:00 counts: 4 h.",
            "It is due Mon 16 Nov 12:00.",
        ],
        [
            "A ticket with status new comes, and then waits for a while.",
            "It begins Mon 16 Nov 08:00.",
            "Mon 16 Nov 08:00-09:00 counts: 1 h.",
            "It waits from Mon 16 Nov 09:00 to Mon 16 Nov 12:00: that does not count.",
            "Mon 16 Nov 12:00-15:00 counts: 3 h.",
            "It is due Mon 16 Nov 15:00.",
        ],
    ]


def test_holidays_among_the_days_off_are_named_and_long_stretches_told_together() -> None:
    text = document(f'{RESOLUTION}\ntargets = "80h"')
    text["calendars"]["office"]["holidays"] = ["SE:public+de_facto"]
    definitions = load_definitions(text)
    at = parse_instant("2026-12-22T00:00:00Z")
    found = examples_of(Engine(definitions), definitions.agreements[0], at)["goal"]
    assert told(found[0], definitions)[1:] == [
        "It begins Wed 23 Dec 16:00.",
        "Wed 23 Dec 16:00-17:00 counts: 1 h.",
        "Thu 24 Dec to Sun 27 Dec do not count; holiday: Thu 24 Dec, Fri 25 Dec and Sat 26 Dec.",
        "Mon 28 Dec 08:00-17:00 counts: 9 h.",
        "Tue 29 Dec to Mon 11 Jan count: 63 h.",
        "Tue 12 Jan 08:00-15:00 counts: 7 h.",
        "It is due Tue 12 Jan 2027 15:00.",
    ]


def test_a_promise_round_the_clock_is_shown_over_a_weekend() -> None:
    definitions, found = of(f'{RESOLUTION}\ntargets = "8h"\ncalendar = "always"')
    assert told(found[0], definitions) == [
        "A ticket with status new comes on a Friday evening.",
        "It begins Fri 13 Nov 22:00.",
        "Fri 13 Nov 22:00 to Sat 14 Nov 06:00 counts: 8 h.",
        "It is due Sat 14 Nov 06:00.",
    ]


def test_each_target_has_a_ticket_that_it_fits_and_no_other() -> None:
    targets = '[{ when = { priority = "P1" }, within = "1h" }, { when = { vip = { set = true } }, within = "2h" }, { within = "3h" }]'
    _, found = of(f"{RESOLUTION}\ntargets = {targets}")
    held = {one.target: one.fields for one in found}
    assert held == {
        0: {"priority": "P1", "status": "new"},
        1: {"status": "new", "vip": "any"},
        2: {"status": "new"},
    }


def test_a_deadline_is_told_without_counting() -> None:
    definitions, found = of(f'{RESOLUTION}\ntargets = [{{ by = {{ days = 1, at = "17:00", cutoff = "15:00" }} }}]')
    assert told(found[0], definitions)[1:] == ["It begins Fri 13 Nov 16:00.", "It is due Tue 17 Nov 17:00."]
    definitions, found = of(f'{RESOLUTION}\ntargets = [{{ by = {{ field = "due_date" }} }}]')
    assert told(found[0], definitions)[1:] == ["It begins Fri 13 Nov 16:00.", "It is due Fri 20 Nov 23:59:59."]


@pytest.mark.parametrize(
    "start",
    [
        '{ event = "comment", role = "customer", public = false }',
        '{ event = "change", field = "team", to = ["Network", "Desk"], status = "new" }',
        '{ event = "created", priority = "P1" }',
        '{ last_public_comment = { not = "agent" }, status = "new" }',
        '{ source = "jira", status = "new" }',
        '{ opened_in = "office", status = "new" }',
        '{ event = "comment", by = { field = "assignee" } }',
    ],
)
def test_what_a_clock_waits_for_to_start_happens_on_the_ticket_of_the_example(start: str) -> None:
    _, found = of(f'start = {start}\nstop = {{ status = "done" }}\ntargets = "4h"')
    assert found[0].fields is not None
    assert found[0].scene == "closing"


def test_waiting_can_be_the_customers_turn_to_speak() -> None:
    rule = 'start = { status = "new" }\npause = { last_public_comment = "agent" }\nstop = { status = "done" }'
    definitions, found = of(f'{rule}\ntargets = "4h"')
    (waiting,) = (one for one in found if one.scene == "waiting")
    assert told(waiting, definitions)[3] == "It waits from Mon 16 Nov 09:00 to Mon 16 Nov 12:00: that does not count."


def test_where_no_ticket_can_be_made_up_the_calendar_alone_counts() -> None:
    rule = 'start = { status = "new", last_comment = "agent", not = { last_comment = "agent" } }'
    definitions, found = of(f'{rule}\ntargets = "4h"')
    assert [one.fields for one in found] == [None, None]
    assert told(found[0], definitions)[0] == "A ticket comes shortly before working time ends."
    assert told(found[0], definitions)[-1] == "It is due Mon 16 Nov 11:00."


def test_examples_of_a_version_begin_while_it_holds() -> None:
    agreement = "valid_from = 2027-01-01\nvalid_to = 2027-06-01"
    definitions = load_definitions(document(f'{RESOLUTION}\ntargets = "4h"', agreement=agreement))
    for at in (AT, parse_instant("2030-01-01T00:00:00Z")):
        (objective,) = agreement_said(Engine(definitions), definitions.agreements[0], {}, at).objectives
        assert all(one.fields is not None for one in objective.examples)
        assert {one.scene for one in objective.examples} == {"closing", "closed", "waiting"}


def check(example: Example, engine: Engine, agreement: Agreement, name: str) -> None:
    """Check an example against the calendar, and its steps against its parts."""
    calendar = engine.calendars[example.calendar]
    limit = next(one for one in agreement.objectives if one.name == name).targets[example.target].limit
    assert [part.start for part in example.parts] + [example.due] == [
        example.begins,
        *(part.end for part in example.parts),
    ]
    start = np.array([part.start for part in example.parts], np.int64)
    end = np.array([part.end for part in example.parts], np.int64)
    worked = calendar.elapsed(start, end).tolist()
    assert worked == [part.worked for part in example.parts]
    assert all((part.mode == "closed") == (part.worked == 0) for part in example.parts)
    steps = "\n".join(map(str, steps_of(example, calendar.definition)))
    if isinstance(limit, Duration):
        assert example.counted == limit.within(calendar.definition.day)
        assert sum(map(milliseconds_of, re.findall(r"counts?: ([^\n]*)\.(?:\n|$)", steps))) == example.counted
    else:
        assert "count" not in steps


def milliseconds_of(text: str) -> int:
    """Return what an amount says."""
    sizes = {"h": 3_600_000, "min": 60_000, "s": 1_000}
    return sum(round(float(number) * sizes[unit]) for number, unit in re.findall(r"([\d.]+) (h|min|s)", text))


@examples(60)
@given(st.randoms(use_true_random=False))
def test_whatever_the_agreement_examples_are_due_when_the_engine_says_and_their_parts_add_up(rng: Random) -> None:
    zone, anchor = random_anchor(rng)
    made = random_document(rng, random_calendars(rng, zone, anchor.date()), zone, anchor.date())
    definitions = load_definitions(made)
    engine = Engine(definitions)
    at = parse_instant(anchor.isoformat() if anchor.tzinfo else f"{anchor.isoformat()}Z")
    for agreement in definitions.agreements:
        for name, found in examples_of(engine, agreement, at).items():
            for example in found:
                check(example, engine, agreement, name)


@given(st.integers(0, 400_000_000))
def test_an_amount_is_exact(ms: int) -> None:
    assert milliseconds_of(amount(ms)) == ms


@pytest.mark.parametrize(
    "path",
    [
        "config.example.toml",
        *(f"docs/examples/{name}.toml" for name in ("clocks", "config", "feasibility", "measures", "log")),
    ],
)
def test_each_promise_of_the_examples_in_the_documentation_has_tickets_that_the_engine_judged(path: str) -> None:
    engine = Engine(read_definitions(CHECKOUT / path))
    for agreement in engine.definitions.agreements:
        for name, found in examples_of(engine, agreement, AT).items():
            targets = next(one for one in agreement.objectives if one.name == name).targets
            assert {one.target for one in found} == set(range(len(targets)))
            for example in found:
                assert example.fields is not None, (agreement.table, name)
                check(example, engine, agreement, name)
