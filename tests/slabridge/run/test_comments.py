"""Which transitions are posted in one comment, and which wait (docs/promises.md)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from connectors.interface import CommentWrite, NativeComment
from sla_engine import Calendar, Result
from sla_engine.instant import DAY, HOUR, MINUTE, parse_instant
from slabridge.config import CommentRule
from slabridge.run.actions import Action, actions_of
from slabridge.run.comments import doubles_of
from slabridge.run.terms import Terms
from slabridge.ticket.around import Around, Neighbour
from slabridge.ticket.known import Known
from slabridge.ticket.posted import NOTHING, Posted
from tests.slabridge.run.making import DEFINITIONS, NOW, at_risk, breached, comments, known, terms

ALL = CommentRule(("at_risk", "breached"), ("sla", "ola", "uc"))
QUIET = replace(ALL, quiet=30 * MINUTE)
OFFICE = Calendar(DEFINITIONS.calendars["office"])
SOON, LATE = "standard.resolution#1 at_risk", "standard.resolution#1 breached"
EVENING = parse_instant("2026-03-03T17:30:00Z")
MORNING = parse_instant("2026-03-04T07:00:00Z")


def planned(
    results: Sequence[Result], by: Terms, posted: Posted = NOTHING, ticket: Known | None = None
) -> list[Action]:
    return actions_of(ticket or known(), list(results), posted, by)


def markers(actions: Sequence[Action]) -> list[tuple[str, ...]]:
    return [comment.markers for comment in comments(actions)]


def until(actions: Sequence[Action]) -> list[int | None]:
    return [action.held_until for action in actions]


def at(instant: int, rule: CommentRule = ALL, hours: Calendar | None = None) -> Terms:
    return replace(terms(comments=rule), as_of=instant, hours=hours)


# One comment.


def test_all_transitions_of_a_ticket_are_one_comment_the_gravest_first_and_else_in_the_order_of_the_file() -> None:
    results = [
        at_risk(objective="a"),
        breached(objective="b", kind="uc"),
        breached(objective="c", kind="ola"),
        at_risk(objective="d"),
        breached(objective="e"),
        at_risk(objective="f", kind="ola"),
    ]
    (found,) = markers(planned(results, at(NOW)))
    assert [marker.split(".")[1].split("#")[0] for marker in found] == ["e", "c", "b", "a", "d", "f"]


def test_each_of_them_says_its_own_text_under_the_one_before() -> None:
    rule = replace(ALL, language="sv", templates=(("breached.ola", "{{ objective }} {{ status }}!"),))
    (comment,) = comments(planned([at_risk(objective="answer"), breached(kind="ola")], at(NOW, rule)))
    first, second = comment.body.split("\n\n")
    assert first == "resolution överskriden!"
    assert second.startswith("SLA i riskzonen: Standard, agreed 2026, answer\n")


def test_what_was_posted_before_is_not_in_it() -> None:
    results = [breached(), at_risk(objective="answer")]
    assert markers(planned(results, at(NOW), ticket=known(markers=[LATE]))) == [("standard.answer#1 at_risk",)]
    assert markers(planned(results, at(NOW), Posted(frozenset([LATE])))) == [("standard.answer#1 at_risk",)]


def test_a_comment_that_would_be_too_long_is_split_between_transitions() -> None:
    results = [breached(objective=name) for name in "abcde"]

    def two_at_most(comment: CommentWrite) -> bool:
        return len(comment.markers) <= 2

    found = planned(results, replace(at(NOW), fits=two_at_most))
    assert [len(one) for one in markers(found)] == [2, 2, 1]
    assert sorted(marker for one in markers(found) for marker in one) == [f"standard.{x}#1 breached" for x in "abcde"]


def test_one_transition_alone_is_not_split_however_long() -> None:
    assert markers(planned([breached()], replace(at(NOW), fits=lambda _: False))) == [(LATE,)]


# Comments that wait.


@pytest.mark.parametrize(
    ("posted", "ticket"),
    [
        pytest.param(Posted(last_at=NOW - 10 * MINUTE), known(), id="the outbox knows of it"),
        pytest.param(
            NOTHING,
            replace(known(), native=replace(known().native, comments=(
                NativeComment(NOW - 10 * MINUTE, "us", "system", public=False, markers=("x.y#1 at_risk",)),
                NativeComment(NOW, "ada", "agent", public=True),
            ))),
            id="it stands on the ticket",
        ),
    ],
)  # fmt: skip
def test_within_quiet_after_a_comment_of_ours_what_is_at_risk_waits_and_a_breach_does_not(
    posted: Posted, ticket: Known
) -> None:
    assert until(planned([at_risk()], at(NOW, QUIET), posted, ticket)) == [NOW + 20 * MINUTE]
    assert until(planned([at_risk()], at(NOW + 20 * MINUTE, QUIET), posted, ticket)) == [None]
    assert until(planned([breached()], at(NOW, QUIET), posted, ticket)) == [None]


def test_what_is_held_goes_along_with_a_breach_as_that_is_one_comment_and_not_two() -> None:
    found = planned([at_risk(objective="answer"), breached()], at(NOW, QUIET), Posted(last_at=NOW - MINUTE))
    assert until(found) == [None]
    assert markers(found) == [(LATE, "standard.answer#1 at_risk")]


@pytest.mark.parametrize("one", [at_risk(EVENING), breached(EVENING)])
def test_outside_its_hours_each_comment_waits_until_they_begin(one: Result) -> None:
    assert until(planned([one], at(EVENING, ALL, OFFICE))) == [MORNING]
    assert until(planned([one], at(MORNING - 1, ALL, OFFICE))) == [MORNING]
    assert until(planned([one], at(MORNING, ALL, OFFICE))) == [None]


def test_quiet_that_ends_outside_the_hours_lasts_until_they_begin() -> None:
    closing = parse_instant("2026-03-03T16:00:00Z")
    posted = Posted(last_at=closing - 10 * MINUTE)
    assert until(planned([at_risk(closing - MINUTE)], at(closing - 1, QUIET, OFFICE), posted)) == [MORNING]


def test_how_old_a_transition_is_counts_from_when_it_was_first_held() -> None:
    held = Posted(held={SOON: NOW - DAY})
    assert markers(planned([at_risk(NOW - 2 * DAY)], at(NOW), held)) == [(SOON,)]
    assert planned([at_risk(NOW - 2 * DAY - 1)], at(NOW), held) == []
    assert planned([at_risk(NOW - 2 * DAY)], at(NOW)) == []


def test_what_is_let_go_says_how_things_stand_then() -> None:
    (comment,) = comments(planned([at_risk(NOW - 2 * DAY, elapsed=3 * HOUR, remaining=HOUR)], at(NOW), Posted(held={SOON: NOW - DAY})))  # fmt: skip
    assert "3h of 4h used" in comment.body


def test_nothing_is_said_of_a_cycle_that_has_ended_while_its_comment_waited() -> None:
    held = Posted(held={LATE: NOW - 10 * HOUR})
    one = breached(NOW - 10 * HOUR, stage="completed", stopped_at=NOW - 2 * HOUR, started_at=NOW - 20 * HOUR)
    assert planned([one], replace(at(NOW), last_run=NOW - MINUTE), held) == []
    assert markers(planned([one], replace(at(NOW), last_run=NOW - 3 * HOUR), held)) == [(LATE,)]


def test_a_breach_that_an_outage_hid_until_its_cycle_had_ended_is_said_also_after_it_waited() -> None:
    held = Posted(held={LATE: NOW - HOUR})
    one = breached(NOW - 10 * HOUR, stage="completed", stopped_at=NOW - 2 * HOUR, started_at=NOW - 20 * HOUR)
    assert markers(planned([one], replace(at(NOW), last_run=NOW - MINUTE), held)) == [(LATE,)]
    assert planned([structs.replace(one, status="at_risk")], replace(at(NOW), last_run=NOW - MINUTE), held) == []


def test_what_is_held_of_a_ticket_above_waits_for_a_run_that_has_read_it() -> None:
    marker = f"jira/7 {LATE}"
    rule = replace(ALL, above=("sla",))

    def found(fresh: bool, posted: Posted) -> list[Action]:
        around = Around(("snow", "1"), [Neighbour(("jira", "7"), "ITSM-7", [breached()], fresh)])
        return actions_of(known(), [], posted, at(NOW, rule), around)

    assert until(found(True, Posted(held={marker: NOW}))) == [None]
    assert until(found(False, Posted(held={marker: NOW}))) == [NOW]
    assert found(False, NOTHING) == []


# Of two comments with one marker.


def stands(*markers: str, at: int = 0, id: str = "") -> NativeComment:  # noqa: A002 - as in `NativeComment`
    return NativeComment(at, "us", "system", public=False, markers=markers, id=id)


@pytest.mark.parametrize(
    ("there", "deleted"),
    [
        pytest.param([stands("a"), stands("a", at=1)], [1], id="the later one"),
        pytest.param([stands("a", id="10"), stands("a", id="9")], [0], id="of one instant, the higher id"),
        pytest.param([stands("a"), stands("a", "b", at=1)], [], id="the later one says more"),
        pytest.param([stands("a", "b"), stands("a", at=1)], [1], id="the earlier one says more"),
        pytest.param([stands("a"), stands("b", at=1), stands("a", "b", at=2)], [2], id="both were said before"),
        pytest.param([stands("a"), stands("a", "b", at=1), stands("b", at=2)], [2], id="never the earliest with one"),
        pytest.param([stands(), stands(at=1)], [], id="comments of others"),
    ],
)
def test_a_comment_is_deleted_only_if_each_of_its_markers_stands_in_an_earlier_one(
    there: Sequence[NativeComment], deleted: Sequence[int]
) -> None:
    assert doubles_of(there) == [there[n] for n in deleted]


_ANY = st.lists(
    st.tuples(st.sets(st.sampled_from("abc"), min_size=1), st.integers(0, 2), st.booleans(), st.booleans()), max_size=6
)


@given(_ANY)
def test_two_runners_that_see_different_parts_of_a_ticket_delete_no_markers_last_comment(
    found: list[tuple[set[str], int, bool, bool]],
) -> None:
    every = [(stands(*sorted(of), at=when, id=str(n)), one, other) for n, (of, when, one, other) in enumerate(found)]
    gone = doubles_of([c for c, seen, _ in every if seen]) + doubles_of([c for c, _, seen in every if seen])
    before = {marker for comment, _, _ in every for marker in comment.markers}
    after = {marker for comment, _, _ in every if comment not in gone for marker in comment.markers}
    assert after == before


def test_a_result_of_an_agreement_that_was_taken_out_is_not_posted_and_stops_nothing() -> None:
    gone = structs.replace(breached(), table="gone", agreement="gone")
    assert markers(planned([gone, breached()], at(NOW))) == [(LATE,)]
    above = Neighbour(("jira", "1"), "OPS-1", [gone], fresh=True)
    rule = replace(ALL, above=("sla", "ola"))
    assert comments(actions_of(known(), [], NOTHING, at(NOW, rule), Around(above=[above]))) == []
