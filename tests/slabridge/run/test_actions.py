"""What is written on a ticket, and why: results and what is known in, actions out."""

from dataclasses import replace
from datetime import date

import pytest

from connectors.interface import Fact, Instant
from sla_engine import Definitions, Result
from sla_engine.instant import DAY, HOUR, MINUTE
from slabridge.config import CommentRule, FieldMap, ResultRef
from slabridge.run.actions import Reason, actions_of
from slabridge.run.comments import marker_of
from slabridge.ticket.known import Known
from slabridge.ticket.posted import NOTHING, Posted
from tests.slabridge.run.making import (
    COMMENTS,
    DEFINITIONS,
    DUE,
    NOW,
    STATUS,
    at_risk,
    breached,
    changes,
    comments,
    ended,
    known,
    paused,
    result,
    terms,
)

LONG_AGO = NOW - 3 * DAY


# Fields: what differs is written, with the reason.


@pytest.mark.parametrize(
    ("ticket", "results", "expected"),
    [
        pytest.param(known(), [result()], [("u_status", None, "on_track", "first")], id="never written"),
        pytest.param(
            known(written={"u_status": "theirs"}),
            [result()],
            [("u_status", "theirs", "on_track", "first")],
            id="somebody's value before our first",
        ),
        pytest.param(
            known({"u_status": "on_track"}),
            [at_risk()],
            [("u_status", "on_track", "At risk", "changed")],
            id="another result, by its native option",
        ),
        pytest.param(
            known({"u_status": "on_track"}, {"u_status": "mine!"}),
            [result()],
            [("u_status", "mine!", "on_track", "drift")],
            id="somebody changed it",
        ),
        pytest.param(
            known({"u_status": "on_track"}, {"u_status": None}),
            [result()],
            [("u_status", None, "on_track", "drift")],
            id="somebody emptied it",
        ),
        pytest.param(
            known({"u_status": "on_track"}, {"u_status": "mine!"}),
            [at_risk()],
            [("u_status", "mine!", "At risk", "changed")],
            id="changed by us and by them: the result is what counts",
        ),
        pytest.param(known({"u_status": "met"}), [], [("u_status", "met", None, "emptied")], id="no cycle left"),
        pytest.param(
            known({"u_status": "on_track"}),
            [ended(stage="cancelled", status="cancelled")],
            [("u_status", "on_track", None, "emptied")],
            id="the only cycle was cancelled",
        ),
        pytest.param(
            known({"u_status": "on_track"}),
            [result(excluded=True)],
            [("u_status", "on_track", None, "emptied")],
            id="the only cycle is excluded",
        ),
        pytest.param(known({"u_status": "on_track"}), [result()], [], id="it holds it already"),
        pytest.param(known(written={"u_status": "on_track"}), [result()], [], id="it holds it, state was lost"),
        pytest.param(
            known({"u_status": "on_track"}, {}), [result()], [], id="the tool does not show it: what we told counts"
        ),
        pytest.param(known({"u_status": None}), [], [], id="emptied already"),
        pytest.param(known({"u_status": "on_track"}, {"u_status": None}), [], [], id="emptied by somebody"),
        pytest.param(known({"u_status": None}, {"u_status": "x"}), [], [], id="what others fill later is theirs"),
        pytest.param(known(written={"u_status": "x"}), [], [], id="no cycle, and never ours"),
    ],
)
def test_a_field_is_written_when_it_differs(
    ticket: Known, results: list[Result], expected: list[tuple[str, str | None, str | None, str]]
) -> None:
    assert changes(ticket, results, terms(STATUS)) == expected


def test_a_transition_is_no_reason_of_a_field_and_all_others_are_in_the_table_above() -> None:
    assert set(Reason) == {"first", "changed", "drift", "emptied", "transition", "put back"}


def test_fields_that_differ_go_out_as_one_write_without_those_that_do_not() -> None:
    holder = FieldMap("u_holder", ResultRef("holder", kind="sla"), {})
    ticket = known({"u_status": "on_track", "u_due": "old", "u_holder": "Desk"})
    (action,) = actions_of(ticket, [result()], NOTHING, terms(STATUS, DUE, holder))
    assert [change.field for change in action.changes] == ["u_due", "u_holder"]
    assert action.write.id == "1"
    assert action.write.key == "INC1"


@pytest.mark.parametrize(
    ("ticket", "results", "concerns"),
    [
        pytest.param(known(), [], False, id="no cycle"),
        pytest.param(known(), [ended(LONG_AGO)], False, id="ended long ago"),
        pytest.param(known(), [ended(NOW - DAY)], True, id="ended just within post_within"),
        pytest.param(known(), [ended(NOW - DAY - 1)], False, id="ended just before"),
        pytest.param(known({"u_due": "x"}), [ended(LONG_AGO)], True, id="ended long ago, but we wrote there"),
        pytest.param(known(), [ended(LONG_AGO), result(cycle=2)], True, id="one cycle is open"),
    ],
)
def test_only_tickets_that_concern_us_are_written(ticket: Known, results: list[Result], concerns: bool) -> None:
    assert bool(changes(ticket, results, terms(STATUS))) == concerns


# Values.


@pytest.mark.parametrize(
    ("name", "values", "given", "expected"),
    [
        ("due_at", {}, {"due_at": NOW}, Instant(NOW)),
        ("due_at", {}, {"due_at": None}, None),
        ("breached_at", {}, {"breached_at": NOW}, Instant(NOW)),
        ("started_at", {}, {"started_at": NOW - 5}, Instant(NOW - 5)),
        ("next_change_at", {}, {"next_change_at": NOW + 5}, Instant(NOW + 5)),
        ("status", {"at_risk": "At risk"}, {"status": "at_risk", "since": NOW}, "At risk"),
        ("status", {"at_risk": "At risk"}, {}, "on_track"),
        ("breached", {"true": "Yes"}, {"breached": True}, "Yes"),
        ("breached", {"true": "Yes"}, {}, "false"),
        ("holder", {}, {"holder": None}, None),
        ("holder", {"Network": "NW"}, {}, "NW"),
        ("cycle", {}, {"cycle": 3}, 3),
        ("target_seconds", {}, {"target": 90 * MINUTE}, 5400),
        ("definition", {}, {}, "0123456789abcdef"),
        ("agreement", {}, {}, "standard"),
    ],
)
def test_a_result_becomes_a_fact_through_its_native_options(
    name: str, values: dict[str, str], given: dict[str, object], expected: Fact
) -> None:
    seen: list[tuple[str, Fact]] = []

    def encode(field: str, fact: Fact) -> str | None:
        seen.append((field, fact))
        return None

    by = terms(FieldMap("u_x", ResultRef(name, kind="sla"), values))
    actions_of(
        known(), [result(**given)], NOTHING, type(by)(by.definitions, by.writeback, encode, by.as_of, by.post_within)
    )
    assert seen == [("u_x", expected)]
    assert type(seen[0][1]) is type(expected)


# Comments: a transition is told once.


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param(at_risk(), True, id="at risk"),
        pytest.param(breached(), True, id="breached"),
        pytest.param(result(), False, id="on track"),
        pytest.param(paused(NOW), False, id="paused"),
        pytest.param(breached(kind="ola"), False, id="a kind that is not told"),
        pytest.param(breached(excluded=True), False, id="excluded"),
        pytest.param(breached(stage="completed", stopped_at=NOW), False, id="its cycle has ended"),
        pytest.param(breached(NOW - DAY), True, id="just within post_within"),
        pytest.param(breached(NOW - DAY - 1), False, id="too long ago"),
        pytest.param(
            breached(NOW - 3 * DAY, since=NOW - HOUR), True, id="due long ago by a target that was chosen just now"
        ),
    ],
)
def test_a_transition_is_told_if_it_is_recent_and_its_cycle_open(found: Result, told: bool) -> None:
    actions = actions_of(known(), [found], NOTHING, terms(comments=COMMENTS))
    assert bool(comments(actions)) == told


def test_without_a_rule_nothing_is_told() -> None:
    assert actions_of(known(), [breached()], NOTHING, terms(STATUS))[0].changes
    assert comments(actions_of(known(), [breached()], NOTHING, terms(STATUS))) == []


def test_a_status_that_is_not_in_on_is_not_told() -> None:
    rule = CommentRule(("breached",), ("sla",))
    assert comments(actions_of(known(), [at_risk()], NOTHING, terms(comments=rule))) == []


@pytest.mark.parametrize(
    ("ticket", "markers"),
    [
        pytest.param(known(), ["standard.resolution#1 breached"], id="in the outbox"),
        pytest.param(known(markers=["standard.resolution#1 breached"]), [], id="on the ticket, state was lost"),
    ],
)
def test_a_transition_that_was_told_is_not_told_again(ticket: Known, markers: list[str]) -> None:
    assert actions_of(ticket, [breached()], Posted(frozenset(markers)), terms(comments=COMMENTS)) == []


@pytest.mark.parametrize(
    "other",
    [
        "standard.resolution#1 at_risk",
        "standard.resolution#2 breached",
        "standard.response#1 breached",
        "gold.resolution#1 breached",
    ],
)
def test_another_agreement_objective_cycle_or_status_is_another_transition(other: str) -> None:
    (comment,) = comments(actions_of(known(), [breached()], Posted(frozenset([other])), terms(comments=COMMENTS)))
    assert comment.markers == (marker_of(breached(), DEFINITIONS),) == ("standard.resolution#1 breached",)


def renamed(table: str, valid_from: date | None = None) -> Definitions:
    """Return the definitions with the table of an agreement called otherwise; its id stays."""
    (first, *others) = DEFINITIONS.agreements
    return replace(DEFINITIONS, agreements=(replace(first, table=table, valid_from=valid_from), *others))


def test_a_comments_key_has_the_agreements_id_and_its_version_and_not_the_name_of_its_table() -> None:
    assert marker_of(breached(table="service"), renamed("service")) == "standard.resolution#1 breached"
    versioned = renamed("service", valid_from=date(2026, 1, 1))
    assert marker_of(breached(table="service"), versioned) == "standard@2026-01-01.resolution#1 breached"


@pytest.mark.parametrize("posted", ["standard.resolution#1 breached", "service.resolution#1 breached"])
def test_renaming_an_agreements_table_posts_nothing_again(posted: str) -> None:
    by = replace(terms(comments=COMMENTS), definitions=renamed("service"))
    assert comments(actions_of(known(markers=[posted]), [breached(table="service")], NOTHING, by)) == []


def test_a_version_posts_nothing_again_that_was_posted_by_the_name_of_its_table() -> None:
    by = replace(terms(comments=COMMENTS), definitions=renamed("standard", valid_from=date(2026, 1, 1)))
    assert comments(actions_of(known(markers=["standard.resolution#1 breached"]), [breached()], NOTHING, by)) == []


@pytest.mark.parametrize(
    ("posts_from", "posted"),
    [(None, True), (NOW - HOUR, True), (NOW - HOUR + 1, False), (NOW, False)],
)
def test_nothing_is_posted_that_happened_before_the_floor(posts_from: int | None, posted: bool) -> None:
    by = replace(terms(comments=COMMENTS), posts_from=posts_from)
    assert bool(comments(actions_of(known(), [breached(NOW - HOUR)], NOTHING, by))) == posted


@pytest.mark.parametrize(
    ("last_run", "posted"),
    [
        pytest.param(None, False, id="no run was complete"),
        pytest.param(NOW - 3 * HOUR, True, id="open at the last complete run"),
        pytest.param(NOW - HOUR, False, id="ended by then: that run saw it"),
        pytest.param(NOW - 30 * HOUR, False, id="not begun by then"),
    ],
)
def test_a_breach_is_posted_also_where_its_cycle_ended_while_no_run_came_through(
    last_run: int | None, posted: bool
) -> None:
    found = breached(NOW - 2 * HOUR, stopped_at=NOW - HOUR, stage="completed", started_at=NOW - 26 * HOUR)
    by = replace(terms(comments=COMMENTS), last_run=last_run)
    told = comments(actions_of(known(), [found], NOTHING, by))
    assert bool(told) == posted
    assert all("It has ended since" in comment.body for comment in told)


def test_what_is_at_risk_when_its_cycle_ends_is_no_news() -> None:
    found = result(status="at_risk", since=NOW - 2 * HOUR, stopped_at=NOW - HOUR, started_at=NOW - 26 * HOUR)
    by = replace(terms(comments=COMMENTS), last_run=NOW - 3 * HOUR)
    assert comments(actions_of(known(), [found], NOTHING, by)) == []


def test_two_objectives_breached_at_once_are_one_write_of_fields_and_one_comment() -> None:
    results = [breached(objective="response"), breached()]
    actions = actions_of(known(), results, NOTHING, terms(STATUS, DUE, comments=COMMENTS))
    assert [len(action.changes) for action in actions] == [2, 0]
    assert [comment.markers for comment in comments(actions)] == [
        ("standard.response#1 breached", "standard.resolution#1 breached")
    ]


@pytest.mark.parametrize(("visibility", "internal"), [("internal", True), ("public", False)])
def test_a_comment_is_as_visible_as_the_rule_says(visibility: str, internal: bool) -> None:
    rule = CommentRule(("breached",), ("sla",), visibility)  # type: ignore[arg-type]
    (comment,) = comments(actions_of(known(), [breached()], NOTHING, terms(comments=rule)))
    assert comment.internal is internal


def test_a_comment_is_written_in_the_language_and_the_words_of_the_connection() -> None:
    swedish = replace(COMMENTS, language="sv", templates=(("breached", "{{ kind }}: {{ status }}, {{ ticket }}"),))
    (late,), (soon,) = (
        comments(actions_of(known(), [one], NOTHING, terms(comments=swedish))) for one in (breached(), at_risk())
    )
    assert late.body == "SLA: överskriden, INC1"
    assert soon.body.startswith("SLA i riskzonen: ")
