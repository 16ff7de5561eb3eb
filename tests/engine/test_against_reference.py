"""The columnar engine gives what the slow, obvious reference gives, result field by result field."""

from hypothesis import given

from tests.engine.judging import by_engine, by_reference
from tests.reference.random_cases import Case, cases, examples


@examples(300)
@given(cases())
def test_engine_and_reference_give_the_same_results(case: Case) -> None:
    expected = by_reference(case.document, case.tickets, case.as_of)
    got = by_engine(case.document, case.tickets, case.as_of)

    assert got.invalid == expected.invalid
    assert [name_of(row) for row in got.rows] == [name_of(row) for row in expected.rows]
    for got_row, expected_row in zip(got.rows, expected.rows, strict=True):
        assert got_row == expected_row


def name_of(row: dict[str, object]) -> tuple[object, ...]:
    return row["id"], row["agreement"], row["objective"], row["cycle"]
