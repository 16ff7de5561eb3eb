"""What conditions say of each other is so for every ticket whose fields hold one value."""

from random import Random
from typing import Any

import pytest
from hypothesis import given

from sla_engine.condition import Condition
from sla_engine.implication import implies, together
from slabridge.config import load_definitions
from tests.reference.condition import Row, holds
from tests.reference.random_agreements import VALUES, random_condition
from tests.reference.random_cases import examples, seeds
from tests.sla_engine.written import RESOLUTION, document

FIELDS = [name for name in VALUES if name != "source"]


def read(written: Any) -> Condition:  # noqa: ANN401 - a condition as TOML gives it
    made = document(f'targets = "1h"\n{RESOLUTION}')
    made["calendars"]["c0"] = made["calendars"]["office"]
    made["agreements"]["standard"]["scope"] = written
    condition = load_definitions(made).agreements[0].scope
    assert condition is not None
    return condition


def a_row(rng: Random) -> Row:
    held = {name: rng.choice([None, "other", *VALUES[name]]) for name in FIELDS}
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in held.items()}
    fields = {name: frozenset([] if held[name] is None else [texts[name]]) for name in FIELDS}
    return Row(0, "created", fields, fields, {})


@examples(150)
@given(seeds())
def test_what_is_implied_holds_and_what_holds_together_may(rng: Random) -> None:
    one, other = (random_condition(rng) for _ in range(2))
    implied, both = implies(read(one), read(other)), together([read(one), read(other)])
    for _ in range(60):
        row = a_row(rng)
        row.fields |= {"source": frozenset(), "opened_in": frozenset(), "last_comment": frozenset()}
        first, second = holds(one, row), holds(other, row)
        assert not (implied and first) or second, (one, other, row.fields)
        assert both is not None or not (first and second), (one, other, row.fields)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": "x"}, {"a": ["x", "y"]}, True),
        ({"a": ["x", "z"]}, {"a": ["x", "y"]}, False),
        ({"a": "x", "b": "y"}, {"b": "y"}, True),
        ({"b": "y"}, {"a": "x", "b": "y"}, False),
        ({"a": "x"}, [{"b": "y"}, {"a": "x"}], True),
        ([{"a": "x"}, {"a": "y"}], {"a": ["x", "y"]}, True),
        ({"a": "x"}, {"a": {"set": True}}, True),
        ({"a": "x"}, {"a": {"not": "y"}}, True),
        ({"a": "x"}, {"b": "x"}, False),
    ],
)
def test_implied(one: Any, other: Any, expected: bool) -> None:  # noqa: ANN401 - conditions as TOML gives them
    assert implies(read(one), read(other)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"a": "x"}, {"a": "y"}, None),
        ({"a": ["x", "y"]}, {"a": ["y", "z"]}, {"a": "y"}),
        ({"a": "x"}, {"not": {"a": "x"}}, None),
        ({"a": {"set": False}}, {"a": {"set": True}}, None),
        ({"a": "x"}, {"b": "y"}, {"a": "x", "b": "y"}),
        ([{"a": "x"}, {"b": "y"}], {"a": {"not": "x"}, "b": "y"}, {"b": "y"}),
        ({"a": {"set": False}}, {"a": {"not": "x"}}, {}),
    ],
)
def test_together(one: Any, other: Any, expected: dict[str, str] | None) -> None:  # noqa: ANN401
    assert together([read(one), read(other)]) == expected
