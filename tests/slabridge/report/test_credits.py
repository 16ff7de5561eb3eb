"""Credits: worked examples of real contracts, each as a configuration; and what a line, a cap and a repetition do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sla_engine import Calendar
from sla_engine.condition import Condition
from sla_engine.instant import HOUR, MINUTE, SECOND, parse_instant
from slabridge.config.services.credit import Figure
from slabridge.report.credits import Broken, Credits, Facts, credits_of
from slabridge.report.period import Period, read_period
from tests.slabridge.report.small import percent, reporting, service

SLA = """
calendar = "always"
objectives.resolution = { clock = "resolution", targets = "4h" }
"""


@dataclass
class Given(Facts):
    """What a period came to, as a test says it."""

    period: Period
    figures: Mapping[str, Fraction | int] = field(default_factory=dict)
    breaches: Sequence[Broken] = ()
    targets: Mapping[str, Fraction] = field(default_factory=dict)
    notice: bool = False

    def figure(self, figure: Figure, objective: str | None, where: Condition | None) -> Fraction | None:  # noqa: ARG002
        return None if figure not in self.figures else Fraction(self.figures[figure])

    def target(self, figure: Figure) -> Fraction | None:
        return self.targets.get(figure)

    def broken(self, objective: str | None, where: Condition | None) -> Sequence[Broken]:  # noqa: ARG002
        return self.breaches

    def notified(self) -> bool:
        return self.notice


def months(*given: Mapping[str, Fraction | int], first: str = "2026-01") -> list[Facts]:
    period = read_period(first, "UTC")
    found: list[Facts] = []
    for figures in given:
        found.append(Given(period, figures))
        period = period.next()
    return found


def late(*overruns: int, line: int = 0, period: str = "2026-01") -> Facts:
    broken = [
        Broken(f"INC{n}", f"INC{n} mail.resolution#1", here=True, overruns={line: one})
        for n, one in enumerate(overruns)
    ]
    return Given(read_period(period, "UTC"), breaches=broken)


def fee(amount: str, per: str = "month") -> str:
    return f'fees = [{{ amount = "{amount}", currency = "SEK", per = "{per}" }}]\n'


def credits(keys: str, facts: Sequence[Facts]) -> list[Credits]:  # noqa: A001 - what they are
    found = service(SLA + keys)
    return credits_of(found.credits, found.consequences, found.fees, facts)


def totals(keys: str, facts: Sequence[Facts]) -> list[str]:
    return [str(one.total) for one in credits(keys, facts)]


DIR = (
    fee("100000")
    + """
credits = [{ measure = "breach", credit = ["10%", "50%", "40%"] }]
consequences = { cap = { period = "10%" } }
"""
)


def test_an_at_risk_share_times_category_times_level_and_its_pool_is_the_cap() -> None:
    assert totals(DIR, [late(1)]) == ["2000.00"]
    (found,) = credits(DIR, [late(1, 1, 1, 1, 1, 1)])
    assert (found.total, found.capped, sum(item.amount for item in found.items)) == (
        Decimal(10000),
        "period",
        Decimal(12000),
    )


BANDS = """
credits = [{ measure = "compliance", objective = "resolution", tiers = [
  { below = "99%", points = 1 }, { below = "98%", points = 2 }, { below = "97%", points = 3 }, { below = "96%", points = 4 } ] }]
consequences = { repeat = 2 }
"""


@pytest.mark.parametrize(
    ("shares", "points"), [(("96.5", "98.5", "96.5"), [3, 2, 6]), (("98.5", "99.0", "98.5"), [1, 0, 1])]
)
def test_service_points_double_where_the_period_before_had_some(shares: Sequence[str], points: list[int]) -> None:
    facts = months(*({"compliance": percent(share)} for share in shares))
    assert [int(one.points) for one in credits(BANDS, facts)] == points


@pytest.mark.parametrize(("rounding", "points"), [('"half_up"', 0), ('"down"', 1)])
def test_bands_of_one_decimal_need_a_rule_for_what_lies_between(rounding: str, points: int) -> None:
    keys = BANDS.replace(
        'objective = "resolution",', f'objective = "resolution", round = {{ decimals = 1, how = {rounding} }},'
    )
    (found,) = credits(keys, months({"compliance": percent("98.95")}))
    assert found.points == points


@pytest.mark.parametrize(("factor", "amount"), [("1%", "23.00"), ("0.5%", "11.50")])
def test_points_of_a_percentage_below_its_target(factor: str, amount: str) -> None:
    keys = (
        fee("100")
        + f'credits = [{{ measure = "missed", of = "compliance", target = "98%", per = "1%", credit = "{factor}" }}]'
    )
    assert totals(keys, months({"compliance": percent("75")})) == [amount]


COUNT = (
    fee("126000", "year")
    + """
credits = [{ measure = "count", of = "breaches", per = 10, within = 12, credit = "5%", fee = "year" }]
"""
)


@pytest.mark.parametrize(("failures", "amount"), [(9, "0.00"), (11, "6300.00"), (30, "18900.00")])
def test_so_much_of_the_annual_fee_for_each_ten_failures_in_twelve_months(failures: int, amount: str) -> None:
    assert totals(COUNT, [late(*[1] * failures)]) == [amount]


def test_what_a_window_paid_already_it_does_not_pay_again() -> None:
    facts = [late(*[1] * 11, period="2026-01"), late(*[1] * 8, period="2026-02"), late(1, period="2026-03")]
    assert totals(COUNT, facts) == ["6300.00", "0.00", "6300.00"]


HOURLY = (
    fee("200000")
    + """
credits = [{ measure = "overrun", objective = "resolution", credit = "5%", per = "1h"HOW }]
consequences = { cap = { period = "100%" } }
"""
)


@pytest.mark.parametrize(
    ("how", "beyond", "amount"),
    [
        ("", 2 * HOUR + 20 * MINUTE, "30000.00"),
        (', hours = "whole"', 2 * HOUR + 20 * MINUTE, "20000.00"),
        (', hours = "pro_rata"', 2 * HOUR + 20 * MINUTE, "23333.33"),
        ("", 0, "0.00"),
        ("", SECOND, "10000.00"),
        ("", 30 * HOUR, "200000.00"),
        (', free = "1h"', 2 * HOUR + 20 * MINUTE, "20000.00"),
        (', at_most = "20%"', 30 * HOUR, "40000.00"),
    ],
)
def test_so_much_of_the_monthly_fee_for_each_hour_beyond(how: str, beyond: int, amount: str) -> None:
    assert totals(HOURLY.replace("HOW", how), [late(beyond)]) == [amount]


def test_an_overrun_over_a_month_is_charged_in_each_with_its_part_and_at_most_over_its_life() -> None:
    keys = HOURLY.replace("HOW", ', at_most = "20%"')
    facts = [
        late(2 * HOUR),
        late(3 * HOUR, period="2026-02"),
        late(9 * HOUR, period="2026-03"),
        late(9 * HOUR, period="2026-04"),
    ]
    assert totals(keys, facts) == ["20000.00", "10000.00", "10000.00", "0.00"]


def test_the_most_for_a_cycle_is_a_share_of_the_fee_also_where_each_hour_has_an_amount() -> None:
    keys = fee("1000") + 'credits = [{ measure = "overrun", amount = "100.00", per = "1h", at_most = "20%" }]'
    assert totals(keys, [late(90 * MINUTE), late(9 * HOUR, period="2026-02")]) == ["200.00", "0.00"]


@pytest.mark.parametrize(("calendar", "target", "hours"), [("always", "8h", 12), ("service", "8h", 11)])
def test_free_time_runs_on_the_clock_that_the_agreement_names(calendar: str, target: str, hours: int) -> None:
    """Reported on Monday at 9, restored on Wednesday at noon, service from 8 to 16."""
    found = reporting(
        '[calendars.service]\ntimezone = "UTC"\nhours = { mon-fri = ["08:00-16:00"] }\n'
        f'[services.mail]\ncalendar = "{calendar}"\nobjectives.resolution = {{ clock = "resolution", targets = "{target}" }}\n'
        f'{fee("10000")}credits = [{{ measure = "overrun", credit = "1%", per = "1h", hours = "whole", calendar = "service" }}]'
    )
    (mail,) = found.services
    calendars = {name: Calendar(definition) for name, definition in found.definitions.calendars.items()}
    reported, restored = parse_instant("2026-03-02T09:00:00Z"), parse_instant("2026-03-04T12:00:00Z")
    due = calendars[calendar].due(np.array([reported]), np.array([8 * HOUR]))
    beyond = int(calendars["service"].elapsed(due, np.array([restored]))[0])
    assert beyond == hours * HOUR
    (bill,) = credits_of(mail.credits, mail.consequences, mail.fees, [late(beyond)])
    assert str(bill.total) == f"{hours * 100}.00"


def tiers(*pairs: tuple[str, str]) -> str:
    found = ", ".join(f'{{ below = "{below}%", credit = "{credit}%" }}' for below, credit in pairs)
    return fee("100") + f'credits = [{{ measure = "availability", tiers = [{found}] }}]\n'


AWS = tiers(("99.99", "10"), ("99", "30"), ("95", "100"))
AZURE = tiers(("99.99", "10"), ("99", "25"), ("95", "100"))


@pytest.mark.parametrize(
    ("keys", "share", "credit"),
    [
        *(
            (AWS, share, credit)
            for share, credit in zip(
                ("99.99", "99.989", "99.0", "98.99", "95.0", "94.99"), ("0", "10", "10", "30", "30", "100"), strict=True
            )
        ),
        *(
            (AZURE, share, credit)
            for share, credit in zip(("99.99", "99.98", "98.99", "94.99"), ("0", "10", "25", "100"), strict=True)
        ),
    ],
)
def test_the_worst_tier_that_holds_counts_alone_and_a_limit_is_not_below_itself(
    keys: str, share: str, credit: str
) -> None:
    assert totals(keys, months({"availability": percent(share)})) == [f"{credit}.00"]


def test_a_cap_of_the_year_leaves_what_is_left_of_it() -> None:
    keys = (
        fee("100000", "year")
        + 'credits = [{ measure = "breach", amount = "7900.00" }]\nconsequences = { cap = { year = "8%" } }'
    )
    first, second = credits(keys, [late(1), late(1, period="2026-02")])
    assert (first.total, second.total, second.capped) == (Decimal(7900), Decimal(100), "year")
    assert (second.year_to_date, second.year_cap) == (Decimal(8000), Decimal(8000))
    assert credits(keys, [late(1), late(1, period="2027-01")])[1].total == Decimal(7900)


def level(hours: int, faults: int, down: int) -> str:
    return fee("100") + (
        f'credits = [{{ measure = "longest", tiers = [{{ above = "{hours}h", points = 1 }}] }}, '
        f'{{ measure = "outages", tiers = [{{ above = {faults}, points = 10 }}] }}, '
        f'{{ measure = "down", tiers = [{{ above = "{down}h", points = 100 }}] }}]\n'
        'consequences = { period = "quarter" }'
    )


def test_levels_of_hours_faults_and_the_sum_of_a_quarter_are_missed_one_by_one() -> None:
    quarter = read_period("2026-Q1", "UTC")
    sum_alone = Given(quarter, {"longest": 5 * HOUR, "outages": 3, "down": 9 * HOUR})
    number_alone = Given(quarter, {"longest": 30 * MINUTE, "outages": 3, "down": 90 * MINUTE})
    assert credits(level(8, 4, 8), [sum_alone])[0].points == 100
    assert credits(level(2, 2, 2), [number_alone])[0].points == 10


def test_of_the_credits_for_one_ticket_the_highest_or_all() -> None:
    keys = (
        fee("100000")
        + """
        credits = [{ measure = "breach", amount = "500.00" }, { measure = "overrun", credit = "1%", per = "1h" }]
        consequences = { one_event = "highest" }
    """
    )
    facts = [late(2 * HOUR, line=1)]
    assert totals(keys, facts) == ["2000.00"]
    assert totals(keys.replace("highest", "sum"), facts) == ["2500.00"]
    (found,) = credits(keys, facts)
    assert [str(item.text) for item in found.items if not item.amount] == [
        "INC0 mail.resolution#1 breached: another credit for this ticket is higher"
    ]


def test_credits_are_earned_back_where_the_next_periods_keep_the_promise() -> None:
    keys = AWS + 'consequences = { earn_back = { measure = "availability", periods = 2 } }'
    bad, good = {"availability": percent("98")}, {"availability": percent("99.99")}

    def earned(*figures: Mapping[str, Fraction | int]) -> list[str]:
        facts = months(*figures)
        for one in facts:
            assert isinstance(one, Given)
            one.targets = {"availability": percent("99.99")}
        return [str(one.earned_back) for one in credits(keys, facts)]

    assert earned(bad, good, good) == ["0", "0", "30.00"]
    assert earned(bad, good, bad, good, good) == ["0", "0", "0", "0", "30.00"]
    assert earned(bad, good, {}) == ["0", "0", "0"]  # no verdict does not pass


def test_no_cases_and_no_fee_bring_no_credit() -> None:
    assert totals(AWS, months({})) == ["0.00"]
    assert totals(AWS.replace(fee("100"), ""), months({"availability": percent("90")})) == ["0.00"]


def test_the_fee_in_force_when_the_period_begins_counts() -> None:
    keys = AWS.replace(
        fee("100"),
        'fees = [{ amount = "100.00", currency = "SEK" }, { amount = "200.00", currency = "SEK", from = 2026-02-01 }]\n',
    )
    assert totals(keys, months(*[{"availability": percent("98")}] * 3)) == ["30.00", "60.00", "60.00"]


@pytest.mark.parametrize(("currency", "amount"), [("SEK", "0.33"), ("JPY", "0"), ("KWD", "0.333")])
def test_amounts_are_rounded_half_up_to_the_currencys_smallest_unit(currency: str, amount: str) -> None:
    keys = AWS.replace('"100", currency = "SEK"', f'"1.11", currency = "{currency}"')
    assert totals(keys, months({"availability": percent("98")})) == [amount]
