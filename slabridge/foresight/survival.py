"""How likely open cycles are to break, from how long cycles like them took (docs/foresight.md, "The table")."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np

from sla_engine.table import Rows
from sla_engine.worktime import Instants
from slabridge.foresight.curve import NEVER_REACHED, Curve, Floats
from slabridge.foresight.samples import Samples, Seen

LEAST: Final = 30
"""Cycles that a curve rests on at least; of fewer the next larger group is taken."""
FEW: Final = 10
"""Of fewer that had used as much, the next larger group is asked, too."""
PRIORITY: Final = "priority"


class Like(NamedTuple):
    """Which cycles are alike: those of an objective, of one priority too, held by one holder too (None: by any)."""

    objective: str
    priority: str | None = None
    holder: str | None = None

    def wider(self) -> "Like | None":
        """Return the next larger group."""
        if self.holder is not None:
            return self._replace(holder=None)
        return None if self.priority is None else Like(self.objective)

    @property
    def told_apart_by(self) -> str:
        """By what these cycles are told from others of the objective: "priority, holder"; "" where by nothing."""
        return ", ".join(name for name in ("priority", "holder") if getattr(self, name) is not None)


@dataclass(frozen=True, slots=True)
class Survival:
    """The curves of groups of cycles that are alike; an unset priority or holder is "" in their names."""

    curves: Mapping[Like, Curve]

    @classmethod
    def of(cls, objective: str, samples: Samples, holder: str | None) -> Self:
        """Learn from samples of an objective; `holder` is the field that says who has a ticket (None: not told)."""
        return cls({like: curve.short() for like, curve in _curves(objective, samples, holder)})

    def beside(self, other: Self) -> Self:
        """Return the curves of both."""
        return type(self)({**self.curves, **other.curves})

    def risks(self, likes: Sequence[Like], used: Instants, target: Instants) -> "Risks":
        """Return how likely cycles are to break; of a group without a curve, or with few alike, a larger one.

        `used` and `target` are ms of working time.
        """
        found = Risks(np.full(len(likes), np.nan), np.zeros(len(likes), np.int64), [*likes])
        for like, places in _places(likes).items():
            left: Rows = places
            group: Like | None = like
            while group is not None and len(left):
                curve = self.curves.get(group)
                if curve is not None:
                    risk = curve.risk(used[left], target[left])
                    alike = curve.alike(used[left])
                    known = ~np.isnan(risk) & ((alike >= FEW) | (group.wider() is None))
                    found.put(left[known], risk[known], alike[known], group)
                    left = left[~known]
                group = group.wider()
        return found

    def reaches(self, likes: Sequence[Like], share: Floats, used: Instants, target: Instants) -> Instants:
        """Return the working time (ms), beyond what is used, at which each risk comes to its share."""
        found = np.full(len(likes), NEVER_REACHED, np.int64)
        for like, places in _places(likes).items():
            curve = self.curves.get(like)
            if curve is not None:
                found[places] = curve.reaches(share[places], used[places], target[places])
        return found


@dataclass(frozen=True, slots=True)
class Risks:
    """How likely cycles are to break (0 to 1; NaN: nobody knows), of how many cycles, and which these were."""

    risk: Floats
    alike: Rows
    likes: list[Like]

    def put(self, places: Rows, risk: Floats, alike: Rows, like: Like) -> None:
        """Put in what is known of some of them."""
        self.risk[places], self.alike[places] = risk, alike
        for place in places.tolist():
            self.likes[place] = like


def likes_of(objective: str, seen: Seen, holder: str | None) -> list[Like]:
    """Return which cycles each sample is like."""
    told = _told(seen, holder)
    texts = [[values[code] or "" for code in codes.tolist()] for _, codes, values in told]
    names = [name for name, _, _ in told]
    if not names:
        return [Like(objective)] * len(seen.at)
    return [Like(objective, **dict(zip(names, group, strict=True))) for group in zip(*texts, strict=True)]


def _told(seen: Seen, holder: str | None) -> list[tuple[str, Rows, tuple[str | None, ...]]]:
    """Return by what cycles are told apart, the wider first."""
    levels = [("priority", PRIORITY), ("holder", holder)]
    return [(name, *seen.fields[field]) for name, field in levels if field is not None and field in seen.fields]


def _places(likes: Sequence[Like]) -> dict[Like, Rows]:
    found: dict[Like, list[int]] = {}
    for place, like in enumerate(likes):
        found.setdefault(like, []).append(place)
    return {like: np.array(places, np.int64) for like, places in found.items()}


def _curves(objective: str, samples: Samples, holder: str | None) -> Iterator[tuple[Like, Curve]]:
    """Yield the curves of all groups that are large enough."""
    told = _told(samples, holder)
    code = np.zeros(len(samples.at), np.int64)
    for depth in range(len(told) + 1):
        if depth:
            code = code * len(told[depth - 1][2]) + told[depth - 1][1]
        # A cycle comes into a group when it is first seen there.
        order = np.lexsort((samples.used, samples.cycle, samples.ticket, code))
        same = [np.diff(column[order]) == 0 for column in (code, samples.ticket, samples.cycle)]
        first = order[np.append(True, ~np.logical_and.reduce(same))[: len(order)]]
        for part in np.split(first, np.flatnonzero(np.diff(code[first])) + 1):
            if len(part) >= LEAST:
                group = {name: values[codes[part[0]]] or "" for name, codes, values in told[:depth]}
                curve = Curve.of(samples.used[part], samples.took[part], samples.ended[part])
                yield Like(objective, **group), curve
