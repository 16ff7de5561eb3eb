"""Comments that wait, in both tools: quiet after a comment, and hours of the day (docs/promises.md)."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sla_engine.instant import HOUR, MINUTE, format_instant
from slabridge.__main__ import main
from slabridge.exit import Exit
from slabridge.show.plan import as_json, diff
from slabridge.state import State
from slabridge.state.schema import outbox, ticket
from slabridge_sandbox.embedded import Sandbox
from tests.slabridge.run.job import NOON, TOOLS, Job, small

NOTES = """
[calendars.notes]
like = "office"
hours = { mon-fri = ["08:00-12:00", "14:00-17:00"] }
maintenance = []
"""
"""Closed at noon (UTC), for an hour."""
OPENS = NOON + HOUR
RISK = NOON + 31 * MINUTE
"""When the open tickets have come to be at risk, by SLA at 12:30, by OLA at 12:24."""
BOTH = ("standard.resolution#1 at_risk", "teams.handling#1 at_risk")


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    with Sandbox(small(tmp_path), in_process=True) as sandbox:
        job = Job(tmp_path, sandbox)
        job.text += NOTES
        job.replace('targets = "8h"', 'targets = "3h"')
        job.replace('above = ["sla"]', "above = []")
        yield job


@pytest.fixture
def midday(job: Job) -> Job:
    """Give the job whose comments wait over noon."""
    _configure(job, 'only = "notes"')
    return job


def _configure(job: Job, line: str) -> None:
    job.replace('visibility = "internal"\n', f'visibility = "internal"\n{line}\n')


def comments(job: Job, name: str) -> list[tuple[str, ...]]:
    return [comment.markers for comment in job.ticket(name, "Open").comments if comment.markers]


def held(job: Job) -> list[tuple[str, str, int]]:
    return [
        (row.connection, row.marker, row.not_before)
        for row in rows(job, sa.select(outbox).where(outbox.c.state == "held").order_by("connection", "marker"))
    ]


def rows(job: Job, statement: sa.Select[Any]) -> list[Any]:
    state = State.of(job.place)
    try:
        with state.reading() as transaction:
            return list(transaction.execute(statement))
    finally:
        state.close()


def test_outside_their_hours_comments_wait_and_are_posted_in_one_when_these_begin_however_long_that_is(
    midday: Job,
) -> None:
    midday.replace('post_within = "24h"', 'post_within = "10m"')
    for instant in (NOON, RISK, OPENS - MINUTE):
        assert midday.run_at(instant).exit_code is Exit.COMPLETE
    assert [comments(midday, name) for name in TOOLS] == [[], []]
    assert held(midday) == [(name, marker, OPENS) for name in sorted(TOOLS) for marker in BOTH]
    woken = [row.wake_at for row in rows(midday, sa.select(ticket).where(ticket.c.wake_at.is_not(None)))]
    assert min(woken) == OPENS
    midday.run_at(OPENS)
    assert [comments(midday, name) for name in TOOLS] == [[BOTH], [BOTH]]
    assert held(midday) == []


def test_what_waits_is_planned_with_its_text_and_until_when_and_the_run_keeps_just_that(midday: Job) -> None:
    midday.run()
    midday.sandbox.move_to(RISK)
    planned = [(name, action) for name, action in midday.rehearse().actions if action.held_until is not None]
    assert held(midday) == []
    midday.run()
    assert held(midday) == sorted(
        (name, marker, action.held_until) for name, action in planned for marker in action.write.markers
    )
    again = [(name, action) for name, action in midday.rehearse().actions if action.held_until is not None]
    assert [(name, action.write, action.held_until) for name, action in again] == [
        (name, action.write, action.held_until) for name, action in planned
    ]
    (action,) = [action for name, action in planned if name == "snow"]
    text = diff("snow", action).plain
    assert f"internal comment, held until {format_instant(OPENS)}: SLA at risk: Standard service, resolution" in text
    document = json.loads(json.dumps(as_json("snow", action)))
    assert (document["held_until"], document["markers"]) == (format_instant(OPENS), list(BOTH))


def test_the_commands_plan_and_status_count_what_is_held(
    midday: Job, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    midday.run_at(RISK)
    shown = {}
    for command in ("plan", "status"):
        monkeypatch.setattr(sys, "argv", ["slabridge", command, "--config", str(midday.path)])
        with pytest.raises(SystemExit):
            main()
        shown[command] = capfd.readouterr().out
    assert "2 comments are held" in shown["plan"]
    assert shown["status"].count("2 transitions wait to be posted") == len(TOOLS)


def test_nothing_is_posted_on_a_ticket_that_was_resolved_while_its_comment_waited(midday: Job) -> None:
    for instant in (NOON, RISK):
        midday.run_at(instant)
    midday.edit("snow", midday.ticket("snow", "Open"), state="6")
    midday.do("transition", midday.ticket("jira", "Open").key, to="Resolved")
    midday.run_at(RISK + MINUTE)
    midday.run_at(OPENS)
    assert [comments(midday, name) for name in TOOLS] == [[], []]
    assert held(midday) == []


def test_a_lost_state_posts_what_waited_once(midday: Job) -> None:
    midday.run_at(RISK)
    midday.lose_state()
    midday.run_at(OPENS)
    midday.lose_state()
    midday.run_at(OPENS)
    assert [comments(midday, name) for name in TOOLS] == [[BOTH], [BOTH]]


def test_two_states_post_what_waits_in_both_of_them_once(midday: Job) -> None:
    places = [midday.place, str(midday.folder / "another.db")]
    for instant in (RISK, OPENS):
        for midday.place in places:
            midday.run_at(instant)
    assert [comments(midday, name) for name in TOOLS] == [[BOTH], [BOTH]]


def test_within_quiet_only_a_breach_is_posted_and_what_waited_goes_along(job: Job) -> None:
    _configure(job, 'quiet = "2h"')
    job.run_at(NOON + 26 * MINUTE)
    job.run_at(RISK)
    assert [comments(job, name) for name in TOOLS] == [[(BOTH[1],)], [(BOTH[1],)]]
    assert [(until - NOON) // MINUTE for _, _, until in held(job)] == [26 + 120] * 2
    job.run_at(OPENS + MINUTE)
    assert [comments(job, name)[1] for name in TOOLS] == [("teams.handling#1 breached", BOTH[0])] * 2
    assert held(job) == []


def test_what_waits_for_quiet_is_posted_when_it_is_over_and_the_state_need_not_remember_it(job: Job) -> None:
    _configure(job, 'quiet = "20m"')
    job.run_at(NOON + 26 * MINUTE)
    job.lose_state()
    for minutes in (31, 47):
        job.run_at(NOON + minutes * MINUTE)
        assert [len(comments(job, name)) for name in TOOLS] == ([1, 1] if minutes == 31 else [2, 2])
