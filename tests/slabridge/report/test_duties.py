"""Duties and rights: what they rest on, and by when."""

from fractions import Fraction

import pytest

from sla_engine import Calendar
from sla_engine.instant import format_instant, parse_instant
from slabridge.report.credits import Broken, Facts, credits_of
from slabridge.report.duties import Duty, duties_of
from slabridge.report.period import read_period
from tests.slabridge.report.small import percent, reporting
from tests.slabridge.report.test_credits import AWS, Given, months

EVES = """
[calendars.eves]
timezone = "Europe/Stockholm"
hours = { mon-fri = ["08:00-17:00"] }
holidays = ["SE:public+de_facto"]
[calendars.local]
timezone = "Europe/Stockholm"
hours = "24x7"
"""


def duties(keys: str, facts: list[Facts], issued: str | None = None) -> list[Duty]:
    found = reporting(f'{EVES}[services.mail]\ncalendar = "always"\n{keys}')
    (mail,) = found.services
    calendars = {name: Calendar(definition) for name, definition in found.definitions.calendars.items()}
    bills = credits_of(mail.credits, mail.consequences, mail.fees, facts)
    return duties_of(mail.consequences, facts, bills, calendars, None if issued is None else parse_instant(issued))


@pytest.mark.parametrize(("calendar", "by"), [("eves", "2026-12-29T16:00:00Z"), ("local", "2026-12-23T23:00:00Z")])
def test_a_root_cause_analysis_is_due_days_after_the_breach(calendar: str, by: str) -> None:
    told = parse_instant("2026-12-18T14:00:00Z")
    broken = [Broken("INC1", "INC1 mail.resolution#1", here=True, at=told), Broken("INC2", "old", here=False, at=told)]
    keys = f'consequences = {{ rca = {{ by = {{ days = 5 }}, calendar = "{calendar}", from = "breach" }} }}'
    (duty,) = duties(keys, [Given(read_period("2026-12", "UTC"), breaches=broken)])
    assert (duty.what, duty.ticket, duty.since, duty.done) == ("root cause", "INC1", told, False)
    assert duty.by is not None
    assert format_instant(duty.by) == by


TERMINATION = 'consequences = { termination = { measure = "availability", periods = 2, within = 3MORE } }'


def missed(*shares: str, notice: tuple[bool, ...] = ()) -> list[Facts]:
    facts = months(*({"availability": percent(share)} for share in shares))
    for n, one in enumerate(facts):
        assert isinstance(one, Given)
        one.targets = {"availability": Fraction(999, 1000)}
        one.notice = bool(notice) and notice[n]
    return facts


def test_two_of_three_periods_below_target_bring_the_right_to_end_it() -> None:
    keys = TERMINATION.replace("MORE", "")
    (duty,) = duties(keys, missed("99", "100", "99"))
    assert (duty.what, str(duty.because), duty.left) == ("termination", "availability missed in 2026-01, 2026-03", 0)
    (ahead,) = duties(keys, missed("99", "100"))
    assert (ahead.since, ahead.left) == (None, 1)
    assert duties(keys, missed("100", "100", "100")) == []


def test_only_periods_of_which_notice_was_given_count_where_that_is_agreed() -> None:
    keys = TERMINATION.replace("MORE", ", notified = true")
    assert duties(keys, missed("99", "100", "99", notice=(True, False, True)))[0].left == 0
    assert duties(keys, missed("99", "100", "99", notice=(False, False, True)))[0].left == 1


def test_a_plan_is_owed_after_so_many_periods_below_a_level_in_a_row() -> None:
    keys = 'consequences = { plan = { measure = "availability", below = "99.5%", periods = 2 } }'
    assert [one.what for one in duties(keys, missed("99", "99.4"))] == ["plan"]
    assert duties(keys, missed("99", "99.6")) == []
    assert duties(keys, missed("99.6", "99.4")) == []


def test_a_claim_has_a_last_day_from_the_issue_of_the_report() -> None:
    keys = (
        AWS
        + 'consequences = { claim = { within = "10wd", calendar = "eves" }, management = { credits = 2, within = 3 } }'
    )
    facts = missed("98", "100", "98")
    claim, management = duties(keys, facts, issued="2026-04-01T10:00:00Z")
    assert claim.by is not None
    assert (str(claim.because), format_instant(claim.by)) == ("a credit of 30.00 SEK", "2026-04-17T15:00:00Z")
    assert str(management.because) == "credits in 2026-01, 2026-03"
    assert duties(keys, facts)[0].by is None  # not issued yet
