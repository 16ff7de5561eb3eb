"""The columnar engine gives what the slow, obvious reference gives, result field by result field."""

from random import Random

from hypothesis import given

from tests.reference.random_cases import Case, cases, examples, random_case, seeds
from tests.sla_engine.judging import by_engine, by_reference


@examples(100)
@given(cases())
def test_engine_and_reference_give_the_same_results(case: Case) -> None:
    assert_same(case)


@examples(180)
@given(seeds())
def test_engine_and_reference_give_the_same_results_for_many_cases(rng: Random) -> None:
    assert_same(random_case(rng))


def assert_same(case: Case) -> None:
    expected = by_reference(case.document, case.tickets, case.as_of)
    got = by_engine(case.document, case.tickets, case.as_of)

    assert got.invalid == expected.invalid, case
    assert [name_of(row) for row in got.rows] == [name_of(row) for row in expected.rows], case
    for got_row, expected_row in zip(got.rows, expected.rows, strict=True):
        assert got_row == expected_row, case


def name_of(row: dict[str, object]) -> tuple[object, ...]:
    return row["id"], row["agreement"], row["objective"], row["cycle"]
