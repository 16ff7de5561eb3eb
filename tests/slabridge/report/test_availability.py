"""Availability: known figures of others, and each way to declare oneself to 100 %."""

from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla_engine.instant import HOUR, MINUTE, SECOND, parse_instant
from slabridge.report.availability import Availability
from slabridge.report.outage import Kind, Outage
from slabridge.report.shown import shown_share
from tests.reference.random_cases import examples
from tests.slabridge.report.small import availability, outage, percent

ALWAYS = 'calendar = "always"\n'
DAY = 'calendar = "day"\n'


def down(found: Availability) -> tuple[float, int]:
    """Return the time down in ms, and the number of outages."""
    return float(found.down), found.number


def test_an_outage_of_a_day_is_six_percent() -> None:
    found = availability(ALWAYS + 'availability = "99%"', outage("00:00", "2026-03-02T01:26:24Z"))
    assert (found.share, shown_share(found.share, 4)) == (percent("94"), "94.0000")


@pytest.mark.parametrize(
    "outages",
    [
        (outage("01:00", "03:00"), outage("02:00", "04:00")),
        (outage("10:00", "12:00"), outage("12:00", "13:00")),
    ],
)
def test_outages_that_overlap_or_touch_are_one(outages: tuple[Outage, ...]) -> None:
    assert down(availability(ALWAYS + 'availability = "99%"', *outages)) == (3 * HOUR, 1)


@pytest.mark.parametrize(
    ("times", "hours", "number"),
    [(("10:00", "16:00"), 4, 2), (("12:30", "13:30"), 0, 0), (("13:00", "16:00"), 2, 1), (("10:00", "13:00"), 2, 1)],
)
def test_planned_time_is_cut_out_and_what_it_cuts_in_two_counts_as_two(
    times: tuple[str, str], hours: int, number: int
) -> None:
    found = availability(ALWAYS + 'availability = "99%"', outage(*times), outage("12:00", "14:00", "planned"))
    assert down(found) == (hours * HOUR, number)
    assert found.service_time == 24 * HOUR


def test_outside_of_service_time_nothing_is_down_and_nothing_counted() -> None:
    outages = (outage("04:00", "06:00"), outage("10:00", "11:00"))
    absolute = availability(ALWAYS + 'availability = "99%"', *outages)
    assert (absolute.share, absolute.number) == (percent("87.5"), 2)
    scheduled = availability(DAY + 'availability = "99%"', *outages)
    assert (scheduled.share, scheduled.number) == (percent("87.5"), 1)
    assert (scheduled.between, scheduled.to_restore) == (Fraction(7 * HOUR), Fraction(HOUR))
    assert scheduled.budget == Fraction(4 * MINUTE + 48 * SECOND)
    assert scheduled.verdict is False


def test_ten_minutes_of_a_day_are_met_at_99_percent() -> None:
    found = availability(ALWAYS + 'availability = "99%"', outage("10:00", "10:10"))
    assert (found.budget, found.verdict) == (Fraction(14 * MINUTE + 24 * SECOND), True)


def test_an_outage_over_midnight_counts_in_each_day_with_its_part() -> None:
    night = outage("2026-03-01T22:00:00Z", "03:00")
    keys = ALWAYS + 'availability = "99%"'
    assert down(availability(keys, night)) == (3 * HOUR, 1)
    before = availability(keys, night, start="2026-03-01T00:00:00Z", end="2026-03-02T00:00:00Z")
    assert down(before) == (2 * HOUR, 1)


def test_without_service_time_there_is_no_figure_and_no_verdict() -> None:
    period = {"start": "01:00", "end": "2026-03-02T05:00:00Z"}
    found = availability(DAY + 'availability = "99%"', outage("02:00", "03:00"), **period)
    assert (found.share, found.verdict, found.why_none) == (None, None, "no service time")
    assert availability(ALWAYS + 'availability = "99%"', outage("02:00", "03:00"), **period).share == percent("75")


def test_a_real_row_in_its_day_and_in_its_week() -> None:
    keys, one = ALWAYS + 'availability = "99%"', outage("00:00", "2026-03-02T03:15:42Z")
    assert shown_share(availability(keys, one).share, 5) == "86.40972"
    assert shown_share(availability(keys, one, end="2026-03-09T00:00:00Z").share, 5) == "98.05853"


def test_common_papers_month_with_scheduled_and_excluded_time() -> None:
    keys = ALWAYS + 'availability = "99.9%"\nmaintenance = "exclude"'
    outages = (outage("00:00", "04:00", "planned"), outage("05:00", "06:00", "excluded", approved_by="Acme"))
    found = availability(keys, *outages, outage("08:00", "09:06"), end="2026-04-02T00:00:00Z")
    assert found.service_time == (31 * 24 * 60 - 240) * MINUTE
    assert (
        shown_share((found.service_time - 60 * MINUTE - found.down) / (found.service_time - 60 * MINUTE), 4)
        == "99.8511"
    )


def test_a_target_is_compared_exactly_and_shown_cut() -> None:
    month = {"start": "2026-04-01T00:00:00Z", "end": "2026-05-01T00:00:00Z"}
    keys = ALWAYS + 'availability = "99.9%"'
    met = availability(keys, outage("2026-04-01T00:00:00Z", "2026-04-01T00:43:12Z"), **month)
    missed = availability(keys, outage("2026-04-01T00:00:00Z", "2026-04-01T00:43:13Z"), **month)
    assert (met.verdict, missed.verdict) == (True, False)
    assert shown_share(missed.share, 2) == "99.89"


def test_a_target_of_100_percent_has_no_budget() -> None:
    found = availability(ALWAYS + 'availability = "100%"', outage("01:00", "02:00"))
    assert (found.budget, found.verdict) == (Fraction(0), False)
    assert availability(ALWAYS + 'availability = "100%"').verdict is True


# Ways to declare oneself to 100 %, and the keys that close them.

KEYS = ALWAYS + 'availability = "99%"\n'


def test_maintenance_that_was_announced_late_or_never_is_an_outage() -> None:
    keys = KEYS + 'notice = "48h"'
    announced = {"late": "2026-03-01T00:00:00Z", "early": "2026-02-01T00:00:00Z"}
    assert down(availability(keys, outage("10:00", "12:00", "planned"))) == (2 * HOUR, 1)
    late = outage("10:00", "12:00", "planned", announced=announced["late"])
    early = outage("10:00", "12:00", "planned", announced=announced["early"])
    assert down(availability(keys, late)) == (2 * HOUR, 1)
    assert down(availability(keys, early)) == (0, 0)


def test_maintenance_outside_of_its_window_is_an_outage() -> None:
    found = availability(KEYS + 'window = "mon 10:00-11:00"', outage("10:00", "12:00", "planned"))
    assert down(found) == (HOUR, 1)


def test_more_maintenance_than_was_agreed_is_an_outage() -> None:
    outages = (outage("10:00", "12:00", "planned"), outage("14:00", "16:00", "planned"))
    assert down(availability(KEYS + 'maintenance_at_most = "3h"', *outages)) == (HOUR, 1)
    assert float(availability(KEYS + 'maintenance_at_most = "4h"', *outages).down) == 0


def test_maintenance_counts_or_shrinks_the_service_time_where_that_is_agreed() -> None:
    outages = (outage("10:00", "12:00", "planned"), outage("14:00", "15:00"))
    assert float(availability(KEYS + 'maintenance = "count"', *outages).down) == 3 * HOUR
    shrunk = availability(KEYS + 'maintenance = "exclude"', *outages)
    assert (shrunk.service_time, down(shrunk)) == (22 * HOUR, (HOUR, 1))


def test_an_exclusion_that_nobody_approved_is_named() -> None:
    found = availability(KEYS, outage("10:00", "12:00", "excluded"), outage("10:00", "13:00"))
    assert down(found) == (HOUR, 1)
    assert len(found.unproven) == 1


def test_time_in_which_nobody_looked_is_up_down_or_too_little() -> None:
    dark = [(outage("00:00", "12:00").start, outage("00:00", "12:00").end or 0)]
    assert availability(KEYS, unmeasured=dark).coverage == Fraction(1, 2)
    assert float(availability(KEYS, unmeasured=dark).down) == 0
    assert float(availability(KEYS + 'unmeasured = "down"', unmeasured=dark).down) == 12 * HOUR
    found = availability(KEYS + 'coverage_at_least = "95%"', unmeasured=dark)
    assert (found.verdict, found.why_none) == (None, "too little was measured")


def test_weights_are_never_added_and_weight_0_is_no_outage() -> None:
    outages = (outage("10:00", "12:00", "degraded"), outage("11:00", "13:00", "degraded"))
    assert down(availability(KEYS, *outages)) == (0, 0)
    half = availability(KEYS + 'weight = { degraded = "50%" }', *outages)
    assert down(half) == (1.5 * HOUR, 1)
    own = availability(KEYS, outage("10:00", "12:00", weight=Fraction(3, 10)), outage("11:00", "12:00"))
    assert float(own.down) == 1.3 * HOUR
    nothing = availability(
        KEYS, outage("10:00", "11:00"), outage("11:00", "12:00", weight=Fraction(0)), outage("12:00", "13:00")
    )
    assert down(nothing) == (2 * HOUR, 2)


def test_short_outages_count_by_their_whole_length_and_flapping_is_one() -> None:
    keys = KEYS + 'minimum = "10m"\n'
    assert down(availability(keys, outage("10:00", "10:09"))) == (0, 0)
    assert down(availability(keys, outage("2026-03-01T23:55:00Z", "00:05"))) == (5 * MINUTE, 1)
    flapping = (outage("10:00", "10:01"), outage("10:02", "10:03"), outage("10:30", "10:31"))
    assert down(availability(KEYS + 'merge = "5m"', *flapping)) == (4 * MINUTE, 2)


def test_an_outage_that_lasts_counts_until_now_and_closed_hours_do_not_cut_it_in_two() -> None:
    found = availability(
        DAY + 'availability = "99%"', outage("2026-03-01T16:00:00Z", None), start="2026-03-01T00:00:00Z"
    )
    assert (down(found), [one.end for one, _ in found.records]) == ((9 * HOUR, 1), [None])


def test_of_several_records_of_an_outage_the_last_version_counts() -> None:
    first, then = outage("10:00", "11:00", ref="1"), outage("10:00", "10:30", ref="1", version=2)
    assert down(availability(KEYS, then, first)) == (30 * MINUTE, 1)


def test_what_became_of_each_record_is_said() -> None:
    keys = DAY + 'notice = "48h"\nminimum = "10m"\n'
    asked = {
        "counted": outage("10:00", "11:00"),
        "outside service time": outage("18:00", "19:00"),
        "maintenance": outage("12:00", "13:00", "planned", announced="2026-02-20T00:00:00Z"),
        "excluded": outage("14:00", "15:00", "excluded", approved_by="Ann"),
        "excused": outage("14:10", "14:50"),
        "weight 0": outage("16:00", "16:30", "degraded"),
        "too short": outage("16:40", "16:45"),
        "superseded": outage("09:00", "10:00", ref="1"),
    }
    late = outage("09:00", "09:30", "planned", announced="2026-03-01T12:00:00Z", ref="1", version=2)
    found = availability(keys, *asked.values(), late)
    effects = dict(found.records)
    assert {effect: effects[one] for effect, one in asked.items()} == dict(zip(asked, asked, strict=True))
    assert effects[late] == "counted"
    assert [one.records for one in found.outages] == [(late,), (asked["counted"],)]
    assert [float(one.down) for one in found.outages] == [30 * MINUTE, HOUR]


@st.composite
def records(draw: st.DrawFn) -> Outage:
    """Return a record of 2 March 2026, whole minutes of the first four hours."""
    start = draw(st.integers(0, 230))
    weight = draw(st.sampled_from([None, Fraction(0), Fraction(1, 3), Fraction(1)]))
    kind = draw(st.sampled_from(get_args(Kind)))
    begin = parse_instant("2026-03-02T00:00:00Z")
    end = start + draw(st.integers(1, 60))
    return Outage("mail", begin + start * MINUTE, begin + end * MINUTE, kind, weight)


@given(st.lists(records(), max_size=8))
@examples(150)
def test_down_time_is_that_which_is_counted_minute_by_minute(found: list[Outage]) -> None:
    down, before, number = Fraction(0), False, 0
    begin = parse_instant("2026-03-02T00:00:00Z")
    for minute in range(300):
        here = [one for one in found if one.start <= begin + minute * MINUTE < (one.end or 0)]
        counting = [one for one in here if one.kind in {"down", "degraded"}]
        usual = {"down": Fraction(1), "degraded": Fraction(1, 2)}
        weights = [usual[one.kind] if one.weight is None else one.weight for one in counting]
        excused = any(one.kind in {"planned", "excluded"} for one in here)
        lost = Fraction(0) if excused else max(weights, default=Fraction(0))
        down += lost * MINUTE
        number += bool(lost) and not before
        before = bool(lost)
    result = availability(KEYS + 'weight = { degraded = "50%" }', *found)
    assert (result.down, result.number) == (down, number)
    assert sum((one.down for one in result.outages), Fraction(0)) == down
