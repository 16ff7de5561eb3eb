"""Likely causes: what breached tickets hold more often than others of their group (docs/faults.md, "Likely causes")."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from sla_engine.ticket import Values

LEAST: Final = 10
"""So many tickets a group has on either side, and so many hold a value, before anything is said of it."""
SHOWN: Final = 3
"""So many causes are named of a group: the clearest ones."""
_ERROR: Final = 0.05
"""How likely it is that of all causes named at once any is there by chance."""

Held = Mapping[str, Values]
"""What fields of a ticket held."""


class Split(NamedTuple):
    """The tickets of a group: those that broke a promise, and those that kept all."""

    breached: Sequence[Held]
    others: Sequence[Held]


@dataclass(frozen=True, slots=True)
class Cause:
    """A value of a field, and on how many of the breached tickets of a group, and of its others, it stood.

    `at_least` is by how much its share among the breached is greater, at the lower end of the interval.
    """

    field: str
    value: str
    breached: int
    of_breached: int
    others: int
    of_others: int
    at_least: float

    @property
    def more(self) -> float:
        """By how much its share among the breached is greater than among the others."""
        return self.breached / self.of_breached - self.others / self.of_others


def causes_of(groups: Sequence[Split]) -> list[tuple[Cause, ...]]:
    """Return the likely causes of each group, the clearest first.

    All that is looked at in all groups shares the one chance of error (Bonferroni).
    """
    looked = [[*_looked_at(group)] for group in groups]
    number = sum(map(len, looked))
    z = NormalDist().inv_cdf(1 - _ERROR / (2 * number)) if number else 0.0
    found = ([_cause(one, group, z) for one in values] for values, group in zip(looked, groups, strict=True))
    return [
        tuple(sorted((c for c in one if c.at_least > 0), key=lambda c: (-c.at_least, c.field, c.value))[:SHOWN])
        for one in found
    ]


_Value = tuple[str, str, int, int]
"""A field, its value, and how many of the breached and of the others hold it."""


def _looked_at(group: Split) -> Iterator[_Value]:
    """Yield the values that enough tickets hold, and not all: which these are does not depend on who was breached."""
    if min(len(group.breached), len(group.others)) < LEAST:
        return
    breached, others = _counted(group.breached), _counted(group.others)
    every = len(group.breached) + len(group.others)
    for field, value in sorted(breached.keys() | others.keys()):
        if LEAST <= breached[field, value] + others[field, value] < every:
            yield field, value, breached[field, value], others[field, value]


def _counted(tickets: Iterable[Held]) -> Counter[tuple[str, str]]:
    return Counter((field, value) for held in tickets for field, values in held.items() for value in values)


def _cause(found: _Value, group: Split, z: float) -> Cause:
    field, value, *counts = found
    of = len(group.breached), len(group.others)
    return Cause(field, value, counts[0], of[0], counts[1], of[1], more_at_least(counts, of, z))


def more_at_least(counts: Sequence[int], of: Sequence[int], z: float) -> float:
    """Return by how much the first share is greater at least: Newcombe's interval of a difference (1998, method 10)."""
    (one, low, _), (other, _, high) = (_wilson(n, all_, z) for n, all_ in zip(counts, of, strict=True))
    return one - other - sqrt((one - low) ** 2 + (high - other) ** 2)


def _wilson(count: int, of: int, z: float) -> tuple[float, float, float]:
    """Return a share with its interval by Wilson (1927)."""
    share, square = count / of, z * z
    middle = share + square / (2 * of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return share, (middle - half) / (1 + square / of), (middle + half) / (1 + square / of)
