"""Likely causes are named only where the counts allow it, and seldom by chance."""

from random import Random
from statistics import NormalDist

import pytest

from slabridge.report.cause import LEAST, SHOWN, Held, Split, causes_of, more_at_least


def held(number: int, **values: str) -> list[Held]:
    return [{name: (value,) for name, value in values.items()}] * number


def test_a_value_that_most_breached_tickets_have_and_few_others_is_a_likely_cause() -> None:
    split = Split(held(10, team="Net") + held(2, team="Desk"), held(3, team="Net") + held(25, team="Desk"))
    ((cause,),) = causes_of([split])
    assert (cause.field, cause.value) == ("team", "Net")
    assert (cause.breached, cause.of_breached, cause.others, cause.of_others) == (10, 12, 3, 28)
    assert cause.more == pytest.approx(10 / 12 - 3 / 28)
    assert 0 < cause.at_least < cause.more


@pytest.mark.parametrize(
    "split",
    [
        Split(held(LEAST - 1, team="Net"), held(100, team="Desk")),
        Split(held(100, team="Net"), held(LEAST - 1, team="Desk")),
        Split(held(LEAST - 1, team="Net") + held(20), held(100)),
        Split(held(20, team="Net"), held(20, team="Net")),
        Split([], []),
    ],
)
def test_of_few_tickets_or_of_what_all_of_them_hold_nothing_is_said(split: Split) -> None:
    assert causes_of([split]) == [()]


def test_the_interval_is_that_of_the_published_example() -> None:
    """Newcombe (1998), table II (a): 56 of 70 beside 48 of 80, method 10: 0.0524 to 0.3339."""
    z = NormalDist().inv_cdf(0.975)
    assert more_at_least((56, 48), (70, 80), z) == pytest.approx(0.0524, abs=5e-5)
    assert -more_at_least((48, 56), (80, 70), z) == pytest.approx(0.3339, abs=5e-5)


def test_more_that_is_looked_at_makes_it_harder_to_be_named() -> None:
    split = Split(held(8, team="Net") + held(12, team="Desk"), held(3, team="Net") + held(27, team="Desk"))
    ((alone,),) = causes_of([split])
    noise = Split(*([{f"field{n}": ("x",)} for n in range(40)] * 10 for _ in range(2)))
    assert causes_of([split, noise])[0] == ()
    assert alone.value == "Net"


def test_by_chance_a_cause_is_named_on_few_of_many_pages() -> None:
    """Where being breached has nothing to do with what tickets hold: at most one page in twenty has any cause."""
    rng = Random(17)  # noqa: S311 - no secrets
    pages = 400
    wrong = 0
    for _ in range(pages):
        groups = []
        for _ in range(5):
            tickets = [{name: (str(rng.randrange(4)),) for name in ("team", "service", "customer")} for _ in range(60)]
            late = rng.sample(range(60), 20)
            groups.append(Split([tickets[n] for n in late], [one for n, one in enumerate(tickets) if n not in late]))
        wrong += any(causes_of(groups))
    assert wrong / pages <= 0.05


def test_the_clearest_causes_come_first_and_no_more_than_a_few() -> None:
    values = {f"field{n}": "x" for n in range(6)}
    split = Split(held(30, **values, team="Net") + held(5, **values), held(30))
    (found,) = causes_of([split])
    assert len(found) == SHOWN
    assert [one.field for one in found] == ["field0", "field1", "field2"]
    assert [one.at_least for one in found] == sorted((one.at_least for one in found), reverse=True)
