"""Ended cycles keep the definition that they were judged by (docs/promises.md, P14)."""

from dataclasses import replace

import pytest
from msgspec import structs

from sla_engine import Engine
from sla_engine.clause import Clause
from sla_engine.instant import HOUR
from slabridge.ticket.kept import keep
from tests.slabridge.run.making import DEFINITIONS, NOW, ended, result

CLAUSES = Engine(DEFINITIONS).clauses
(TODAY,) = [c.definition for c in CLAUSES if (c.agreement.id, c.objective.name) == ("standard", "resolution")]
OLD = "00000000000000ff"


def resuming() -> list[Clause]:
    return [
        replace(c, objective=replace(c.objective, rule=replace(c.objective.rule, on_reopen="resume"))) for c in CLAUSES
    ]


def test_a_cycle_that_ended_stands_as_the_definition_of_its_day_judged_it() -> None:
    judged = ended(definition=OLD, target=8 * HOUR, holder="Mail")
    anew = ended(definition=TODAY, target=HOUR, status="breached", breached=True, breached_at=NOW - 2 * HOUR)
    assert keep(0, [anew], [judged], CLAUSES) == [judged]


def test_a_definition_that_is_still_in_force_judges_anew() -> None:
    judged, anew = ended(definition=TODAY), ended(definition=TODAY, holder="Mail")
    assert keep(0, [anew], [judged], CLAUSES) == [anew]


def test_what_was_open_is_judged_by_todays_definition() -> None:
    opened, anew = result(definition=OLD), ended(definition=TODAY)
    assert keep(0, [anew], [opened], CLAUSES) == [anew]


def test_an_ended_cycle_is_open_again_only_where_the_rule_resumes_it() -> None:
    judged, again = ended(definition=OLD), result(definition=TODAY)
    assert keep(0, [again], [judged], CLAUSES) == [judged]
    assert keep(0, [again], [judged], resuming()) == [again]


@pytest.mark.parametrize("gone", ["objective", "agreement"])
def test_a_cycle_of_an_agreement_that_is_no_more_remains(gone: str) -> None:
    judged = structs.replace(ended(definition=OLD), **{gone: "former"})
    other = ended(definition=TODAY)
    assert keep(0, [other], [judged], CLAUSES) == [other, judged]


def test_cycles_are_told_apart_by_their_number() -> None:
    first, second = ended(definition=OLD, cycle=1), result(definition=TODAY, cycle=2)
    anew = ended(definition=TODAY, cycle=1, holder="Mail")
    assert keep(0, [anew, second], [first], CLAUSES) == [first, second]
