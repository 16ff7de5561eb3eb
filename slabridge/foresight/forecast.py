"""How likely open cycles are to break, by what was learned (docs/foresight.md)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final

import numpy as np

from sla_engine import Calendar, Result
from sla_engine.attribution import holder_text
from sla_engine.instant import NEVER
from sla_engine.worktime import Instants
from sla_engine.zone import Zone
from slabridge.foresight.curve import NEVER_REACHED
from slabridge.foresight.learned import Learned
from slabridge.foresight.model import is_there
from slabridge.foresight.samples import Held
from slabridge.foresight.survival import Like, likes_of

STEPS: Final = (*range(5, 100, 5),)
"""Percent of risk; when a cycle comes to one of them it is looked at again."""
_PARTS: Final = 8
"""A cycle whose risk a model says is looked at again after each such part of its target."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """How likely a cycle is to break, 0 to 1, as it is among `alike` cycles that had used as much and are `like` it.

    Of a model, which looks at more, `like` is None.
    """

    risk: float
    alike: int
    like: Like | None

    @property
    def percent(self) -> int:
        """The risk in whole percent, cut."""
        return int(self.risk * 100 + 1e-9)


@dataclass(frozen=True, slots=True)
class _Cycles:
    """Cycles of one objective as they stand (a `samples.Seen`)."""

    at: Instants
    began: Instants
    used: Instants
    target: Instants
    fields: Mapping[str, Held]


class Forecaster:
    """What was learned, ready to be asked; by the calendars of the definitions, and the zone of the file."""

    def __init__(self, learned: Learned, calendars: Mapping[str, Calendar], zone: Zone) -> None:
        self.learned = learned
        self._models = learned.models if learned.models and is_there() else {}
        self._calendars = calendars
        self._zone = zone

    def of(self, results: Sequence[Result], at: int) -> list[Forecast | None]:
        """Return how likely cycles are to break as at an instant (ms UTC), not before they were judged.

        None: it is decided whether they do, or nobody knows.
        """
        found: list[Forecast | None] = [None] * len(results)
        used = self._used(results, at)
        for objective, places in _by_objective(results).items():
            cycles = [results[place] for place in places]
            forecasts = self._of_objective(objective, cycles, used[places], at)
            for place, forecast in zip(places, forecasts, strict=True):
                found[place] = forecast
        return found

    def next_at(
        self, results: Sequence[Result], forecasts: Sequence[Forecast | None], at: int, steps: Collection[int]
    ) -> list[int | None]:
        """Return when time alone brings each running cycle to the next step (percent) of risk, ms UTC; None: never.

        When a model comes to say so nobody knows: such a cycle is looked at again and again.
        """
        used = self._used(results, at)
        target = np.array([result.target for result in results], np.int64)
        reached = np.full(len(results), NEVER_REACHED, np.int64)
        places, likes, shares = list[int](), list[Like](), list[float]()
        for place, (result, forecast) in enumerate(zip(results, forecasts, strict=True)):
            if forecast is None or result.stage != "running" or forecast.percent >= max(steps, default=0):
                continue
            if forecast.like is None:
                part = max(result.target // _PARTS, 1)
                reached[place] = (used[place] // part + 1) * part
            else:
                places.append(place)
                likes.append(forecast.like)
                shares.append(min(step for step in steps if step > forecast.percent) / 100)
        survival = self.learned.survival
        reached[places] = survival.reaches(likes, np.array(shares), used[places], target[places])
        left = np.where((reached == NEVER_REACHED) | (reached >= target), NEVER_REACHED, reached - used)
        return self._when(results, left, at)

    def _used(self, results: Sequence[Result], at: int) -> Instants:
        """Return the working time, ms, that open cycles have used at an instant; of those that run it has gone on."""
        used = np.array([result.target - result.remaining for result in results], np.int64)
        for name, places in _by_calendar(results).items():
            due = np.array([results[place].due_at for place in places], np.int64)
            later = due > at
            mine = np.array(places, np.int64)[later]
            left = self._calendars[name].elapsed(np.full(len(mine), at, np.int64), due[later])
            used[mine] = np.array([results[place].target for place in mine.tolist()], np.int64) - left
        return used

    def _when(self, results: Sequence[Result], left: Instants, at: int) -> list[int | None]:
        found: list[int | None] = [None] * len(results)
        for name, places in _by_calendar(results).items():
            mine = [place for place in places if left[place] != NEVER_REACHED]
            due = self._calendars[name].due(np.full(len(mine), at, np.int64), left[mine])
            for place, instant in zip(mine, due.tolist(), strict=True):
                found[place] = None if instant == NEVER else instant
        return found

    def _of_objective(
        self, objective: str, cycles: Sequence[Result], used: Instants, at: int
    ) -> Iterator[Forecast | None]:
        learned = self.learned
        seen = _Cycles(
            np.full(len(cycles), at, np.int64),
            np.array([cycle.started_at for cycle in cycles], np.int64),
            used,
            np.array([cycle.target for cycle in cycles], np.int64),
            {name: _held(name, cycles, learned.holder) for name in learned.fields},
        )
        model = self._models.get(objective)
        risks = learned.survival.risks(likes_of(objective, seen, learned.holder), used, seen.target)
        better = np.full(len(cycles), np.nan) if model is None else model.risks(seen, self._zone)
        if model is not None and not model.at_start:
            better[used == 0] = np.nan
        columns = (better.tolist(), risks.risk.tolist(), risks.alike.tolist(), risks.likes)
        for by_model, risk, alike, like in zip(*columns, strict=True):
            if not isnan(by_model):
                yield Forecast(by_model, 0, None)
            else:
                yield None if isnan(risk) else Forecast(risk, alike, like)


def is_undecided(result: Result) -> bool:
    """Return whether it is open whether a cycle breaks."""
    return result.stopped_at is None and not result.breached and not result.excluded


def _by_objective(results: Sequence[Result]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        if is_undecided(result):
            found.setdefault(f"{result.agreement}.{result.objective}", []).append(place)
    return found


def _by_calendar(results: Sequence[Result]) -> dict[str, list[int]]:
    """Return the places of cycles that run, by the calendar that they count on."""
    found: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        if result.stage == "running" and result.due_at is not None:
            found.setdefault(result.calendar, []).append(place)
    return found


def _held(name: str, cycles: Sequence[Result], holder: str | None) -> Held:
    """Return what a field held at the deciding rows of cycles."""
    if name == holder:
        texts = [cycle.holder for cycle in cycles]
    else:
        texts = [holder_text(cycle.dimensions.get(name, ())) for cycle in cycles]
    places: dict[str | None, int] = {}
    codes = np.array([places.setdefault(text, len(places)) for text in texts], np.int64)
    return codes, tuple(places)
