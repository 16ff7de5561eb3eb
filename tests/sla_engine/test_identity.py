"""The identity of a definition says what decides: earlier versions' definitions keep theirs."""

from typing import Any

from sla_engine.clause import clauses_of
from slabridge.config import load_definitions
from tests.sla_engine.written import RESOLUTION, document

OPENED = f'targets = {{ opened_in = {{ office = "1h" }}, else = "4h" }}\n{RESOLUTION}'


def identity(made: dict[str, Any]) -> str:
    (clause,) = clauses_of(load_definitions(made))
    return clause.definition


def test_a_definition_without_anything_new_has_the_identity_that_it_always_had() -> None:
    made = document('targets = "4h"\nat_risk = ["75%"]\nstart = { event = "comment", by = "a" }\nstop = { a = "b" }')
    made["calendars"]["office"]["closed"] = ["2026-06-05", "2026-12-24 12:00-24:00"]
    assert identity(made) == "8c5be647c637ef03"


def test_what_is_new_has_another_one() -> None:
    plain = f'targets = "4h"\n{RESOLUTION}'
    made = [
        document(plain),
        document(f"at_once = true\n{plain}"),
        document(f'on_retarget = "carry"\n{plain}'),
        document(f"targets = [{{ by = {{ days = 1 }} }}]\n{RESOLUTION}"),
        document(f'targets = [{{ by = {{ days = 1, at = "17:00" }} }}]\n{RESOLUTION}'),
        document(f'targets = [{{ by = {{ field = "due" }} }}]\n{RESOLUTION}'),
        document(OPENED),
    ]
    yearly = document(plain)
    yearly["calendars"]["office"]["closed"] = ["12-31"]
    assert len({identity(one) for one in [*made, yearly]}) == len(made) + 1


def test_a_calendar_in_which_tickets_were_opened_counts_by_what_it_says_and_not_by_its_name() -> None:
    made = document(OPENED)
    renamed = document(OPENED.replace("{ office", "{ desk"), agreement='calendar = "desk"')
    renamed["calendars"]["desk"] = renamed["calendars"].pop("office")
    other = document(OPENED)
    other["calendars"]["office"] = other["calendars"]["office"] | {"closed": ["12-31"]}
    elsewhere = document(OPENED, agreement='calendar = "always"')
    changed = document(OPENED, agreement='calendar = "always"')
    changed["calendars"]["office"] = changed["calendars"]["office"] | {"closed": ["12-31"]}
    assert identity(renamed) == identity(made)
    assert identity(other) != identity(made)
    assert identity(changed) != identity(elsewhere)
