"""Whose word was the last, where a ticket was opened, who wrote: what the engine itself knows of a ticket."""

import pytest

from tests.sla_engine.judging import Judge
from tests.sla_engine.written import RESOLUTION, change, comment, document, ticket

NOW = "2026-03-02T15:00:00Z"


def at(clock: str) -> str:
    return f"2026-03-02T{clock}:00Z"


def test_the_clock_runs_while_the_last_public_word_is_not_ours(judge: Judge) -> None:
    made = document('while = { last_public_comment = { not = "agent" } }\non_reopen = "resume"\ntargets = "8h"')
    asked = ticket(
        at("07:00"),
        comment(at("08:00")),
        comment(at("09:00"), "system"),
        comment(at("09:30"), "customer", public=False),
        comment(at("10:00"), "customer"),
        comment(at("10:30"), "agent", public=False),
        comment(at("11:00")),
    )
    [row] = judge(made, [asked], NOW).rows
    assert (row["stage"], row["elapsed_seconds"], row["stopped_at"]) == ("completed", 2 * 3600, at("11:00"))


@pytest.mark.parametrize(("role", "started"), [("agent", "09:00"), ("customer", "10:00")])
def test_internal_words_count_in_last_comment(judge: Judge, role: str, started: str) -> None:
    made = document(f'start = {{ last_comment = "{role}" }}\ntargets = "8h"')
    spoken = ticket(at("07:00"), comment(at("09:00"), public=False), comment(at("10:00"), "customer"))
    [row] = judge(made, [spoken], NOW).rows
    assert row["started_at"] == at(started)


def test_before_the_first_word_there_is_none(judge: Judge) -> None:
    made = document('start = { last_comment = { set = false } }\nstop = { last_comment = "agent" }\ntargets = "8h"')
    [row] = judge(made, [ticket(at("07:00"), comment(at("08:00"), "system"), comment(at("09:00")))], NOW).rows
    assert (row["started_at"], row["stopped_at"]) == (at("07:00"), at("09:00"))


@pytest.mark.parametrize(
    ("created", "hours"), [("2026-03-02T07:00:00Z", 1), ("2026-03-02T16:00:00Z", 4), ("2026-03-01T12:00:00Z", 4)]
)
def test_a_target_may_go_by_the_hours_in_which_a_ticket_was_opened(judge: Judge, created: str, hours: int) -> None:
    made = document(f'targets = {{ opened_in = {{ office = "1h" }}, else = "4h" }}\n{RESOLUTION}')
    [row] = judge(made, [ticket(created, change("2026-03-03T18:00:00Z", priority="P1"))], "2026-03-04T00:00:00Z").rows
    assert row["target_seconds"] == hours * 3600


def test_opened_in_has_all_calendars_that_work_then(judge: Judge) -> None:
    made = document(
        f'targets = "1h"\n{RESOLUTION}', agreement='scope = { opened_in = "always", not = { opened_in = "office" } }'
    )
    assert len(judge(made, [ticket("2026-03-01T12:00:00Z")], NOW).rows) == 1
    assert judge(made, [ticket("2026-03-02T12:00:00Z")], NOW).rows == []


def test_a_comment_may_be_asked_to_be_by_whom_a_field_names(judge: Judge) -> None:
    made = document(
        'start = { status = "new" }\ntargets = "8h"\n'
        'stop = { event = "comment", by = { field = "assignee" }, public = true }'
    )
    worked = ticket(
        at("07:00"),
        comment(at("08:00"), by="alice"),
        change(at("09:00"), assignee=["bob", "carol"]),
        comment(at("10:00"), by="bob", public=False),
        comment(at("11:00"), by="carol"),
        assignee=None,
    )
    rows = judge(made, [worked], NOW).rows
    assert rows[0]["stopped_at"] == at("11:00")


def test_created_holds_at_the_first_row_alone(judge: Judge) -> None:
    made = document('start = { event = "created" }\nstop = { event = "comment", role = "agent" }\ntargets = "8h"')
    answered = ticket(at("07:00"), comment(at("08:00")), change(at("09:00"), priority="P1"))
    [row] = judge(made, [answered], NOW).rows
    assert (row["cycle"], row["started_at"], row["stopped_at"]) == (1, at("07:00"), at("08:00"))


class TestAtOnce:
    RULE = 'start = { status = ["new", "work"] }\nstop = { status = "done" }\ncancel = { status = "gone" }\ntargets = "4h"\n'

    def test_what_is_done_when_it_comes_is_met_in_no_time(self, judge: Judge) -> None:
        [row] = judge(document(f"{self.RULE}at_once = true"), [ticket(at("07:00"), status="done")], NOW).rows
        assert (row["stage"], row["status"], row["elapsed_seconds"]) == ("completed", "met", 0)
        assert (row["started_at"], row["stopped_at"], row["segments"]) == (at("07:00"), at("07:00"), [])

    def test_without_it_nothing_was_promised(self, judge: Judge) -> None:
        assert judge(document(self.RULE), [ticket(at("07:00"), status="done")], NOW).rows == []

    def test_what_is_cancelled_when_it_comes_is_not(self, judge: Judge) -> None:
        made = document(
            f"{self.RULE}at_once = true".replace('cancel = { status = "gone" }', 'cancel = { status = "done" }')
        )
        assert judge(made, [ticket(at("07:00"), status="done")], NOW).rows == []

    @pytest.mark.parametrize(
        ("on_reopen", "expected"),
        [("new_cycle", [(1, 0), (2, 7200)]), ("resume", [(1, 7200)]), ("first_only", [(1, 0)])],
    )
    def test_a_reopening_goes_on_from_it(self, judge: Judge, on_reopen: str, expected: list[tuple[int, int]]) -> None:
        made = document(f'{self.RULE}at_once = true\non_reopen = "{on_reopen}"')
        again = ticket(at("07:00"), change(at("13:00"), status="work"), status="done")
        assert [(row["cycle"], row["elapsed_seconds"]) for row in judge(made, [again], NOW).rows] == expected


class TestCarry:
    """Time used on one calendar stays used as it was counted, when another target comes to apply."""

    TARGETS = (
        'targets = [{ when = { priority = "P1" }, within = "4h", calendar = "always" }, '
        '{ when = { priority = "P3" }, within = "6h" }]\non_retarget = "carry"\n'
    )

    def test_each_stretch_counts_on_the_calendar_of_its_target(self, judge: Judge) -> None:
        made = document(f"{self.TARGETS}{RESOLUTION}")
        new = ticket(at("14:00"), change(at("22:00"), priority="P1"), priority="P3")
        [row] = judge(made, [new], "2026-03-02T23:00:00Z").rows
        assert (row["elapsed_seconds"], row["due_at"]) == (3 * 3600, "2026-03-03T00:00:00Z")
        assert [part["seconds"] for part in row["segments"]] == [3 * 3600]

    def test_a_row_without_a_target_counts_as_the_one_before(self, judge: Judge) -> None:
        made = document(f"{self.TARGETS}{RESOLUTION}")
        new = ticket(at("18:00"), change(at("19:00"), priority="P2"), change(at("20:00"), priority="P3"), priority="P1")
        [row] = judge(made, [new], at("21:00")).rows
        assert row["elapsed_seconds"] == 2 * 3600

    def test_a_pause_counts_on_the_calendar_of_its_row_too(self, judge: Judge) -> None:
        made = document(f"{self.TARGETS}{RESOLUTION}")
        new = ticket(at("17:00"), change(at("20:00"), status="work", priority="P3"), priority="P1", status="wait")
        [row] = judge(made, [new], at("21:00")).rows
        assert (row["paused_seconds"], row["elapsed_seconds"]) == (3 * 3600, 0)

    def test_a_cycle_without_length_is_due_on_its_own_calendar(self, judge: Judge) -> None:
        made = document(f"at_once = true\n{self.TARGETS}{RESOLUTION}")
        [row] = judge(made, [ticket(at("15:00"), status="done", priority="P3")], NOW).rows
        assert row["due_at"] == "2026-03-03T12:00:00Z"


def test_a_date_of_every_year_is_closed_in_each(judge: Judge) -> None:
    closed = '[calendars.c]\ntimezone = "UTC"\nhours = "24x7"\nclosed = ["12-31 12:00-24:00", "02-29"]'
    made = document(f'targets = "9000h"\n{RESOLUTION}', agreement='calendar = "c"', more=closed)
    for created, now, hours in (
        ("2025-12-31T00:00:00Z", "2026-01-01T06:00:00Z", 18),
        ("2026-12-31T00:00:00Z", "2027-01-01T06:00:00Z", 18),
        ("2028-02-28T00:00:00Z", "2028-03-01T00:00:00Z", 24),
        ("2027-02-28T00:00:00Z", "2027-03-01T00:00:00Z", 24),
    ):
        [row] = judge(made, [ticket(created)], now).rows
        assert row["elapsed_seconds"] == hours * 3600
