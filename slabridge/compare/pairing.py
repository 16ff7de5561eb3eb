"""Which of the tool's clocks stands for which of our cycles. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from connectors.interface import NativeClock
from sla_engine import Result
from sla_engine.instant import NEVER

Names = Mapping[str, Sequence[str]]
"""Objective (`agreement.objective`) -> names of the tool's clocks."""


class Pair(NamedTuple):
    """A clock of the tool, and our cycle; one may be missing, and `note` then says why, where it is known."""

    theirs: NativeClock | None
    ours: Result | None
    objective: str = ""
    note: str = ""


def objective_of(result: Result) -> str:
    """Return the name of a result's objective, as the configuration writes it."""
    return f"{result.agreement}.{result.objective}"


def pair(clocks: Sequence[NativeClock], results: Sequence[Result], names: Names) -> list[Pair]:
    """Pair the clocks of one ticket with its results: by configuration, else by kind and start where that is clear."""
    cycles: dict[str, list[Result]] = {}
    for result in results:
        cycles.setdefault(objective_of(result), []).append(result)
    pairs: list[Pair] = []
    free: dict[str, list[NativeClock]] = {}
    for clock in sorted(clocks, key=lambda clock: (clock.started_at, clock.name)):
        meant = [objective for objective, known in names.items() if clock.name in known]
        pairs += [_matched(clock, cycles.get(objective, ()), objective) for objective in meant]
        if not meant:
            free.setdefault(clock.name, []).append(clock)
    pairs += _guessed(free, {name: found for name, found in cycles.items() if name not in names})
    taken = {id(one.ours) for one in pairs}
    taken_names = {one.objective for one in pairs if one.ours}
    for objective, found in cycles.items():
        if objective in taken_names:
            pairs += [Pair(None, result, objective) for result in found if id(result) not in taken]
        else:
            note = "" if objective in names else "no clock of the tool is named for it under `native`"
            pairs.append(Pair(None, found[-1], objective, note))
    return pairs


def _matched(clock: NativeClock, cycles: Sequence[Result], objective: str) -> Pair:
    """Pair a clock with the cycle that starts with it, else that it starts in, else the last before it."""
    if not cycles:
        return Pair(clock, None, objective, f"no cycle of {objective} here")
    exact = [result for result in cycles if result.started_at == clock.started_at]
    around = [r for r in cycles if r.started_at <= clock.started_at < (r.stopped_at or NEVER)]
    before = [result for result in cycles if result.started_at <= clock.started_at]
    for found in (exact, around, before):
        # A cycle that lasted is meant rather than one cancelled in the same instant.
        if found:
            return Pair(clock, max(found, key=lambda r: (r.stage != "cancelled", r.cycle)), objective)
    return Pair(clock, cycles[0], objective)


def _guessed(free: Mapping[str, Sequence[NativeClock]], cycles: Mapping[str, Sequence[Result]]) -> Iterable[Pair]:
    """Pair clocks that the configuration does not name: by the nearest start among cycles of their kind."""
    nearest = {name: _nearest(clocks[0], cycles) for name, clocks in free.items()}
    for name, clocks in free.items():
        wanted = nearest[name]
        rivals = [other for other, best in nearest.items() if other != name and set(best) & set(wanted)]
        clash = next((other for other in rivals if _overlap(clocks, free[other])), None)
        for clock in clocks:
            if len(wanted) == 1 and clash is None:
                yield _matched(clock, cycles[wanted[0]], wanted[0])
            elif wanted:
                yield Pair(clock, None, note=f"it may stand for {' or '.join(wanted)}: say which under `native`")
            else:
                yield Pair(clock, None, note=f"no {clock.kind} objective is left for it")


def _nearest(clock: NativeClock, cycles: Mapping[str, Sequence[Result]]) -> list[str]:
    """Return the objectives of the clock's kind whose cycles start nearest to it."""
    distances = {
        objective: min(abs(result.started_at - clock.started_at) for result in found)
        for objective, found in cycles.items()
        if found[0].kind == clock.kind
    }
    return [objective for objective, distance in distances.items() if distance == min(distances.values())]


def _overlap(some: Sequence[NativeClock], others: Sequence[NativeClock]) -> bool:
    return any(
        a.started_at < (b.stopped_at or NEVER) and b.started_at < (a.stopped_at or NEVER) for a in some for b in others
    )
