"""Changes tried on a quarter's tickets, and which of them are proposed (docs/advise.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from sla_engine import Definitions, Ticket
from slabridge.advice.change import Change, Effect, Kind, Straight
from slabridge.advice.present import BREACHES, Present
from slabridge.advice.seen import straight
from slabridge.capacity.growth import Grown
from slabridge.whatif.sums import Count, Sums
from slabridge.whatif.trial import Trial

MOST: Final = 5
"""So many changes are proposed."""
OF_A_KIND: Final = 2
"""So many of one kind at most."""
GROWTH: Final = 20
"""By how many percent tickets grow, where it is said what a promise loses then."""
TRIED: Final = 10
"""So many of one kind are tried at most: those that may spare most, or are about most tickets."""
LESS: Final = 10
"""A longer promise spares at least so many percent of the breaches of its objective."""
_ORDER: Final[Mapping[Effect, int]] = {"helps": 0, "more": 1, "less": 2}


@dataclass(frozen=True, slots=True)
class Advice:
    """A change that is proposed, and what it would have made of the quarter: cycles of what was tried, on both sides.

    `spares` are the breaches of its promise that would not have been, of so many (`of`); `at_risk` how many of its
    cycles began when even kept agreements break it. `grown` is what becomes of it if more tickets come (None: unknown).
    """

    change: Change
    before: Count
    after: Count
    spares: int
    of: int
    at_risk: int
    grown: Grown | None = None

    @property
    def fall(self) -> float:
        """How many points of compliance its promise loses if more tickets come; 0 where that is unknown."""
        return 0.0 if self.grown is None else max(0.0, self.grown.fall(GROWTH) or 0.0)


class Judging:
    """Tries changes on tickets, batch by batch: the engine judges the same histories on both sides."""

    def __init__(self, present: Present, changes: Sequence[Change]) -> None:
        self._holder = present.definitions.holder
        period = present.quarter.start, present.quarter.end
        self._tried = []
        for change in _most(changes):
            names = {change.tried.partition(".")[0], change.promise.partition(".")[0]}
            after = present.definitions if change.paste is None else present.tried(change.paste)
            sides = [_only(one, names) for one in (present.definitions, after)]
            self._tried.append((change, Trial(sides[0], sides[1], period), Sums()))

    def add(self, tickets: Sequence[Ticket], as_of: int) -> None:
        """Judge tickets as at an instant, ms UTC."""
        for change, trial, sums in self._tried:
            sums.merge(trial.of(tickets, self._as_changed(tickets, change), as_of))

    def _as_changed(self, tickets: Sequence[Ticket], change: Change) -> Sequence[Ticket]:
        sent = change.straight
        if sent is None:
            return tickets
        return [
            straight(one, self._holder, sent.team) if (one.source, one.id) in sent.tickets else one for one in tickets
        ]

    def advice(self, grown: Mapping[str, Grown] = MappingProxyType({})) -> list[Advice]:
        """Return what is proposed, the most helpful first; `grown` says what becomes of promises if more tickets come.

        What helps to keep a promise comes before a shorter one, and that before one that gives the customer less; then
        by the breaches that it spares, by the risk that it takes away, and by what its promise loses as tickets grow.
        """
        every = (_advice(change, sums, grown) for change, _, sums in self._tried)
        found = [one for one in every if _is_worth_it(one)]
        found.sort(key=_rank)
        kinds: dict[tuple[str, str], int] = {}
        proposed = []
        for one in found:
            kind = one.change.kind, one.change.effect
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= OF_A_KIND:
                proposed.append(one)
        return proposed[:MOST]


def _most(changes: Sequence[Change]) -> list[Change]:
    """Return the changes that are tried, those of each kind together, and each route once."""
    once: dict[Straight | int, Change] = {}
    for n, one in enumerate(changes):
        once.setdefault(one.straight or n, one)
    by_kind: dict[Kind, list[Change]] = {}
    for one in sorted(once.values(), key=lambda one: -one.weight):
        by_kind.setdefault(one.kind, []).append(one)
    return [one for found in by_kind.values() for one in found[:TRIED]]


def _only(definitions: Definitions, names: set[str]) -> Definitions:
    """Return definitions of these agreements alone: the others make no difference to them."""
    agreements = tuple(one for one in definitions.agreements if one.id in names)
    return replace(definitions, agreements=agreements, chain=(), paths=())


def _advice(change: Change, sums: Sums, grown: Mapping[str, Grown]) -> Advice:
    before, after = _count(sums, change.tried, 0), _count(sums, change.tried, 1)
    promise = _count(sums, change.promise, 0)
    spares = before.breached - after.breached if change.spares is None else change.spares
    if change.unfit:
        spares = 0
    at_risk = int(change.unfit * promise.cycles)
    return Advice(change, before, after, spares, promise.breached, at_risk, grown.get(change.promise))


def _count(sums: Sums, name: str, side: int) -> Count:
    found = Count()
    for (objective, _), both in sums.counts.items():
        if objective == name:
            found = found.plus(both[side])
    return found


def _is_worth_it(one: Advice) -> bool:
    if one.change.effect == "more":
        return True
    if one.change.effect == "less" and 100 * one.spares < LESS * one.of:
        return False
    return one.spares >= BREACHES or one.at_risk > 0


def _rank(one: Advice) -> tuple[int, int, int, float, str]:
    return _ORDER[one.change.effect], -one.spares, -one.at_risk, -one.fall, one.change.what.as_json()["text"]
