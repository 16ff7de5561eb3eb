"""A native value that nothing maps, in a field that decides: one error with its count, and no judgement."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from connectors.errors import Halted
from sla_engine.instant import HOUR, MINUTE
from slabridge.app.explain import Explainer
from slabridge.app.reevaluate import rejudged
from slabridge.exit import Exit
from slabridge.run.context import Context
from slabridge.run.settle import settle
from slabridge.show import logs as logging
from slabridge.state import State
from tests.slabridge.run.job import NOON, TOOLS, Job, tally
from tests.slabridge.run.truth import Truth

LATER = NOON + 3 * HOUR
ACTIVE = 'active = ["Active"]'
"""Open alone has been active."""


@pytest.fixture(autouse=True)
def loud() -> None:
    logging.configure("warning", "console")


@contextmanager
def open_state(job: Job) -> Iterator[State]:
    state = State.of(job.place)
    try:
        yield state
    finally:
        state.close()


def said(logs: list[EventDict]) -> list[tuple[str, str, str, str, int]]:
    """Return (level, connection, field, value, tickets) of the values that were reported."""
    keys = ("log_level", "connection", "field", "value", "tickets")
    return [tuple(log[key] for key in keys) for log in logs if log["event"] == "unmapped value"]


def test_tickets_with_it_keep_what_stands_and_each_run_says_so_until_it_is_mapped(job: Job) -> None:
    assert job.run_at(NOON).exit_code is Exit.COMPLETE
    before = job.ticket("jira", "Open").written
    job.replace(ACTIVE, 'active = ["Doing"]')
    for instant in (NOON + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE, LATER):
        job.sandbox.move_to(instant)
        with capture_logs() as logs:
            report = job.run()
        assert report.exit_code is Exit.PARTIAL
        assert said(logs) == [("error", "jira", "status", "Active", 1)]
        assert (tally(report, "jira").unmapped, tally(report, "jira").quarantined) == (1, 0)
        assert tally(report, "snow").exit_code is Exit.COMPLETE
        assert tally(report, "jira").comments_written == 0
        assert {**before} == job.ticket("jira", "Open").written
    job.replace('active = ["Doing"]', ACTIVE)
    assert job.run_at(LATER + MINUTE).exit_code is Exit.COMPLETE
    assert job.ticket("jira", "Open").written != before, "what was left has been made up for"


def test_a_ticket_that_is_new_is_not_judged_either(job: Job) -> None:
    job.replace(ACTIVE, 'active = ["Doing"]')
    report = job.run_at(NOON)
    assert report.exit_code is Exit.PARTIAL
    assert set(job.ticket("jira", "Open").written.values()) == {None}
    assert set(job.ticket("snow", "Open").written.values()) != {None}


def test_a_value_in_a_history_alone_counts_too_and_ended_cycles_stand(job: Job) -> None:
    job.run_at(NOON)
    held = job.ticket("jira", "Done").written
    job.replace('new = ["New"]', 'new = ["Neu"]')
    report = job.run_at(NOON + MINUTE)
    assert tally(report, "jira").unmapped > 1
    assert job.ticket("jira", "Done").written == held
    job.replace('P3 = "4h"', 'P3 = "10m"')
    with open_state(job) as state:
        changes = set(rejudged(job.config(), state, (NOON - HOUR, NOON), lambda one: one.connection))
        assert changes == {"snow"}, "nothing is judged anew on demand either"


def test_told_to_keep_values_it_judges_with_them_as_they_are_and_warns(job: Job) -> None:
    job.replace(ACTIVE, 'active = ["Doing"]')
    job.replace('type = "jira"', 'type = "jira"\nunmapped = "keep"')
    job.sandbox.move_to(NOON)
    with capture_logs() as logs:
        report = job.run()
    assert report.exit_code is Exit.COMPLETE
    assert said(logs) == [("warning", "jira", "status", "Active", 1)]
    assert tally(report, "jira").unmapped == 0
    for minute in (1, 2):
        assert job.run_at(NOON + minute * MINUTE).exit_code is Exit.COMPLETE
    job.replace('unmapped = "keep"', 'unmapped = "refuse"')
    assert job.run_at(NOON + 3 * MINUTE).exit_code is Exit.PARTIAL


def test_a_field_that_decides_nothing_only_warns(job: Job) -> None:
    table = "[connections.jira.values.priority]"
    job.replace(table, f'[connections.jira.values.type]\nrequest = ["none"]\n\n{table}')
    job.sandbox.move_to(NOON)
    with capture_logs() as logs:
        report = job.run()
    assert report.exit_code is Exit.COMPLETE
    assert {(level, field) for level, _, field, _, _ in said(logs)} == {("warning", "type")}


def test_it_is_said_also_where_the_run_is_cut_short(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(context: Context, *given: Any) -> None:  # noqa: ANN401 - as it is
        if context.name == "jira":
            raise Halted("its time is over")
        settle(context, *given)

    job.replace(ACTIVE, 'active = ["Doing"]')
    job.sandbox.move_to(NOON)
    monkeypatch.setattr("sync.settle", cut)
    with capture_logs() as logs:
        assert job.run().exit_code is Exit.PARTIAL
    assert said(logs) == [("error", "jira", "status", "Active", 1)]


def test_explain_says_it(job: Job) -> None:
    job.run_at(NOON)
    job.replace(ACTIVE, 'active = ["Doing"]')
    key = job.ticket("jira", "Open").key
    with open_state(job) as state:
        found = Explainer.of(job.config()).one(state, "jira", key)
    assert found is not None
    assert [*map(str, found.remarks)] == ['nothing maps "Active" of status: not judged']
    assert found.results, "what stands is shown"


def test_a_status_that_was_renamed_leaves_what_was_judged_as_it_was(job: Job) -> None:
    """Histories keep the old name; the id beside it has the new one."""
    truth = Truth()
    job.run_at(NOON)
    held = {name: job.ticket(name, "Open").written for name in TOOLS}
    job.do("rename-status", issue="", **{"from": "Active", "to": "Doing"})
    job.replace(ACTIVE, 'active = ["Doing"]')
    job.lose_state()
    report = job.run_at(NOON + MINUTE)
    assert report.exit_code is Exit.COMPLETE
    assert {name: job.ticket(name, "Open").written for name in TOOLS} == held
    truth.check(job)
