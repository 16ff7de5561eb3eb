from datetime import date, datetime

import pytest

from sla_engine.agreement import CalendarChoice, Rule, Target, Threshold
from sla_engine.calendar import CalendarDefinition, HolidayCode, Span
from sla_engine.condition import AllOf, AnyOf, ChangeEvent, CommentEvent, Condition, Differs, Equals, IsSet, Not
from sla_engine.duration import Duration
from sla_engine.instant import HOUR, MINUTE
from tests.slabridge.config.small import definitions

OFFICE = CalendarChoice("office")
CLOSED = Equals("status", ("closed",))


def _stop(text: str) -> Condition | None:
    return _rule(f"agreements.standard.objectives.resolution.stop = {text}").stop


def _rule(change: str) -> Rule:
    return definitions(change).agreements[0].objectives[0].rule


def _targets(text: str) -> tuple[Target, ...]:
    found = definitions(f"agreements.standard.objectives.resolution.targets = {text}")
    return found.agreements[0].objectives[0].targets


def _weekly(hours: str) -> tuple[tuple[Span, ...], ...]:
    return definitions(f'calendars.other = {{ timezone = "UTC", hours = {hours} }}').calendars["other"].weekly


def test_a_calendar_says_all_that_the_file_says() -> None:
    change = """
        [calendars.full]
        timezone = "Europe/Stockholm"
        hours = { mon-tue = ["08:00-12:00", "13:00-17:00"], sun = ["22:00-06:00"] }
        holidays = ["SE", "US-NY:public+unofficial"]
        closed = ["2026-06-05", 2026-06-06, "2026-12-24 12:00-24:00"]
        open = { 2026-05-02 = ["10:00-14:00"] }
        day = "7h30m"
        [[calendars.full.maintenance]]
        weekly = "sat-sun 16:00-20:00"
        [[calendars.full.maintenance]]
        from = 2026-06-01T22:00:00
        to = "2026-06-02 02:00"
    """
    workday = (Span(480, 720), Span(780, 1020))
    assert definitions(change).calendars["full"] == CalendarDefinition(
        timezone="Europe/Stockholm",
        weekly=(workday, workday, (), (), (), (), (Span(1320, 1800),)),
        holidays=(HolidayCode("SE"), HolidayCode("US", "NY", ("public", "unofficial"))),
        closed=((date(2026, 6, 5), None), (date(2026, 6, 6), None), (date(2026, 12, 24), Span(720, 1440))),
        open=((date(2026, 5, 2), (Span(600, 840),)),),
        weekly_maintenance=((5, Span(960, 1200)), (6, Span(960, 1200))),
        maintenance=((datetime(2026, 6, 1, 22), datetime(2026, 6, 2, 2)),),  # noqa: DTZ001 - local by design
        day=7 * HOUR + 30 * MINUTE,
    )


def test_24x7_is_every_minute_of_the_week() -> None:
    assert _weekly('"24x7"') == ((Span(0, 1440),),) * 7


def test_a_range_of_days_may_wrap() -> None:
    hours = (Span(480, 960),)
    assert _weekly('{ fri-mon = ["08:00-16:00"] }') == (hours, (), (), (), hours, hours, hours)


@pytest.mark.parametrize(("text", "span"), [("00:00-24:00", Span(0, 1440)), ("22:00-00:00", Span(1320, 1440))])
def test_a_span_ends_at_midnight_however_it_is_written(text: str, span: Span) -> None:
    assert _weekly(f'{{ mon = ["{text}"] }}')[0] == (span,)


def test_a_calendar_of_single_dates_has_working_time() -> None:
    found = definitions('calendars.other = { timezone = "UTC", hours = {}, open = { 2026-05-02 = ["10:00-14:00"] } }')
    assert found.calendars["other"].weekly == ((),) * 7


def test_like_takes_whole_keys_along_a_chain() -> None:
    found = definitions("""
        calendars.office.closed = ["2026-06-05"]
        calendars.office.day = "8h"
        [calendars.second]
        like = "third"
        hours = { sat = ["10:00-12:00"] }
        [calendars.third]
        like = "office"
        timezone = "UTC"
    """).calendars
    assert found["second"].weekly == ((), (), (), (), (), (Span(600, 720),), ())
    assert found["second"].timezone == "UTC"
    assert found["second"].closed == found["third"].closed == found["office"].closed == ((date(2026, 6, 5), None),)
    assert found["third"].weekly == found["office"].weekly
    assert found["second"].day == 8 * HOUR


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ('{ status = "closed" }', CLOSED),
        ('{ status = ["closed", "done", "closed"] }', Equals("status", ("closed", "done"))),
        ("{ vip = true, impact = [3, 3.5] }", AllOf((Equals("vip", ("true",)), Equals("impact", ("3", "3.5"))))),
        ('[{ status = "closed" }]', CLOSED),
        ('[{ status = "closed" }, { team = { set = false } }]', AnyOf((CLOSED, IsSet("team", expected=False)))),
        ('{ team = { not = ["a", "b"] } }', Differs("team", ("a", "b"))),
        ('{ not = { status = "closed" } }', Not(CLOSED)),
        ('{ not = [{ status = "closed" }, { source = "snow" }] }', Not(AnyOf((CLOSED, Equals("source", ("snow",)))))),
        ('{ event = "comment" }', CommentEvent()),
        (
            '{ event = "comment", role = ["agent", "customer"], public = false, by = "alice" }',
            CommentEvent(("agent", "customer"), public=False, by=("alice",)),
        ),
        (
            '{ event = "change", field = "team", from = "a", to = ["b", "c"] }',
            ChangeEvent("team", ("a",), ("b", "c")),
        ),
        ('{ event = "change", field = "team", status = "closed" }', AllOf((ChangeEvent("team"), CLOSED))),
        ('{ role = "agent", by = "alice" }', AllOf((Equals("role", ("agent",)), Equals("by", ("alice",))))),
    ],
)
def test_a_condition_means_what_it_says(text: str, condition: Condition) -> None:
    assert _stop(text) == condition


def test_an_objective_has_its_clocks_rule_where_it_says_nothing_itself() -> None:
    rule = _rule("""
        [clocks.resolution]
        pause = { status = "pending" }
        on_retarget = "freeze"
        on_reset = "complete"
        at_risk = ["75%", "30m"]
        [agreements.standard.objectives.resolution]
        pause = { status = "waiting" }
        reset = { event = "change", field = "team" }
        on_retarget = "restart"
        at_risk = ["1h"]
    """)
    assert rule == Rule(
        start=Equals("status", ("new",)),
        stop=CLOSED,
        pause=Equals("status", ("waiting",)),
        reset=ChangeEvent("team"),
        on_retarget="restart",
        on_reset="complete",
        at_risk=(Threshold(left=Duration(HOUR)),),
    )


def test_an_objective_can_do_without_its_clocks_thresholds() -> None:
    assert (
        _rule('clocks.resolution.at_risk = ["75%"]\nagreements.standard.objectives.resolution.at_risk = []').at_risk
        == ()
    )


def test_while_is_start_and_its_opposite_stop() -> None:
    rule = _rule("""
        clocks.resolution.start = "(gone)"
        clocks.resolution.stop = "(gone)"
        clocks.resolution.while = { team = "a" }
    """)
    assert rule == Rule(start=Equals("team", ("a",)), stop=Not(Equals("team", ("a",))))


def test_one_duration_is_one_target() -> None:
    assert _targets('"1h30m"') == (Target(Duration(90 * MINUTE), OFFICE),)


def test_targets_by_a_field_are_tried_in_order_then_else() -> None:
    assert _targets('{ else = "4h", priority = { P1 = "1h", P2 = "2h" } }') == (
        Target(Duration(HOUR), OFFICE, Equals("priority", ("P1",))),
        Target(Duration(2 * HOUR), OFFICE, Equals("priority", ("P2",))),
        Target(Duration(4 * HOUR), OFFICE),
    )


def test_targets_by_a_field_without_else_leave_the_rest_without_a_target() -> None:
    assert _targets('{ priority = { P1 = "1h" } }') == (Target(Duration(HOUR), OFFICE, Equals("priority", ("P1",))),)


def test_the_nearest_calendar_counts() -> None:
    found = definitions("""
        [agreements.standard]
        calendar = { field = "country", values = { US = "days" }, else = "office" }
        [agreements.standard.objectives]
        first = { clock = "resolution", targets = "1h" }
        [agreements.standard.objectives.second]
        clock = "resolution"
        calendar = "days"
        targets = [{ within = "2wd" }, { within = "1h", calendar = "office" }]
    """)
    _, first, second = found.agreements[0].objectives
    assert first.targets[0].calendar == CalendarChoice("office", "country", (("US", "days"),))
    assert second.targets[0] == Target(Duration(0, 2), CalendarChoice("days"))
    assert second.targets[1].calendar == OFFICE


def test_an_agreement_says_all_that_the_file_says() -> None:
    agreement = definitions("""
        timezone = "Europe/Stockholm"
        attribution.holder = "assignee"
        [agreements.standard]
        id = "contract"
        name = "Contract, first"
        valid_from = 2026-01-01
        valid_to = "2027-01-01"
        scope = { type = "incident" }
        exclude = { force_majeure = "true" }
        supports = ["contract.other"]
        objectives.other = { clock = "resolution", targets = "1h", supports = [] }
        objectives.resolution.exclude = { test = true }
    """)
    assert (agreement.timezone, agreement.holder) == ("Europe/Stockholm", "assignee")
    (standard,) = agreement.agreements
    assert (standard.table, standard.id, standard.kind, standard.name) == (
        "standard",
        "contract",
        "sla",
        "Contract, first",
    )
    assert (standard.valid_from, standard.valid_to) == (date(2026, 1, 1), date(2027, 1, 1))
    assert standard.scope == Equals("type", ("incident",))
    assert standard.exclude == Equals("force_majeure", ("true",))
    assert standard.objectives[0].supports == ("contract.other",)
    assert standard.objectives[0].exclude == Equals("test", ("true",))


def test_what_only_the_job_needs_is_left_alone() -> None:
    assert definitions('state = 1\n[job]\nfoo = 1\n[connections.snow]\nurl = "nowhere"').holder == "team"
