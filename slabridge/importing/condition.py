"""Conditions between the tool's form and ours: any of some conjunctions, each with one test a field.

In this form conditions can be joined, compared, and written as the configuration has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

_MOST = 64
UNSET = ""
"""Stands among the values of a test for a field that holds nothing."""


class TooLarge(Exception):  # noqa: N818 - the translation goes on, and says it of the definition
    """A condition has no form that a person could read."""


@dataclass(frozen=True, slots=True)
class Test:
    """A field holds one of these values, or (`negated`) none of them."""

    values: tuple[str, ...]
    negated: bool = False

    def both(self, other: "Test") -> "Test":
        """Return the test that holds where both do."""
        if self.negated and other.negated:
            return Test(tuple(dict.fromkeys((*self.values, *other.values))), negated=True)
        positive, rest = (other, self) if self.negated else (self, other)
        kept = tuple(one for one in positive.values if (one in rest.values) is not rest.negated)
        return Test(kept)

    @property
    def never(self) -> bool:
        """Whether it never holds."""
        return not self.negated and not self.values


@dataclass(frozen=True, slots=True)
class Conjunct:
    """All tests hold, and the event (a table of the configuration) happens."""

    tests: Mapping[str, Test] = field(default_factory=dict)
    event: Mapping[str, Any] | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What is equal for conjunctions that mean the same."""
        tests = frozenset((name, frozenset(test.values), test.negated) for name, test in self.tests.items())
        return tests, tuple(sorted((name, str(held)) for name, held in (self.event or {}).items()))

    def without(self, name: str) -> "Conjunct":
        """Return it without the test of a field."""
        return Conjunct({other: test for other, test in self.tests.items() if other != name}, self.event)


Condition = tuple[Conjunct, ...]
"""Any of these; () never holds."""


def holds(name: str, values: Sequence[str], *, negated: bool = False) -> Condition:
    """Return the condition that a field holds one of these values, or none of them."""
    if negated or UNSET not in values or len(values) == 1:
        return (Conjunct({name: Test(tuple(dict.fromkeys(values)), negated)}),)
    return (*holds(name, [one for one in values if one != UNSET]), *holds(name, [UNSET]))


def key(condition: Condition) -> object:
    """Return what is equal for conditions that mean the same."""
    return frozenset(conjunct.key for conjunct in condition)


def both(one: Condition, other: Condition) -> Condition:
    """Return the condition that holds where both do.

    Raises:
        TooLarge: nobody could read it.
    """
    if len(one) * len(other) > _MOST:
        raise TooLarge
    joined = (_both(left, right) for left, right in product(one, other))
    return tuple(conjunct for conjunct in joined if conjunct is not None)


def _both(left: Conjunct, right: Conjunct) -> Conjunct | None:
    if left.event and right.event:
        raise TooLarge
    tests = dict(left.tests)
    for name, test in right.tests.items():
        tests[name] = tests[name].both(test) if name in tests else test
    return None if any(test.never for test in tests.values()) else Conjunct(tests, left.event or right.event)


def either(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds where any does; those that differ in one field's values become one."""
    found: list[Conjunct] = []
    for conjunct in (conjunct for condition in conditions for conjunct in condition):
        for n, known in enumerate(found):
            if (merged := _merged(known, conjunct)) is not None:
                found[n] = merged
                break
        else:
            found.append(conjunct)
    return tuple(found)


def _merged(one: Conjunct, other: Conjunct) -> Conjunct | None:
    if one.key == other.key:
        return one
    if one.tests.keys() != other.tests.keys():
        return None
    differing = [name for name in one.tests if one.without(name).key == other.without(name).key]
    for name in differing:
        pair = (one.tests[name], other.tests[name])
        if not any(test.negated or UNSET in test.values for test in pair):
            values = tuple(dict.fromkeys((*pair[0].values, *pair[1].values)))
            return Conjunct({**one.tests, name: Test(values)}, one.event)
    return None


def opposite(condition: Condition) -> Condition | None:
    """Return what holds where a condition on one field does not; None for any other."""
    if len(condition) != 1 or len(condition[0].tests) != 1 or condition[0].event:
        return None
    ((name, test),) = condition[0].tests.items()
    return holds(name, test.values, negated=not test.negated)


def fields_of(condition: Condition) -> set[str]:
    """Return the fields that a condition tests."""
    return {name for conjunct in condition for name in conjunct.tests}


def table(condition: Condition) -> Any:  # noqa: ANN401 - a table or a list of them
    """Return a condition as the configuration writes it.

    Raises:
        TooLarge: it always holds, or never; neither can be written.
    """
    tables = [_table(conjunct) for conjunct in condition]
    if not tables or {} in tables:
        raise TooLarge
    return tables[0] if len(tables) == 1 else tables


def _table(conjunct: Conjunct) -> dict[str, Any]:
    found: dict[str, Any] = dict(conjunct.event or {})
    apart: list[dict[str, Any]] = []
    for name, test in conjunct.tests.items():
        values = [one for one in test.values if one != UNSET]
        if not test.negated:
            found[name] = short(values) if values else {"set": False}
        elif UNSET not in test.values:
            found |= {name: {"not": short(values)}} if values else {}
        else:
            found[name] = {"set": True}
            apart += [{name: short(values)}] if values else []
    return found | ({"not": short(apart)} if apart else {})


def short(values: Sequence[Any]) -> Any:  # noqa: ANN401 - a value or a list of them
    """Return one value alone, and several as a list."""
    return values[0] if len(values) == 1 else list(values)
