"""Working time, with numbers worked out by hand. 2026-03-02 is a Monday; Stockholm's summer: 29 March to 25 October."""

import tomllib

import pytest

from tests.sla_engine.judging import Judge
from tests.sla_engine.written import RESOLUTION, change, document, ticket

ACROSS_EPIPHANY = ("2026-01-05T18:00:00+01:00", "2026-01-07T07:00:00+01:00")  # Tuesday the 6th, a Swedish holiday
HOUR = 3600


def worked(judge: Judge, calendar: str, start: str, end: str) -> float:
    """Return the working time in seconds of a ticket that is created and resolved then."""
    text = f'targets = "1h"\n{RESOLUTION}'
    made = document(text, agreement='calendar = "own"')
    made["calendars"] |= {"own": tomllib.loads(calendar)}
    [row] = judge(made, [ticket(start, change(end, status="done"))], "2030-01-01T00:00:00Z").rows
    found: float = row["elapsed_seconds"]
    return found


def stockholm(hours: str, more: str = "") -> str:
    return f'timezone = "Europe/Stockholm"\nhours = {hours}\n{more}'


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-07T12:00:00+01:00", "2026-03-08T12:00:00+01:00", 8),
        ("2026-10-24T12:00:00+02:00", "2026-10-25T12:00:00+01:00", 9),  # back at 03:00
        ("2026-03-28T12:00:00+01:00", "2026-03-29T12:00:00+02:00", 7),  # forward at 02:00
    ],
)
def test_a_night_shift_lasts_as_long_as_the_night_really_is(judge: Judge, start: str, end: str, hours: int) -> None:
    assert worked(judge, stockholm('{ sat = ["22:00-06:00"] }'), start, end) == hours * HOUR


@pytest.mark.parametrize(
    ("span", "seconds"),
    [
        ("01:00-04:00", 2 * HOUR),
        ("02:00-03:00", 0),  # 02:00 moves to 03:00: empty
        ("02:30-03:15", 0),  # 02:30 moves to 03:30: reversed
        ("02:30-04:00", HOUR / 2),
    ],
)
def test_a_time_in_the_spring_gap_moves_forward_by_the_gap(judge: Judge, span: str, seconds: float) -> None:
    calendar = stockholm(f'{{ sun = ["{span}"] }}')
    assert worked(judge, calendar, "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00") == seconds


@pytest.mark.parametrize(
    ("span", "hours"),
    [("02:30-04:00", 2.5), ("01:00-02:30", 1.5), ("02:00-03:00", 2), ("02:15-02:45", 0.5)],
)
def test_an_ambiguous_autumn_time_is_its_first_occurrence(judge: Judge, span: str, hours: float) -> None:
    calendar = stockholm(f'{{ sun = ["{span}"] }}')
    assert worked(judge, calendar, "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00") == hours * HOUR


def test_half_an_hour_is_lord_howes_whole_daylight_saving(judge: Judge) -> None:
    calendar = 'timezone = "Australia/Lord_Howe"\nhours = { sat = ["22:00-06:00"] }'  # back at 02:00 to 01:30
    assert worked(judge, calendar, "2024-04-06T12:00:00+11:00", "2024-04-07T12:00:00+10:30") == 8.5 * HOUR


def test_a_day_that_has_no_midnight_begins_an_hour_later(judge: Judge) -> None:
    calendar = 'timezone = "America/Sao_Paulo"\nhours = { sun = ["00:00-24:00"] }'  # forward at 00:00 to 01:00
    assert worked(judge, calendar, "2018-11-03T12:00:00-03:00", "2018-11-05T12:00:00-02:00") == 23 * HOUR


class TestApiaLeavesOutADate:
    """From Thursday 2011-12-29 at -10:00 Samoa went straight to Saturday 2011-12-31 at +14:00."""

    START, END = "2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"

    def test_round_the_clock_nothing_is_counted_for_it(self, judge: Judge) -> None:
        assert worked(judge, 'timezone = "Pacific/Apia"\nhours = "24x7"', self.START, self.END) == 24 * HOUR

    def test_its_times_lie_in_a_gap_of_a_day_and_move_forward_by_it(self, judge: Judge) -> None:
        calendar = 'timezone = "Pacific/Apia"\nhours = { fri = ["08:00-10:00"] }'
        assert worked(judge, calendar, self.START, self.END) == 2 * HOUR
        assert worked(judge, calendar, self.START, "2011-12-31T09:00:00+14:00") == HOUR

    def test_where_they_lie_decides_what_closes_them(self, judge: Judge) -> None:
        calendar = 'timezone = "Pacific/Apia"\nhours = { fri = ["08:00-10:00"] }\nclosed = '
        assert worked(judge, calendar + '["2011-12-30"]', self.START, self.END) == 2 * HOUR
        assert worked(judge, calendar + '["2011-12-31"]', self.START, self.END) == 0


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ("", 9),
        ('holidays = ["SE"]', 0),
        ('holidays = ["SE"]\nopen = { 2026-01-06 = ["10:00-14:00"] }', 4),
        ('holidays = ["SE"]\nopen = { 2026-01-06 = ["10:00-14:00"] }\nclosed = ["2026-01-06"]', 0),
        ('holidays = ["SE"]\nopen = { 2026-01-06 = ["10:00-14:00"] }\nclosed = ["2026-01-06 13:00-24:00"]', 3),
        ('closed = ["2026-01-06 12:00-24:00"]', 4),
        ('open = { 2026-01-06 = ["10:00-14:00", "13:00-15:00"] }', 5),
        ('maintenance = [{ weekly = "tue 16:00-20:00" }]', 8),
        ("maintenance = [{ from = 2026-01-05T22:00:00, to = 2026-01-06T09:30:00 }]", 7.5),
        ('open = { 2026-01-06 = ["10:00-14:00"] }\nmaintenance = [{ weekly = "tue 11:00-12:00" }]', 3),
    ],
)
def test_open_lifts_a_holiday_but_nothing_else(judge: Judge, more: str, hours: float) -> None:
    calendar = stockholm('{ mon-fri = ["08:00-17:00"] }', more)
    assert worked(judge, calendar, *ACROSS_EPIPHANY) == hours * HOUR


@pytest.mark.parametrize(
    ("more", "hours"),
    [
        ("", 8 + 8),  # 22:00 to 06:00, twice
        ('holidays = ["SE"]', 2 + 6),  # what lies in the 6th is removed, no more
        ('closed = ["2026-01-06"]', 2 + 6),
        ('open = { 2026-01-06 = ["10:00-14:00"] }', 8 + 4),  # the night before belongs to the 5th
        ('holidays = ["SE"]\nopen = { 2026-01-06 = ["10:00-14:00"] }', 8 + 4),
        ('holidays = ["SE"]\nopen = { 2026-01-05 = ["20:00-06:00"] }', 4 + 6),  # the holiday cuts it at midnight
        ('maintenance = [{ weekly = "mon 22:00-06:00" }]', 0 + 8),
    ],
)
def test_a_shift_over_midnight_belongs_to_the_day_it_starts_on(judge: Judge, more: str, hours: float) -> None:
    calendar = stockholm('{ mon-tue = ["22:00-06:00"] }', more)
    assert worked(judge, calendar, "2026-01-05T12:00:00+01:00", "2026-01-07T12:00:00+01:00") == hours * HOUR


def test_a_range_of_days_may_wrap(judge: Judge) -> None:
    calendar = stockholm('{ fri-mon = ["08:00-09:00"], wed = ["08:00-10:00"] }')
    assert worked(judge, calendar, "2026-03-02T00:00:00+01:00", "2026-03-09T00:00:00+01:00") == (4 + 2) * HOUR


def test_overlapping_hours_count_once(judge: Judge) -> None:
    calendar = stockholm('{ mon = ["08:00-12:00", "11:00-14:00", "14:00-15:00"] }')
    assert worked(judge, calendar, "2026-03-02T00:00:00+01:00", "2026-03-03T00:00:00+01:00") == 7 * HOUR


def test_like_takes_whole_keys_from_the_other_calendar(judge: Judge) -> None:
    # Monday 12 January in New York; the hours are Stockholm's, the holidays are not.
    made = document(f'targets = "1h"\n{RESOLUTION}', agreement='calendar = "us"')
    made["calendars"]["office"]["holidays"] = ["SE"]
    made["calendars"]["us"] = {"like": "office", "timezone": "America/New_York", "holidays": ["US"]}
    start, end = "2026-01-05T00:00:00-05:00", "2026-01-20T00:00:00-05:00"  # 6th: SE only; 19th: US only
    [row] = judge(made, [ticket(start, change(end, status="done"))], end).rows
    assert row["elapsed_seconds"] == 10 * 9 * HOUR


@pytest.mark.parametrize(
    ("within", "calendar", "due"),
    [
        ("2wd", "office", "2026-03-03T14:00:00Z"),  # 16 hours: 9 on Monday, 7 on Tuesday
        ("2wd", "always", "2026-03-04T07:00:00Z"),
        ("1wd1h30m", "office", "2026-03-03T07:30:00Z"),
        ("9h", "office", "2026-03-02T16:00:00Z"),  # at closing, not at the next opening
    ],
)
def test_a_working_day_is_as_long_as_the_calendar_says(judge: Judge, within: str, calendar: str, due: str) -> None:
    made = document(f'targets = "{within}"\n{RESOLUTION}', agreement=f'calendar = "{calendar}"')
    [row] = judge(made, [ticket("2026-03-02T07:00:00Z")], "2026-03-02T07:00:00Z").rows
    assert row["due_at"] == due


@pytest.mark.parametrize(("minutes", "invalid"), [(521, []), (522, [0]), (100_000, [0])])
def test_a_due_time_more_than_3653_days_ahead_sets_the_ticket_aside(
    judge: Judge, minutes: int, invalid: list[int]
) -> None:
    # One minute a week, from the Monday on: the 522nd Sunday begins exactly 3,653 days later.
    made = document(f'targets = "{minutes}m"\n{RESOLUTION}', agreement='calendar = "rare"')
    made["calendars"]["rare"] = {"timezone": "UTC", "hours": {"sun": ["00:00-00:01"]}}
    now = "2026-03-02T00:00:00Z"
    judgement = judge(made, [ticket(now), ticket(now, status="done") | {"key": "T2"}], now)
    assert judgement.invalid == invalid
    assert [row["due_at"] for row in judgement.rows] == ([] if invalid else ["2036-02-24T00:01:00Z"])
