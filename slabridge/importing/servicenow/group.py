"""Definitions that differ in one field's value and the duration, as one objective with a target for each value.

A ticket whose value changes gets another definition there: the clock of the one is cancelled, that of the other starts
anew. Here a reset by that change does the same, as long as no change within one definition would reset it too. So each
has one value, and at most one has all the others. Definitions with a retroactive start go on instead, and so do these.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slabridge.importing.condition import Condition, Conjunct, Test, fields_of, key, short
from slabridge.importing.servicenow.definition import Definition


@dataclass(frozen=True, slots=True)
class Group:
    """Definitions that become one objective; `field` is the one that they differ in, "" where there is but one.

    `values` has the values of each, None for all others; those with values come first.
    """

    members: Sequence[Definition]
    field: str = ""
    values: Sequence[tuple[str, ...] | None] = ()


def groups_of(definitions: Sequence[Definition]) -> list[Group]:
    """Return the definitions in groups, in their order."""
    left = list(definitions)
    found: list[tuple[int, Group]] = []
    while left:
        best = max(_candidates(left), key=lambda group: len(group.members), default=None)
        group = best or Group([left[0]])
        found.append((definitions.index(min(group.members, key=definitions.index)), group))
        left = [one for one in left if one not in group.members]
    return [group for _, group in sorted(found, key=lambda pair: pair[0])]


def proposals(definitions: Sequence[Definition]) -> dict[str, str]:
    """Return what is proposed for definitions, by name, of which a table of targets would count almost alike."""
    found = {}
    for (name, _), members in _alike(definitions).items():
        for one in members if len(members) > 1 else ():
            others = ", ".join(other.name for other in members if other is not one)
            found[one.name] = (
                f"check: with {others} it could be one objective with targets by {name}; "
                "then a ticket on which that changes keeps its clock"
            )
    return found


def _candidates(definitions: Sequence[Definition]) -> Iterator[Group]:
    joinable = [one for one in definitions if one.reset is None and one.cancels == "no_match"]
    for (name, _), members in _alike(joinable).items():
        group = _group(name, members)
        if group is not None:
            yield group


def _alike(definitions: Sequence[Definition]) -> dict[tuple[str, tuple[object, ...]], list[Definition]]:
    """Return definitions that are alike but for the values of a field, by that field and what they share."""
    alike: dict[tuple[str, tuple[object, ...]], list[Definition]] = {}
    for one in definitions:
        for name in _parted(one).tests:
            if not any(condition and name in fields_of(condition) for condition in (one.stop, one.pause, one.cancel)):
                alike.setdefault((name, _rest(one, name)), []).append(one)
    return alike


def _parted(one: Definition) -> Conjunct:
    """Return the condition that definitions are told apart by; an empty one where it is no single conjunction."""
    condition = one.scope if one.retroactive else one.start
    single = condition is not None and len(condition) == 1 and not condition[0].event
    return condition[0] if condition and single else Conjunct()


def _rest(one: Definition, name: str) -> tuple[object, ...]:
    conditions = (one.stop, one.pause, one.reset, one.cancel, one.start if one.retroactive else None)
    parts = [None if condition is None else key(condition) for condition in conditions]
    return (
        one.collection,
        one.kind,
        one.objective,
        one.retroactive,
        _parted(one).without(name).key,
        *parts,
        isinstance(one.limit, Mapping),
    )


def _group(name: str, members: Sequence[Definition]) -> Group | None:
    tests = [_parted(one).tests[name] for one in members]
    named = [(one, test) for one, test in zip(members, tests, strict=True) if not test.negated]
    others = [(one, test) for one, test in zip(members, tests, strict=True) if test.negated]
    values = [value for _, test in named for value in test.values]
    sound = len(members) > 1 and named and len(others) <= 1 and len(values) == len(set(values)) and "" not in values
    single = all(len(test.values) == 1 for _, test in named) or members[0].retroactive
    whole = all(set(test.values) == set(values) for _, test in others)
    rest = not others or members[0].retroactive or _parted(members[0]).without(name).tests
    if not (sound and single and whole and rest):
        return None
    return Group(
        [one for one, _ in (*named, *others)],
        name,
        [*(tuple(test.values) for _, test in named), *(None for _ in others)],
    )


def joined(group: Group) -> tuple[Definition, Any]:
    """Return a group as one definition, and what resets it: None where nothing does."""
    first = group.members[0]
    if not group.field:
        return first, None
    rest = _parted(first).without(group.field)
    values = tuple(value for of_one in group.values for value in of_one or ())
    whole = rest if None in group.values else Conjunct({**rest.tests, group.field: Test(values)})
    condition: Condition | None = (whole,) if whole.tests else None
    if first.retroactive:
        return replace(first, scope=condition), None
    reset: Any = {"event": "change", "field": group.field}
    if None in group.values:
        listed = short(values)
        reset = [reset | {"to": listed}, reset | {"from": listed}]
    return replace(first, start=condition or ()), reset
