"""Periods as people write them, in a zone of their own."""

import pytest

from sla_engine.instant import MINUTE, format_instant
from slabridge.report.period import period_of, periods_of, read_period

STOCKHOLM = "Europe/Stockholm"


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
        ("2026-Q2", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z"),
        ("2026-W01", "2025-12-28T23:00:00Z", "2026-01-04T23:00:00Z"),
        ("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
        ("2026-03-28..2026-03-30", "2026-03-27T23:00:00Z", "2026-03-29T22:00:00Z"),
    ],
)
def test_a_period_is_half_open_in_local_dates(text: str, start: str, end: str) -> None:
    found = read_period(text, STOCKHOLM)
    assert (found.name, format_instant(found.start), format_instant(found.end)) == (text, start, end)
    assert found.before().end == found.start
    assert found.next().start == found.end
    assert found.next().before() == found


def test_months_have_the_minutes_that_their_clocks_show() -> None:
    lengths = [read_period(text, STOCKHOLM) for text in ("2026-10", "2026-03")]
    assert [(one.end - one.start) // MINUTE for one in lengths] == [44_700, 44_580]


def test_the_period_of_an_instant_and_those_within_another() -> None:
    quarter = read_period("2026-Q1", STOCKHOLM)
    assert [one.name for one in periods_of("month", quarter)] == ["2026-01", "2026-02", "2026-03"]
    assert period_of("month", quarter.end, STOCKHOLM).name == "2026-04"
    assert period_of("year", quarter.end - 1, STOCKHOLM).name == "2026"
    assert read_period("2026-01", STOCKHOLM).before(13).name == "2024-12"


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-3", "March", "2026-Q5", "2026-W60", "2026-03-02..2026-03-02", "0000", "9999-W52"]
)
def test_what_is_no_period_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match="is no period; write 2026-03"):
        read_period(text, STOCKHOLM)


@pytest.mark.parametrize("text", ["0001", "1969-12", "1970-W01", "2200", "9999-11", "0001-01-01..9999-12-31"])
def test_a_period_of_years_in_which_no_ticket_is_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not between the years 1970 and 2199"):
        read_period(text, STOCKHOLM)


def test_the_first_and_the_last_period_of_years_in_which_tickets_are_can_be_asked_for() -> None:
    for text in ("1970", "1970-01", "1970-W02", "2199", "2199-12", "1970-01-01..2200-01-01"):
        assert read_period(text, STOCKHOLM).name == text
