"""What conditions say of each other, as far as that can be told without tickets: fields are taken to hold one value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sla_engine.condition import AllOf, AnyOf, Condition, Differs, Equals, IsSet, Not

_MOST = 200
"""Alternatives beyond these are not told apart: such conditions are taken to hold together."""


def implies(one: Condition, other: Condition) -> bool:
    """Return whether the other certainly holds wherever the one does; False also where nobody can tell."""
    if one == other:
        return True
    match one, other:
        case AnyOf(parts), _:
            return all(implies(part, other) for part in parts)
        case _, AllOf(parts):
            return all(implies(one, part) for part in parts)
        case AllOf(parts), _:
            return any(implies(part, other) for part in parts) or _within_any(one, other)
        case _:
            return _within_any(one, other) or _entry_implies(one, other)


def _within_any(one: Condition, other: Condition) -> bool:
    return isinstance(other, AnyOf) and any(implies(one, part) for part in other.parts)


def _entry_implies(one: Condition, other: Condition) -> bool:
    match one, other:
        case Equals(name, values), Equals(same, more):
            return name == same and set(values) <= set(more)
        case Equals(name, values), Differs(same, others):
            return name == same and not set(values) & set(others)
        case Equals(name), IsSet(same, expected):
            return name == same and expected
        case Differs(name, values), Differs(same, fewer):
            return name == same and set(fewer) <= set(values)
        case Not(inner), Not(more):
            return implies(more, inner)
        case _:
            return False


@dataclass(slots=True)
class _Held:
    """What a field may hold: one of `values` (None: anything), none of `others`; `unset` where it may or must be."""

    values: frozenset[str] | None = None
    others: frozenset[str] = frozenset()
    may_be_unset: bool = True
    may_be_set: bool = True

    @property
    def possible(self) -> bool:
        if self.may_be_set and (self.values is None or self.values - self.others):
            return True
        return self.may_be_unset


@dataclass(slots=True)
class _Case:
    fields: dict[str, _Held] = field(default_factory=dict)

    def narrowed(self, entry: Equals | Differs | IsSet) -> "_Case":
        held = self.fields.get(entry.field, _Held())
        match entry:
            case Equals(_, values):
                known = frozenset(values) if held.values is None else held.values & frozenset(values)
                new = _Held(known, held.others, may_be_unset=False, may_be_set=held.may_be_set)
            case Differs(_, values):
                others = held.others | frozenset(values)
                new = _Held(held.values, others, may_be_unset=held.may_be_unset, may_be_set=held.may_be_set)
            case IsSet(_, expected):
                unset, is_set = held.may_be_unset and not expected, held.may_be_set and expected
                new = _Held(held.values, held.others, may_be_unset=unset, may_be_set=is_set)
        return _Case({**self.fields, entry.field: new})

    @property
    def possible(self) -> bool:
        return all(held.possible for held in self.fields.values())


def together(conditions: Sequence[Condition | None]) -> dict[str, str] | None:
    """Return values of fields with which all conditions may hold at once, None where they cannot.

    No condition holds always. What is no question about a field's value is taken to be possible.
    """
    cases = [_Case()]
    for condition in conditions:
        if condition is not None:
            cases = [case for before in cases for case in _cases(condition, before, expected=True) if case.possible]
        if len(cases) > _MOST:
            return {}
    return _example(cases[0]) if cases else None


def _example(case: _Case) -> dict[str, str]:
    found = {}
    for name, held in case.fields.items():
        values = (held.values or frozenset()) - held.others
        if values:
            found[name] = min(values)
    return found


def _cases(condition: Condition, before: _Case, *, expected: bool) -> Iterator[_Case]:
    """Yield the cases in which a condition holds, or (not `expected`) does not."""
    match condition, expected:
        case Not(inner), _:
            yield from _cases(inner, before, expected=not expected)
        case (AllOf(parts), True) | (AnyOf(parts), False):
            found = [before]
            for part in parts:
                found = [case for one in found for case in _cases(part, one, expected=expected)][: _MOST + 1]
            yield from found
        case (AnyOf(parts), True) | (AllOf(parts), False):
            for part in parts:
                yield from _cases(part, before, expected=expected)
        case ((Equals() | Differs() | IsSet() as entry), True):
            yield before.narrowed(entry)
        case Equals(name, values), False:
            yield before.narrowed(Differs(name, values))
        case Differs(name, values), False:
            yield before.narrowed(Equals(name, values))
        case IsSet(name, is_set), False:
            yield before.narrowed(IsSet(name, not is_set))
        case _:
            yield before
