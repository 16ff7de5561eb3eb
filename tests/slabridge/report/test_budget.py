"""What services may still miss: as a slow count says, and never more than what is left to them."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.instant import DAY, HOUR
from slabridge.report.budget import affordable, budgets
from slabridge.report.document import Document
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from slabridge.show.services import lines_of
from tests.slabridge.report.small import outage, reporting
from tests.slabridge.report.test_evidence import SERVICE, TICKETS

MARCH = read_period("2026-03", "UTC")


@given(
    met=st.integers(0, 300),
    breached=st.integers(0, 60),
    percent=st.decimals("0.5", 100, places=2).map(Fraction),
)
def test_so_many_more_breaches_keep_the_promise_and_one_more_breaks_it(
    met: int, breached: int, percent: Fraction
) -> None:
    share = percent / 100
    slow = 0
    while Fraction(met, met + breached + slow + 1) >= share:
        slow += 1
    assert affordable(met, breached, share) == slow


@pytest.mark.parametrize(
    ("met", "breached", "percent", "more"),
    [(95, 5, 95, 0), (96, 4, 95, 1), (90, 10, 95, 0), (0, 0, 95, 0), (19, 0, 95, 1), (7, 0, 100, 0), (5, 9, 0, None)],
)
def test_what_a_promise_bears(met: int, breached: int, percent: int, more: int | None) -> None:
    assert affordable(met, breached, Fraction(percent, 100)) == more


def left(now: int, ahead: int = 0) -> Document:
    """Return what is left to the service at an instant of March, with an outage of an hour on the second."""
    found = reporting(SERVICE)
    reporter = Reporter(found, Wanted(MARCH), now)
    reporter.add(TICKETS)
    reporter.add_outages([outage("10:00", "11:00")])
    document = reporter.document()
    (one,) = budgets(document, found.services, {"mail": ahead})["services"]
    if document["cover"]["state"] != "draft":
        assert one["availability"]["left_seconds"] == document["availability"][0]["budget_left_seconds"]
    return dict(one)


def test_where_nothing_tells_of_outages_nothing_is_said_to_be_left() -> None:
    found = reporting(SERVICE)
    unread = [replace(one, outages=()) for one in found.services]
    reporter = Reporter(replace(found, services=tuple(unread)), Wanted(MARCH), MARCH.end)
    document = reporter.document()
    left = budgets(document, unread, {})
    told = left["services"][0]["availability"]
    assert (told["percent"], told["left_seconds"], told["left_percent"]) == (None, None, None)
    assert told["allowance_seconds"] == 2678.4
    assert any("nothing tells of outages" in text for text in lines_of(left))


def test_the_allowance_is_that_of_the_whole_period_from_its_first_day_on() -> None:
    early, late = left(MARCH.start + 2 * DAY, ahead=29 * DAY), left(MARCH.end + HOUR)
    for one in (early, late):
        assert one["availability"]["allowance_seconds"] == 2678.4
        assert one["availability"]["used_seconds"] == 3600
        assert one["availability"]["left_seconds"] == -921.6
        assert one["availability"]["left_percent"] == "-34.5"
        assert (one["availability"]["outages"], one["availability"]["longest_seconds"]) == (1, 3600)
    assert (early["availability"]["percent"], late["availability"]["percent"]) == ("97.9166", "99.8655")


def test_what_was_kept_so_far_says_how_many_more_breaches_it_bears() -> None:
    (fix,) = left(MARCH.start + 3 * DAY)["objectives"]
    assert (fix["met"], fix["breached"], fix["target"], fix["kept"], fix["more_breaches"]) == (5, 3, "90", False, 0)
    assert fix["percent"] == "62.50"


def test_where_nothing_is_promised_nothing_is_left_and_nothing_is_used_up() -> None:
    fix = 'objectives.fix = { clock = "resolution", targets = "9h" }'
    found = reporting(f'[services.mail]\nname = "Mail"\ncalendar = "always"\nweight = {{ degraded = "50%" }}\n{fix}\n')
    reporter = Reporter(found, Wanted(MARCH), MARCH.end)
    reporter.add(TICKETS)
    (bare,) = budgets(reporter.document(), found.services, {})["services"]
    assert bare["objectives"][0]["more_breaches"] is None
    assert bare["availability"]["left_seconds"] is bare["availability"]["left_percent"] is None
