"""Deadlines, which no pause moves, with dates worked out by hand. Office hours 07:00Z to 16:00Z, in winter."""

import pytest

from tests.sla_engine.judging import Judge, evaluation_of
from tests.sla_engine.written import RESOLUTION, change, document, ticket

MONDAY, TUESDAY, FRIDAY = "2026-03-02", "2026-03-03", "2026-03-06"
BY_FIELD = f'targets = [{{ by = {{ field = "due" }} }}]\n{RESOLUTION}'
NEXT_DAY = "days = 1"


def by(deadline: str, more: str = "") -> str:
    return f"targets = [{{ by = {{ {deadline} }} }}]\n{more}\n{RESOLUTION}"


class TestOfAField:
    def test_a_pause_moves_nothing_and_counts(self, judge: Judge) -> None:
        made = ticket(
            f"{MONDAY}T07:00:00Z",
            change(f"{MONDAY}T09:00:00Z", status="wait"),
            change(f"{MONDAY}T11:00:00Z", status="work"),
            due=f"{MONDAY}T15:00:00+01:00",
        )
        [row] = judge(document(BY_FIELD), [made], f"{MONDAY}T10:00:00Z").rows
        assert (row["stage"], row["status"], row["due_at"]) == ("running", "on_track", f"{MONDAY}T14:00:00Z")
        assert (row["target_seconds"], row["elapsed_seconds"], row["remaining_seconds"]) == (25200, 10800, 14400)
        assert (row["paused_seconds"], row["percent"], row["due_if_resumed"]) == (0, 42.85, None)
        assert [part["mode"] for part in row["segments"]] == ["counted"]

    @pytest.mark.parametrize(("now", "status"), [("22:59:59", "on_track"), ("22:59:59.001", "breached")])
    def test_a_date_is_its_last_second_in_the_calendars_zone(self, judge: Judge, now: str, status: str) -> None:
        [row] = judge(document(BY_FIELD), [ticket(f"{MONDAY}T07:00:00Z", due=MONDAY)], f"{MONDAY}T{now}Z").rows
        assert (row["due_at"], row["status"]) == (f"{MONDAY}T22:59:59Z", status)

    def test_what_is_over_already_has_no_target_and_no_percent(self, judge: Judge) -> None:
        made = ticket(f"{TUESDAY}T09:00:00Z", due=MONDAY)
        [row] = judge(document(BY_FIELD), [made], f"{TUESDAY}T10:00:00Z").rows
        assert (row["target_seconds"], row["percent"], row["status"]) == (0, None, "breached")
        assert (row["due_at"], row["breached_at"]) == (f"{MONDAY}T22:59:59Z", f"{TUESDAY}T09:00:00Z")
        assert row["remaining_seconds"] == -3 * 3600  # 07:00Z to 10:00Z on Tuesday

    def test_what_ends_at_the_deadline_is_met(self, judge: Judge) -> None:
        made = ticket(f"{MONDAY}T07:00:00Z", change(f"{MONDAY}T22:59:59Z", status="done"), due=MONDAY)
        [row] = judge(document(BY_FIELD), [made], f"{FRIDAY}T10:00:00Z").rows
        assert (row["status"], row["percent"], row["remaining_seconds"]) == ("met", 100, 0)

    def test_thresholds_are_of_the_time_until_the_deadline(self, judge: Judge) -> None:
        made = document(f'at_risk = ["50%", "1h"]\n{BY_FIELD}')
        new = ticket(f"{MONDAY}T07:00:00Z", change(f"{MONDAY}T08:00:00Z", status="wait"), due=f"{MONDAY}T13:00:00Z")
        [before] = judge(made, [new], f"{MONDAY}T09:00:00Z").rows
        [reached] = judge(made, [new], f"{MONDAY}T10:00:00Z").rows
        assert (before["status"], before["next_change_at"]) == ("on_track", f"{MONDAY}T10:00:00Z")
        assert (reached["status"], reached["next_change_at"]) == ("at_risk", f"{MONDAY}T13:00:00.001Z")

    def test_a_breach_while_the_clock_is_stopped_is_when_it_goes_on(self, judge: Judge) -> None:
        made = ticket(
            f"{MONDAY}T07:00:00Z",
            change(f"{MONDAY}T08:00:00Z", status="done"),
            change(f"{TUESDAY}T08:00:00Z", status="work"),
            due=MONDAY,
        )
        [row] = judge(document(f'on_reopen = "resume"\n{BY_FIELD}'), [made], f"{TUESDAY}T09:00:00Z").rows
        assert (row["status"], row["breached_at"]) == ("breached", f"{TUESDAY}T08:00:00Z")
        assert row["elapsed_seconds"] == 2 * 3600

    @pytest.mark.parametrize(
        ("due", "warned"),
        [
            (None, ""),
            ("soon", "'soon', which is no instant (2026-03-02T08:00:00Z) and no date (2026-03-02)"),
            ("2026-03-02T12:00:00", "which is no instant"),
            ("2026-W10-1", "which is no instant"),
            ("0012-03-02", "which is no instant"),
            ([MONDAY, TUESDAY], "holds several values ('2026-03-02', '2026-03-03'), and a deadline is one"),
            ("2040-01-01", "its deadline lies more than 3,653 days after the cycle's end"),
        ],
    )
    def test_without_one_date_there_is_no_result_and_it_is_said_once(
        self, judge: Judge, due: object, warned: str
    ) -> None:
        made, new = document(BY_FIELD), ticket(f"{MONDAY}T07:00:00Z", due=due)
        judged = judge(made, [new], f"{MONDAY}T10:00:00Z")
        assert (judged.rows, judged.invalid) == ([], [])
        warnings = [text for _, text in evaluation_of(made, [new, new], f"{MONDAY}T10:00:00Z").warnings]
        assert len(warnings) == (2 if warned else 0)
        assert all(text.startswith("goal has no result: ") and warned in text for text in warnings)

    def test_the_date_at_the_deciding_row_counts(self, judge: Judge) -> None:
        made = ticket(
            f"{MONDAY}T07:00:00Z",
            change(f"{MONDAY}T08:00:00Z", due=FRIDAY),
            change(f"{MONDAY}T09:00:00Z", status="done", due=MONDAY),
            due=TUESDAY,
        )
        [row] = judge(document(BY_FIELD), [made], f"{MONDAY}T10:00:00Z").rows
        assert row["due_at"] == f"{FRIDAY}T22:59:59Z"  # not what was set in the very act of resolving
        [frozen] = judge(document(f'on_retarget = "freeze"\n{BY_FIELD}'), [made], f"{MONDAY}T10:00:00Z").rows
        assert frozen["due_at"] == f"{TUESDAY}T22:59:59Z"


class TestOfAWorkingDay:
    @pytest.mark.parametrize(
        ("created", "deadline", "due"),
        [
            (f"{MONDAY}T08:00:00Z", NEXT_DAY, f"{TUESDAY}T16:00:00Z"),
            (f"{MONDAY}T08:00:00Z", 'days = 1, at = "12:00"', f"{TUESDAY}T11:00:00Z"),
            (f"{MONDAY}T08:00:00Z", "days = 0", f"{MONDAY}T16:00:00Z"),
            (f"{MONDAY}T13:59:59Z", f'{NEXT_DAY}, cutoff = "15:00"', f"{TUESDAY}T16:00:00Z"),
            (f"{MONDAY}T14:00:00Z", f'{NEXT_DAY}, cutoff = "15:00"', "2026-03-04T16:00:00Z"),  # at the cutoff: too late
            (f"{FRIDAY}T08:00:00Z", NEXT_DAY, "2026-03-09T16:00:00Z"),
            ("2026-03-07T08:00:00Z", NEXT_DAY, "2026-03-10T16:00:00Z"),  # a Saturday is received on Monday
            ("2026-03-07T08:00:00Z", "days = 0", "2026-03-09T16:00:00Z"),
            (f"{MONDAY}T17:00:00Z", "days = 0", f"{TUESDAY}T16:00:00Z"),  # after closing: the next working day
            (f"{MONDAY}T09:00:00Z", 'days = 0, at = "10:00"', f"{TUESDAY}T09:00:00Z"),  # not later than the receipt
            (f"{MONDAY}T09:00:00Z", 'days = 0, at = "24:00"', f"{MONDAY}T23:00:00Z"),
        ],
    )
    def test_it_is_counted_from_the_day_of_receipt(self, judge: Judge, created: str, deadline: str, due: str) -> None:
        [row] = judge(document(by(deadline)), [ticket(created)], created).rows
        assert row["due_at"] == due

    def test_a_restart_receives_it_anew(self, judge: Judge) -> None:
        made = document(
            f'targets = [{{ when = {{ priority = "P1" }}, by = {{ days = 0 }} }}, {{ by = {{ days = 2 }} }}]\n'
            f'on_retarget = "restart"\n{RESOLUTION}'
        )
        new = ticket(f"{MONDAY}T08:00:00Z", change(f"{TUESDAY}T08:00:00Z", priority="P1"), priority="P3")
        [row] = judge(made, [new], f"{TUESDAY}T09:00:00Z").rows
        assert (row["due_at"], row["target_seconds"]) == (f"{TUESDAY}T16:00:00Z", 8 * 3600)
        assert [part["mode"] for part in row["segments"]] == ["restarted", "counted"]

    def test_a_night_shift_makes_both_dates_working_days(self, judge: Judge) -> None:
        night = '[calendars.night]\ntimezone = "UTC"\nhours = { fri = ["22:00-06:00"] }'
        made = document(by("days = 1"), agreement='calendar = "night"', more=night)
        [row] = judge(made, [ticket(f"{FRIDAY}T21:00:00Z")], f"{FRIDAY}T23:00:00Z").rows
        assert row["due_at"] == "2026-03-07T06:00:00Z"

    def test_too_few_working_days_are_no_result(self, judge: Judge) -> None:
        judged = judge(document(by("days = 3653")), [ticket(f"{MONDAY}T08:00:00Z")], f"{MONDAY}T09:00:00Z")
        assert (judged.rows, judged.invalid) == ([], [])
