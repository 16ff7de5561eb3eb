"""The rules of agreements, with numbers worked out by hand. All on Monday 2026-03-02, office hours 07:00Z to 16:00Z."""

from typing import Any

import pytest

from tests.sla_engine.judging import Judge, Rows
from tests.sla_engine.written import RESOLUTION, Row, change, comment, document, ticket

FOUR_HOURS = f'targets = "4h"\n{RESOLUTION}'
BY_PRIORITY = f"""
targets = {{ priority = {{ P1 = "2h" }}, else = "8h" }}
{RESOLUTION}
"""
NIGHT = "2026-03-02T22:00:00Z"


def at(clock: str) -> str:
    return f"2026-03-02T{clock}Z" if clock.count(":") == 2 else f"2026-03-02T{clock}:00Z"


def times(row: Row) -> list[tuple[str, str, str, float]]:
    """Return the segments as (from, to, mode, hours)."""
    return [(part["from"][11:16], part["to"][11:16], part["mode"], part["seconds"] / 3600) for part in row["segments"]]


def chosen(rows: Rows, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(row[key] for key in keys) for row in rows]


class TestDueAndBreach:
    def test_what_ends_exactly_at_due_is_met(self, judge: Judge) -> None:
        done = ticket(at("07:00"), change(at("11:00"), status="done"))
        [row] = judge(document(FOUR_HOURS), [done], NIGHT).rows
        assert (row["due_at"], row["stopped_at"], row["status"]) == (at("11:00"), at("11:00"), "met")
        assert (row["percent"], row["remaining_seconds"], row["breached"], row["breached_at"]) == (100, 0, False, None)

    def test_a_millisecond_later_is_breached(self, judge: Judge) -> None:
        done = ticket(at("07:00"), change(at("11:00:00.001"), status="done"))
        [row] = judge(document(FOUR_HOURS), [done], NIGHT).rows
        assert (row["status"], row["breached_at"], row["remaining_seconds"]) == ("breached", at("11:00"), -0.001)

    def test_reached_at_closing_and_stopped_in_the_evening_is_breached(self, judge: Judge) -> None:
        done = ticket(at("07:00"), change(at("18:00"), status="done"))
        [row] = judge(document(f'targets = "9h"\n{RESOLUTION}'), [done], NIGHT).rows
        assert (row["due_at"], row["status"], row["breached_at"]) == (at("16:00"), "breached", at("16:00"))
        assert (row["elapsed_seconds"], row["remaining_seconds"], row["percent"]) == (9 * 3600, 0, 100)

    @pytest.mark.parametrize(("now", "status"), [("11:00", "on_track"), ("11:00:00.001", "breached")])
    def test_an_open_cycle_is_breached_after_its_due_time(self, judge: Judge, now: str, status: str) -> None:
        [row] = judge(document(FOUR_HOURS), [ticket(at("07:00"))], at(now)).rows
        assert (row["status"], row["stage"], row["due_at"]) == (status, "running", at("11:00"))
        assert row["next_change_at"] == (at("11:00:00.001") if status == "on_track" else None)

    def test_a_due_time_is_projected_over_closing_hours(self, judge: Judge) -> None:
        [row] = judge(document(FOUR_HOURS), [ticket(at("15:00"))], at("15:30")).rows
        assert row["due_at"] == "2026-03-03T10:00:00Z"

    def test_a_cycle_that_ended_early_shows_when_it_would_have_been_due(self, judge: Judge) -> None:
        done = ticket(at("07:00"), change(at("08:00"), status="wait"), change(at("10:00"), status="done"))
        [row] = judge(document(FOUR_HOURS), [done], NIGHT).rows
        assert (row["elapsed_seconds"], row["due_at"]) == (3600, at("13:00"))  # from 10:00 as if it ran on

    def test_percent_is_cut_to_two_decimals(self, judge: Judge) -> None:
        [row] = judge(document(f'targets = "3h"\n{RESOLUTION}'), [ticket(at("07:00"))], at("09:00")).rows
        assert row["percent"] == 66.66

    def test_a_cancelled_cycle_is_cancelled_whatever_its_time(self, judge: Judge) -> None:
        gone = ticket(at("07:00"), change(at("12:00"), status="gone"))
        [row] = judge(document(FOUR_HOURS), [gone], NIGHT).rows
        assert (row["stage"], row["status"], row["stopped_at"]) == ("cancelled", "cancelled", at("12:00"))
        assert (row["breached"], row["breached_at"]) == (True, at("11:00"))

    @pytest.mark.parametrize(
        ("at_risk", "instant"),
        [('["75%"]', "10:00"), ('["30m"]', "10:30"), ('["75%", "30m"]', "10:00"), ('["75%", "3h"]', "08:00")],
    )
    def test_at_risk_begins_at_the_earlier_of_its_thresholds(self, judge: Judge, at_risk: str, instant: str) -> None:
        made, new = document(f"at_risk = {at_risk}\n{FOUR_HOURS}"), ticket(at("07:00"))
        [before] = judge(made, [new], at("07:30")).rows
        [after] = judge(made, [new], at(instant)).rows
        assert (before["status"], before["next_change_at"]) == ("on_track", at(instant))
        assert (after["status"], after["next_change_at"]) == ("at_risk", at("11:00:00.001"))

    def test_a_time_left_that_is_longer_than_the_target_is_at_risk_at_once(self, judge: Judge) -> None:
        [row] = judge(document(f'at_risk = ["8h"]\n{FOUR_HOURS}'), [ticket(at("07:00"))], at("07:00")).rows
        assert row["status"] == "at_risk"


class TestPause:
    def test_a_pause_has_no_due_time_but_one_if_resumed_now(self, judge: Judge) -> None:
        waiting = ticket(at("07:00"), change(at("08:00"), status="wait"))
        [row] = judge(document(FOUR_HOURS), [waiting], at("09:00")).rows
        assert (row["stage"], row["status"], row["due_at"]) == ("paused", "paused", None)
        assert (row["due_if_resumed"], row["next_change_at"]) == (at("12:00"), None)
        assert (row["elapsed_seconds"], row["paused_seconds"]) == (3600, 3600)

    def test_a_pause_after_the_target_is_reached_stays_breached(self, judge: Judge) -> None:
        waiting = ticket(at("07:00"), change(at("12:00"), status="wait"))
        [row] = judge(document(FOUR_HOURS), [waiting], at("13:00")).rows
        assert (row["stage"], row["status"], row["due_at"]) == ("paused", "breached", at("11:00"))
        assert row["due_if_resumed"] is None

    def test_paused_seconds_are_working_time(self, judge: Judge) -> None:
        waiting = ticket(at("15:00"), change(at("15:30"), status="wait"))
        [row] = judge(document(FOUR_HOURS), [waiting], "2026-03-03T08:00:00Z").rows
        assert row["paused_seconds"] == 1800 + 3600

    def test_a_cycle_may_start_paused(self, judge: Judge) -> None:
        waiting = ticket(at("07:00"), change(at("08:00"), status="work"), status="wait")
        [row] = judge(document(FOUR_HOURS), [waiting], at("09:00")).rows
        assert times(row) == [("07:00", "08:00", "paused", 1), ("08:00", "09:00", "counted", 1)]


class TestReopen:
    REOPENED = ticket(at("07:00"), change(at("08:00"), status="done"), change(at("10:00"), status="work"))

    def test_a_new_cycle_starts_from_zero(self, judge: Judge) -> None:
        rows = judge(document(FOUR_HOURS), [self.REOPENED], at("11:00")).rows
        assert chosen(rows, "cycle", "stage", "elapsed_seconds", "started_at") == [
            (1, "completed", 3600, at("07:00")),
            (2, "running", 3600, at("10:00")),
        ]

    def test_resume_continues_and_the_time_in_between_does_not_count(self, judge: Judge) -> None:
        made = document(f'on_reopen = "resume"\n{FOUR_HOURS}')
        [stopped] = judge(made, [self.REOPENED], at("09:00")).rows
        [resumed] = judge(made, [self.REOPENED], at("11:00")).rows
        assert (stopped["stage"], stopped["status"], stopped["stopped_at"]) == ("completed", "met", at("08:00"))
        assert (resumed["cycle"], resumed["stage"], resumed["stopped_at"]) == (1, "running", None)
        assert (resumed["elapsed_seconds"], resumed["due_at"]) == (2 * 3600, at("13:00"))
        assert times(resumed) == [
            ("07:00", "08:00", "counted", 1),
            ("08:00", "10:00", "stopped", 2),
            ("10:00", "11:00", "counted", 1),
        ]

    def test_first_only_starts_none_after_a_stop(self, judge: Judge) -> None:
        made = document(f'on_reopen = "first_only"\n{FOUR_HOURS}')
        rows = judge(made, [self.REOPENED], at("11:00")).rows
        assert chosen(rows, "cycle", "stage") == [(1, "completed")]

    @pytest.mark.parametrize("on_reopen", ["new_cycle", "resume", "first_only"])
    def test_after_a_cancel_a_new_one_starts(self, judge: Judge, on_reopen: str) -> None:
        again = ticket(at("07:00"), change(at("08:00"), status="gone"), change(at("10:00"), status="work"))
        rows = judge(document(f'on_reopen = "{on_reopen}"\n{FOUR_HOURS}'), [again], at("11:00")).rows
        assert chosen(rows, "cycle", "stage", "elapsed_seconds") == [(1, "cancelled", 3600), (2, "running", 3600)]

    def test_first_only_counts_a_stop_of_any_earlier_cycle(self, judge: Judge) -> None:
        statuses = ["done", "work"]
        again = ticket(
            at("07:00"),
            change(at("08:00"), status="gone"),
            change(at("09:00"), status="work"),
            *(change(at(f"{10 + hour}:00"), status=status) for hour, status in enumerate(statuses)),
        )
        rows = judge(document(f'on_reopen = "first_only"\n{FOUR_HOURS}'), [again], at("12:00")).rows
        assert chosen(rows, "cycle", "stage") == [(1, "cancelled"), (2, "completed")]


class TestEndings:
    UPDATE = """
    targets = "2h"
    start = { status = ["new", "work"] }
    stop = { status = "done" }
    reset = { event = "comment", role = "agent", public = true }
    """
    SPOKEN = ticket(at("07:00"), comment(at("08:00"), public=False), comment(at("10:00")), comment(at("10:30")))

    @pytest.mark.parametrize(
        ("on_reset", "stage", "status"), [("complete", "completed", "breached"), ("cancel", "cancelled", "cancelled")]
    )
    def test_a_reset_ends_a_cycle_and_starts_the_next(
        self, judge: Judge, on_reset: str, stage: str, status: str
    ) -> None:
        made = document(f'on_reset = "{on_reset}"\n{self.UPDATE}')
        rows = judge(made, [self.SPOKEN], at("11:00")).rows
        assert chosen(rows, "stage", "status", "started_at", "stopped_at") == [
            (stage, status, at("07:00"), at("10:00")),
            (stage, "met" if on_reset == "complete" else "cancelled", at("10:00"), at("10:30")),
            ("running", "on_track", at("10:30"), None),
        ]

    def test_a_reset_without_start_leaves_no_cycle(self, judge: Judge) -> None:
        made = document('targets = "2h"\nstart = { status = "new" }\nreset = { event = "change", field = "status" }')
        rows = judge(made, [ticket(at("07:00"), change(at("08:00"), status="work"))], at("09:00")).rows
        assert chosen(rows, "stage", "stopped_at") == [("cancelled", at("08:00"))]

    def test_stop_goes_before_cancel_and_cancel_before_reset(self, judge: Judge) -> None:
        base = 'targets = "2h"\nstart = { status = "new" }\non_reset = "complete"\n'
        seen = ticket(at("07:00"), change(at("08:00"), status="new", team="B"))
        change_of_team = '{ event = "change", field = "team" }'
        both = document(f"{base}stop = {change_of_team}\ncancel = {change_of_team}")
        late = document(f"{base}cancel = {change_of_team}\nreset = {change_of_team}")
        assert judge(both, [seen], at("09:00")).rows[0]["stage"] == "completed"
        assert chosen(judge(late, [seen], at("09:00")).rows, "stage") == [("cancelled",)]

    def test_nothing_starts_at_the_row_that_stopped(self, judge: Judge) -> None:
        made = document('targets = "2h"\nstart = { status = "new" }\nstop = { event = "comment" }')
        rows = judge(made, [ticket(at("07:00"), comment(at("08:00")), change(at("09:00"), team="B"))], at("10:00")).rows
        assert chosen(rows, "started_at", "stopped_at") == [(at("07:00"), at("08:00")), (at("09:00"), None)]

    def test_none_starts_where_stop_or_cancel_holds(self, judge: Judge) -> None:
        made = document('targets = "2h"\nstart = { team = "A" }\nstop = { status = "done" }\ncancel = { vip = true }')
        tickets = [ticket(at("07:00"), team="A", status="done"), ticket(at("07:00"), team="A", vip=True)]
        assert judge(made, tickets, at("08:00")).rows == []

    def test_a_cycle_may_begin_and_end_at_one_instant(self, judge: Judge) -> None:
        brief = ticket(at("07:00"), change(at("07:00"), status="done"), team="A")
        [row] = judge(document(FOUR_HOURS), [brief], at("08:00")).rows
        assert (row["status"], row["elapsed_seconds"], row["segments"], row["shares"]) == ("met", 0, [], {})


class TestDecidingRow:
    HANDLING = 'targets = "2h"\nwhile = { team = { set = true } }\nreset = { event = "change", field = "team" }\n'

    def test_a_hand_overs_own_change_decides_nothing(self, judge: Judge) -> None:
        made = document(self.HANDLING + 'on_reset = "complete"', agreement='scope = { team = "Network" }')
        handed = ticket(
            at("07:00"), change(at("08:00"), team="Desk"), change(at("09:30"), team="Network"), team="Network"
        )
        rows = judge(made, [handed], at("10:00")).rows
        assert chosen(rows, "cycle", "stage", "holder", "elapsed_seconds") == [
            (1, "completed", "Network", 3600),
            (3, "running", "Network", 1800),  # the one of the other team has no result, and keeps its number
        ]

    def test_what_changes_at_the_instant_of_resolving_decides_nothing(self, judge: Judge) -> None:
        at_once = [change(at("10:00"), priority="P1"), change(at("10:00"), status="done")]
        [row] = judge(document(BY_PRIORITY), [ticket(at("07:00"), *at_once)], at("11:00")).rows
        assert (row["target_seconds"], row["status"]) == (8 * 3600, "met")

    def test_while_open_the_last_row_decides_also_at_as_of(self, judge: Judge) -> None:
        seen = ticket(at("07:00"), change(at("10:00"), priority="P1"))
        [row] = judge(document(BY_PRIORITY), [seen], at("10:00")).rows
        assert row["target_seconds"] == 2 * 3600

    def test_no_target_that_holds_is_no_result(self, judge: Judge) -> None:
        made = document(f'targets = [{{ when = {{ priority = "P1" }}, within = "1h" }}]\n{RESOLUTION}')
        assert judge(made, [ticket(at("07:00"))], at("08:00")).rows == []

    def test_the_first_target_that_holds_is_chosen_and_its_calendar_is_the_nearest(self, judge: Judge) -> None:
        targets = '[{ when = { priority = "P1" }, within = "10h", calendar = "always" }, { within = "10h" }]'
        made = document(f"targets = {targets}\n{RESOLUTION}")
        rows = judge(made, [ticket(at("07:00"), priority=name) for name in ("P1", "P2")], at("08:00")).rows
        assert [row["due_at"] for row in rows] == [at("17:00"), "2026-03-03T08:00:00Z"]

    def test_a_calendar_is_chosen_by_the_field_at_the_deciding_row(self, judge: Judge) -> None:
        choice = 'calendar = { field = "country", values = { XX = "always" }, else = "office" }'
        moved = ticket(at("05:00"), change(at("09:00"), country=["YY", "XX"]))
        made = document(f'targets = "10h"\n{RESOLUTION}', agreement=choice)
        assert [judge(made, [moved], at(now)).rows[0]["elapsed_seconds"] for now in ("08:59", "09:00")] == [
            3600 + 59 * 60,
            4 * 3600,  # all of its time is counted anew
        ]

    @pytest.mark.parametrize(
        ("zone", "valid_from", "valid_to", "count"),
        [
            ("Europe/Stockholm", "2026-03-03", "2026-03-04", 1),  # 23:30Z is 00:30 of the 3rd
            ("UTC", "2026-03-03", "2026-03-04", 0),
            ("UTC", "2026-03-02", "2026-03-03", 1),
            ("Europe/Stockholm", "2026-03-02", "2026-03-03", 0),
        ],
    )
    def test_an_agreement_is_valid_by_the_local_date_of_the_start(
        self, judge: Judge, zone: str, valid_from: str, valid_to: str, count: int
    ) -> None:
        validity = f"valid_from = {valid_from}\nvalid_to = {valid_to}"
        made = document(FOUR_HOURS, agreement=validity, more=f'timezone = "{zone}"')
        rows = judge(made, [ticket(at("23:30"))], "2026-03-09T00:00:00Z").rows
        assert len(rows) == count

    def test_a_version_judges_the_cycles_that_start_in_its_time(self, judge: Judge) -> None:
        made = document(FOUR_HOURS, agreement='id = "both"\nvalid_to = 2026-03-03')
        new = {**made["agreements"]["standard"], "valid_from": made["agreements"]["standard"]["valid_to"]}
        del new["valid_to"]
        made["agreements"]["next"] = new | {"kind": "uc"}
        reopened = ticket(at("07:00"), change(at("08:00"), status="done"), change("2026-03-03T08:00:00Z", status="new"))
        rows = judge(made, [reopened], "2026-03-03T09:00:00Z").rows
        assert chosen(rows, "agreement", "kind", "cycle") == [("both", "sla", 1), ("both", "uc", 2)]


class TestRetarget:
    """At 10:00, after three hours, the ticket becomes urgent and goes from team A to B: 2 hours instead of 8."""

    URGENT = ticket(at("07:00"), change(at("10:00"), priority="P1", team="B"), team="A", priority="P3")

    def judged(self, judge: Judge, on_retarget: str, now: str = "11:00") -> Row:
        made = document(f'on_retarget = "{on_retarget}"\n{BY_PRIORITY}')
        [row] = judge(made, [self.URGENT], at(now)).rows
        return row

    def test_keep_counts_what_was_used_and_whoever_holds_it_then_held_it_at_the_breach(self, judge: Judge) -> None:
        row = self.judged(judge, "keep")
        assert (row["elapsed_seconds"], row["due_at"], row["status"]) == (4 * 3600, at("09:00"), "breached")
        assert row["breach_holder"] == "B"
        assert row["shares"] == {"A": 3 * 3600, "B": 3600}

    def test_restart_counts_from_the_row_of_the_choice(self, judge: Judge) -> None:
        row = self.judged(judge, "restart")
        assert (row["elapsed_seconds"], row["due_at"], row["started_at"]) == (3600, at("12:00"), at("07:00"))
        assert times(row) == [("07:00", "10:00", "restarted", 3), ("10:00", "11:00", "counted", 1)]
        assert row["shares"] == {"B": 3600}

    def test_freeze_keeps_the_first_choice_but_shows_who_holds_it(self, judge: Judge) -> None:
        row = self.judged(judge, "freeze")
        assert (row["target_seconds"], row["due_at"], row["status"]) == (8 * 3600, at("15:00"), "on_track")
        assert row["holder"] == "B"

    def test_the_holder_at_the_breach_is_not_the_one_it_was_handed_to(self, judge: Judge) -> None:
        late = ticket(at("07:00"), change(at("12:00"), team="B"), team="A")
        [row] = judge(document(FOUR_HOURS), [late], at("13:00")).rows
        assert (row["breached_at"], row["breach_holder"], row["holder"]) == (at("11:00"), "A", "B")

    def test_a_choice_at_the_very_instant_of_the_breach_leaves_it_to_who_holds_it_then(self, judge: Judge) -> None:
        # Two hours are used at 09:00, where the target of two hours is chosen; the same instant brings team C.
        urgent = ticket(
            at("07:00"), change(at("09:00"), priority="P1", team="B"), change(at("09:00"), team="C"), team="A"
        )
        [row] = judge(document(BY_PRIORITY), [urgent], at("10:00")).rows
        assert (row["breached_at"], row["breach_holder"]) == (at("09:00"), "C")

    def test_pauses_before_a_restart_stay_pauses(self, judge: Judge) -> None:
        paused = ticket(
            at("07:00"),
            change(at("08:00"), status="wait"),
            change(at("09:00"), status="work"),
            change(at("10:00"), priority="P1"),
        )
        made = document(f'on_retarget = "restart"\n{BY_PRIORITY}')
        [row] = judge(made, [paused], at("11:00")).rows
        assert [mode for _, _, mode, _ in times(row)] == ["restarted", "paused", "restarted", "counted"]
        assert row["paused_seconds"] == 3600


class TestExclude:
    def test_it_holds_at_the_last_row_also_after_the_cycle_ended(self, judge: Judge) -> None:
        late = [change(at("08:00"), status="done"), change(at("12:00"), force_majeure=True)]
        made = document(FOUR_HOURS, agreement='exclude = { force_majeure = "true" }')
        seen = ticket(at("07:00"), *late)
        assert [judge(made, [seen], at(now)).rows[0]["excluded"] for now in ("11:59", "12:00")] == [False, True]

    def test_an_objective_may_exclude_too(self, judge: Judge) -> None:
        made = document(f"exclude = {{ vip = true }}\n{FOUR_HOURS}", agreement='exclude = { status = "gone" }')
        [row] = judge(made, [ticket(at("07:00"), vip=True)], at("08:00")).rows
        assert (row["excluded"], row["status"]) == (True, "on_track")


class TestAttribution:
    def test_rows_of_one_mode_and_holder_are_one_segment_with_the_first_as_its_cause(self, judge: Judge) -> None:
        seen = ticket(
            at("07:00"),
            change(at("08:00"), priority="P2"),
            change(at("09:00"), team="B"),
            change(at("09:00"), team="A"),
            change(at("10:00"), team=["C", "B"]),
            change(at("11:00"), team=None),
            team="A",
        )
        [row] = judge(document(FOUR_HOURS), [seen], at("12:00")).rows
        assert [(part["from"], part["row"], part["holder"]) for part in row["segments"]] == [
            (at("07:00"), 0, "A"),
            (at("10:00"), 4, "B, C"),
            (at("11:00"), 5, None),
        ]
        assert row["shares"] == {"A": 3 * 3600, "B, C": 3600, "": 3600}

    def test_another_field_can_be_the_holder(self, judge: Judge) -> None:
        made = document(FOUR_HOURS, more='[attribution]\nholder = "assignee"')
        [row] = judge(made, [ticket(at("07:00"), assignee="alice")], at("08:00")).rows
        assert (row["holder"], row["shares"]) == ("alice", {"alice": 3600})
