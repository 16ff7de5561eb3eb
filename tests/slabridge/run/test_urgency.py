"""Which cycle a field speaks of, and which due time comes next (docs/promises.md, "What stands in a field")."""

from collections.abc import Sequence

import pytest

from connectors.interface import Instant
from sla_engine import Result
from sla_engine.instant import DAY, HOUR
from slabridge.config import FieldMap, ResultRef
from slabridge.run.actions import actions_of
from slabridge.run.urgency import most_urgent
from slabridge.ticket.posted import NOTHING
from tests.slabridge.run.making import (
    NOW,
    breached,
    changes,
    encode,
    ended,
    known,
    paused,
    result,
    terms,
)

SLA = ResultRef("status", kind="sla")


@pytest.mark.parametrize(
    ("results", "chosen"),
    [
        pytest.param([], None, id="none"),
        pytest.param([ended(), result(cycle=2)], 1, id="of one objective the latest cycle"),
        pytest.param(
            [result(cycle=1), ended(cycle=2, stage="cancelled", status="cancelled")], 0, id="the latest not cancelled"
        ),
        pytest.param([breached(), ended(cycle=2)], 1, id="the latest cycle, though an earlier is open and breached"),
        pytest.param(
            [ended(NOW), result(objective="response", due_at=NOW + 9 * HOUR)], 1, id="an open one before an ended one"
        ),
        pytest.param(
            [ended(NOW, status="breached", breached=True), result(objective="response")],
            1,
            id="an open one before an ended one that was breached",
        ),
        pytest.param(
            [result(due_at=NOW - 2 * HOUR), breached(NOW - HOUR, objective="response")], 1, id="a breached one first"
        ),
        pytest.param(
            [result(due_at=NOW + 2), result(objective="response", due_at=NOW + 1)], 1, id="the earliest due time"
        ),
        pytest.param(
            [result(due_at=NOW + 2), paused(NOW + 1, objective="response")], 1, id="a paused one by due_if_resumed"
        ),
        pytest.param(
            [result(due_at=NOW + 1), paused(NOW + 2, objective="response")], 0, id="a paused one by due_if_resumed, 2"
        ),
        pytest.param(
            [paused(None), result(objective="response", due_at=NOW + DAY)], 1, id="one without a due time comes last"
        ),
        pytest.param([result(), result(objective="response")], 0, id="then file order"),
        pytest.param(
            [ended(NOW - 2), ended(NOW - 1, objective="response")], 1, id="of ended ones only the last to end"
        ),
        pytest.param([ended(NOW - 2), ended(NOW - 2, objective="response")], 0, id="ended at once: file order"),
        pytest.param([result(excluded=True), ended(objective="response")], 1, id="an excluded one does not count"),
        pytest.param([result(kind="ola")], None, id="another kind does not count"),
        pytest.param(
            [ended(NOW - 1, table="standard-2025"), result(table="standard-2026", cycle=2)],
            1,
            id="versions of an agreement are one objective",
        ),
    ],
)
def test_a_field_speaks_of_the_most_urgent_cycle(results: Sequence[Result], chosen: int | None) -> None:
    assert most_urgent(results, SLA) is (None if chosen is None else results[chosen])


@pytest.mark.parametrize(
    ("ref", "chosen"),
    [
        (ResultRef("status", kind="sla"), 1),
        (ResultRef("status", kind="sla", objective="resolution"), 0),
        (ResultRef("status", agreement="gold", objective="resolution"), 2),
        (ResultRef("status", kind="uc"), None),
    ],
)
def test_a_reference_narrows_what_is_meant(ref: ResultRef, chosen: int | None) -> None:
    results = [
        result(due_at=NOW + 3),
        result(objective="response", due_at=NOW + 1),
        result(agreement="gold", due_at=NOW + 5),
    ]
    assert most_urgent(results, ref) is (None if chosen is None else results[chosen])


def test_two_fields_can_speak_of_two_cycles_of_one_ticket() -> None:
    response = FieldMap("u_response", ResultRef("status", kind="sla", objective="response"), {})
    resolution = FieldMap("u_resolution", ResultRef("status", kind="sla", objective="resolution"), {})
    results = [ended(objective="response"), breached()]
    assert changes(known(), results, terms(response, resolution)) == [
        ("u_response", None, "met", "first"),
        ("u_resolution", None, "breached", "first"),
    ]


NEXT = FieldMap("u_next", ResultRef("next_due_at", kind="sla"), {})


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param([result(due_at=NOW + 2 * HOUR)], NOW + 2 * HOUR, id="one"),
        pytest.param(
            [breached(objective="response"), result(due_at=NOW + HOUR), result(due_at=NOW + 9 * HOUR, objective="x")],
            NOW + HOUR,
            id="the missed response hides no resolution",
        ),
        pytest.param(
            [paused(NOW + HOUR), result(due_at=NOW + 5 * HOUR, objective="x")],
            NOW + 5 * HOUR,
            id="a paused one has none",
        ),
        pytest.param([result(due_at=NOW + HOUR, kind="ola")], None, id="another kind"),
        pytest.param([breached()], None, id="all breached"),
        pytest.param([result(due_at=NOW + HOUR, excluded=True)], None, id="excluded"),
    ],
)
def test_the_next_due_time_is_the_earliest_of_running_cycles_that_are_not_breached(
    results: list[Result], expected: int | None
) -> None:
    ticket = known({"u_next": "old"})
    actions = actions_of(ticket, results, NOTHING, terms(NEXT))
    assert [change.after for action in actions for change in action.changes] == [
        None if expected is None else encode("u_next", Instant(expected))
    ]
