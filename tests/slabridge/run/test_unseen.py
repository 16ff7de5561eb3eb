"""A value in the configuration that no known ticket holds or ever held is named before it empties fields."""

from collections import Counter

import pytest
from structlog.testing import capture_logs

from sla_engine.instant import MINUTE
from slabridge.app.validate import unseen
from slabridge.show import logs as logging
from slabridge.state import ConnectionState, State, seen
from slabridge.ticket.values import LONGEST, SeenValue
from tests.slabridge.run.chained import chained
from tests.slabridge.run.job import NOON, Job
from tests.slabridge.state.released import load


@pytest.fixture(autouse=True)
def loud() -> None:
    logging.configure("warning", "console")


def said(job: Job, *, rehearse: bool = False) -> set[tuple[str, str]]:
    with capture_logs() as logs:
        if rehearse:
            job.rehearse()
        else:
            job.run()
    found = [(log["place"], log["value"]) for log in logs if log["event"] == "value never seen"]
    assert len(found) == len(set(found))
    return set(found)


def counted(job: Job) -> dict[str, Counter[tuple[str, str]]]:
    state = State.of(job.place)
    try:
        with ConnectionState(state, "snow").reading() as transaction:
            return seen.values(transaction)
    finally:
        state.close()


def test_a_slip_in_a_scope_a_start_or_a_code_is_named_by_plan_once_by_run_and_by_validate(job: Job) -> None:
    job.sandbox.move_to(NOON)
    before = said(job)
    assert said(job) == set()
    job.replace('scope = { team = "Service Desk" }', 'scope = { team = "Servcie Desk" }')
    job.replace('new = ["1"]', 'new = ["1", "41"]')
    slips = {("agreements.first-line.scope.team", "Servcie Desk"), ("connections.snow.values.status.new", "41")}
    assert slips <= said(job, rehearse=True) - before
    assert {(problem.path, (problem.value or "").strip('"')) for problem in unseen(job.config())} >= slips
    assert slips <= said(job)
    assert said(job) == set()


def test_each_value_counts_the_tickets_that_hold_it_or_ever_held_it(job: Job) -> None:
    job.sandbox.move_to(NOON)
    job.run()
    first = counted(job)
    assert sum(first["state"].values()) > len(first["state"])
    job.sandbox.move_to(NOON + MINUTE)
    job.run()
    assert counted(job) == first


def test_nothing_is_said_before_a_run_has_read_the_tickets(job: Job) -> None:
    job.replace('scope = { team = "Service Desk" }', 'scope = { team = "Servcie Desk" }')
    assert [one for one in unseen(job.config()) if "links" not in one.path] == []


def test_the_first_run_of_this_version_counts_what_an_earlier_one_had_read(job: Job) -> None:
    load("0004", job.place)
    assert not counted(job)
    assert [one for one in unseen(job.config()) if "links" not in one.path] == []
    job.sandbox.move_to(NOON)
    job.run()
    upgraded = counted(job)
    job.lose_state()
    job.run()
    fresh = counted(job)
    assert {field: set(pairs) for field, pairs in fresh.items()} == {
        field: set(pairs) for field, pairs in upgraded.items()
    }


def test_of_a_field_with_a_thousand_values_and_of_long_texts_nothing_more_is_kept_or_counted(job: Job) -> None:
    state = State.of(job.place)
    try:
        with ConnectionState(state, "snow").begin() as transaction:
            seen.add(transaction, {SeenValue("caller", f"{n}", f"{n}"): 1 for n in range(seen.MOST + 5)})
            seen.add(transaction, {SeenValue("caller", "1", "1"): 1, SeenValue("caller", "late", "late"): 1})
            found = seen.values(transaction)["caller"]
    finally:
        state.close()
    assert len(found) == seen.MOST
    assert found["1", "1"] == 1
    assert LONGEST < 255


def test_links_by_which_no_ticket_names_another_are_named(job: Job) -> None:
    job.sandbox.move_to(NOON)
    issue = job.ticket("jira", "Open")
    place = ("connections.snow.links[0]", "problem")
    job.text = chained(job.text)
    assert place in said(job)
    job.edit("snow", job.ticket("snow", "Open"), correlation_id=issue.key)
    job.run_at(NOON + MINUTE)
    assert place not in {(problem.path, (problem.value or "").strip('"')) for problem in unseen(job.config())}
