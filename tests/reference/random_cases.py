"""Random cases: a document, tickets, and an instant to judge them at. The strategies of the property tests."""

import os
from dataclasses import dataclass
from datetime import datetime
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.reference import evaluate
from tests.reference.calendar import instant, text
from tests.reference.random_agreements import random_document
from tests.reference.random_calendars import Table, random_anchor, random_calendars, sometimes
from tests.reference.random_tickets import (
    DAY,
    instants_near,
    random_comment,
    random_entry,
    random_instant,
    random_ticket,
)

PROFILE = os.environ.get("SLABRIDGE_HYPOTHESIS", "")
LONG = PROFILE == "long"


def examples(count: int) -> settings:
    """Return settings for `count` examples, always the same, in `make check`, and for a third of them otherwise.

    With SLABRIDGE_HYPOTHESIS=long they are many, and random.
    """
    return settings(
        max_examples={"long": count * 50, "check": count}.get(PROFILE, count // 3),
        derandomize=not LONG,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


@dataclass
class Case:
    document: Table
    tickets: list[Table]
    as_of: str


def random_case(rng: Random, tickets: int = 4) -> Case:
    """Return a case; in half of them something happens exactly when a due time or a threshold is reached."""
    zone, anchor = random_anchor(rng)
    near = anchor.date()
    document = random_document(rng, random_calendars(rng, zone, near), zone, near)
    pool = instants_near(document, instant(anchor))
    found = [random_ticket(rng, f"T{number}", pool) for number in range(1, rng.randint(1, tickets) + 1)]
    as_of = text(random_instant(rng, pool) + rng.choice([0, 0, 2, 4, 30]) * DAY)
    case = Case(document, found, as_of)
    if sometimes(rng):
        sharpen(rng, case)
    return case


def sharpen(rng: Random, case: Case) -> None:
    """Let as_of, or one more row of a ticket, fall on or beside an instant at which a status of the case changes."""
    rows, _ = evaluate(case.document, case.tickets, case.as_of)
    turns = [(row["ticket"], row[key]) for row in rows for key in ("due_at", "next_change_at") if row[key] is not None]
    if not turns:
        return
    key, turn = rng.choice(turns)
    at = milliseconds(turn) + rng.choice([0, 0, 1, -1])
    if sometimes(rng):
        case.as_of = text(at)
        return
    ticket = next(each for each in case.tickets if each["key"] == key)
    if sometimes(rng):
        ticket["comments"].append(random_comment(rng, at))
    else:
        ticket["history"].append(random_entry(rng, at, ticket["fields"]))
    case.as_of = text(max(milliseconds(case.as_of), at + rng.choice([0, 1, 3_600_000])))


def milliseconds(at: str) -> int:
    return instant(datetime.fromisoformat(at))


def cases() -> st.SearchStrategy[Case]:
    """Return cases of which hypothesis makes every choice, so that it shrinks them."""
    return st.randoms(use_true_random=False).map(random_case)


def seeds() -> st.SearchStrategy[Random]:
    """Return generators for cases that hypothesis cannot shrink; they are made much faster, and vary more."""
    return st.randoms(use_true_random=True)
