"""Targets: what is kept less than promised, and what could be promised shorter (docs/advise.md, "What is proposed")."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Final, NamedTuple

from sla_engine.agreement import Agreement, Objective, calendars_of
from sla_engine.calendar import CalendarDefinition
from sla_engine.duration import Duration
from slabridge.advice.change import Change, Effect
from slabridge.advice.present import BREACHES, ENOUGH, Present, name_of
from slabridge.advice.seen import Seen
from slabridge.advice.table import objective_keys, rounded_up
from slabridge.report.baseline import Taken, share_within, time_of
from slabridge.report.written import written
from slabridge.text.said import Said, said
from slabridge.text.spoken import spoken

FAR: Final = 2
"""A target can be promised shorter where so many times less would have been kept."""

MANY: Final = 50
"""A longer target is one that so many cycles, open ones too, speak for."""


class _Kept(NamedTuple):
    """How one target was kept: its places in the objective, what cycles took, and which share of them."""

    places: tuple[int, ...]
    target: int
    taken: Taken
    share: float


def targets(present: Present, seen: Seen) -> Iterator[Change]:
    """Yield a longer target for each that was kept less than promised, and a shorter one where far less would do."""
    for agreement, objective in present.objectives():
        promised = present.share(agreement, objective)
        if promised is not None:
            for one in _kept(agreement, objective, seen, present.definitions.calendars):
                yield from _change(present, agreement, objective, one, promised)


def _kept(
    agreement: Agreement, objective: Objective, seen: Seen, calendars: Mapping[str, CalendarDefinition]
) -> Iterator[_Kept]:
    by_places: dict[tuple[tuple[int, ...], int], Taken] = {}
    for (table, name, target, calendar), taken in seen.taken.items():
        if (table, name) == (agreement.table, objective.name):
            places = tuple(places_of(objective, target, calendar, calendars))
            by_places.setdefault((places, target), Taken()).merge(taken)
    for (places, target), taken in sorted(by_places.items(), key=itemgetter(0)):
        if places and sum(taken.ended) >= ENOUGH:
            yield _Kept(places, target, taken, share_within(taken.curve(), target))


def places_of(
    objective: Objective, target: int, calendar: str, calendars: Mapping[str, CalendarDefinition]
) -> Iterator[int]:
    """Yield the places of an objective's targets that come to so many ms on a calendar."""
    for place, one in enumerate(objective.targets):
        if isinstance(one.limit, Duration) and calendar in calendars_of([one]):
            day = calendars[calendar].day
            if one.limit.within(day) == target:
                yield place


def _change(
    present: Present, agreement: Agreement, objective: Objective, one: _Kept, promised: float
) -> Iterator[Change]:
    time = time_of(one.taken.curve(), 100 * promised)
    if time is None:
        return
    other = rounded_up(time)
    if one.share < promised and other > one.target:
        calendars = present.definitions.calendars
        few = len(one.taken.elapsed) < MANY or _beyond(one) < BREACHES
        if few or _outlasts(objective, one, other, calendars):
            return
        effect: Effect = "less"
    elif one.share >= promised and other * FAR <= one.target:
        effect = "more"
    else:
        return
    found = list(objective.targets)
    for place in one.places:
        found[place] = replace(found[place], limit=Duration(other))
    yield Change(
        kind="target",
        effect=effect,
        what=_what(agreement, objective, one, other, effect),
        promise=name_of(agreement, objective),
        tried=name_of(agreement, objective),
        rests=(_rests(one, promised, time),),
        paste=present.paste(agreement, objective, objective_keys(found)),
    )


def _outlasts(objective: Objective, one: _Kept, other: int, calendars: Mapping[str, CalendarDefinition]) -> bool:
    """Return whether a target of `other` ms exceeds what a later row promises that is not shorter than this one now.

    Rows are in the order of their urgency: P1 before P2, and what is left last.
    """
    later = [row for place, row in enumerate(objective.targets) if place > max(one.places)]
    return any(
        one.target <= row.limit.within(calendars[name].day) < other
        for row in later
        if isinstance(row.limit, Duration)
        for name in calendars_of([row])
    )


def _beyond(one: _Kept) -> int:
    return sum(elapsed > one.target for elapsed in one.taken.elapsed)


def _what(agreement: Agreement, objective: Objective, one: _Kept, other: int, effect: Effect) -> Said:
    when = objective.targets[one.places[0]].when
    which = "" if len(objective.targets) == 1 else " (else)" if when is None else f" ({written(when)})"
    of = name_of(agreement, objective) + which
    times = {"now": spoken(one.target), "other": spoken(other)}
    if effect == "less":
        return said("promise %(objective)s in %(other)s instead of %(now)s", objective=of, **times)
    return said("promise %(objective)s in %(other)s, no longer in %(now)s", objective=of, **times)


def _rests(one: _Kept, promised: float, time: int) -> Said:
    return said(
        "of %(count)s cycles that began in the period (%(open)s still open) %(kept)s %% took no longer than "
        "%(target)s, where %(promised)s %% are to; %(promised)s %% took no longer than %(time)s",
        count=len(one.taken.elapsed),
        open=one.taken.ended.count(False),
        kept=_percent(one.share),
        target=spoken(one.target),
        promised=_percent(promised),
        time=spoken(time) or "0s",
    )


def _percent(share: float) -> str:
    return f"{int(share * 1000 + 1e-6) / 10:.1f}"
