"""Whether a path of visits fits under the promise above them (docs/feasibility.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sla_engine.agreement import Agreement, Definitions, Objective, calendars_of, fields_read
from sla_engine.chain.rule import WorkPath
from sla_engine.chain.worst import WorstCase, worst_case
from sla_engine.choice import NONE, chosen_calendar, chosen_target, valid_at
from sla_engine.duration import Duration
from sla_engine.table import Column, Table
from sla_engine.ticket import Values
from sla_engine.worktime import Calendar
from sla_engine.zone import Zone


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an objective allows a ticket of the path: so much working time (ms) on a calendar."""

    objective: str
    calendar: str
    target: int


@dataclass(frozen=True, slots=True)
class Fit:
    """A path with what its objectives allow, and its worst case; or why that cannot be computed.

    `fits` is None where it cannot.
    """

    path: WorkPath
    above: Allowed | None = None
    steps: tuple[Allowed, ...] = ()
    worst: WorstCase | None = None
    problem: str = ""

    @property
    def fits(self) -> bool | None:
        """Whether even the worst start keeps the promise above."""
        if self.worst is None or self.above is None:
            return None
        return self.worst.used is not None and self.worst.used <= self.above.target


def fits_of(definitions: Definitions, calendars: Mapping[str, Calendar], first: int, last: int) -> list[Fit]:
    """Return how each path fits, over all starts in [first, last), ms UTC; versions are those in force at the first."""
    return [_fit(path, definitions, calendars, first, last) for path in definitions.paths]


def _fit(path: WorkPath, definitions: Definitions, calendars: Mapping[str, Calendar], first: int, last: int) -> Fit:
    found: list[Allowed] = []
    for name in (path.objective, *path.steps):
        allowed = _allowed(name, dict(path.when), definitions, calendars, first)
        if isinstance(allowed, str):
            return Fit(path, problem=allowed)
        found.append(allowed)
    above, *steps = found
    ways = [(calendars[step.calendar], step.target) for step in steps]
    worst = worst_case(calendars[above.calendar], above.target, ways, first, last)
    problem = "" if worst else f"calendar {above.calendar} has no working time in that year"
    return Fit(path, above, tuple(steps), worst, problem)


def _allowed(
    name: str, held: Mapping[str, Values], definitions: Definitions, calendars: Mapping[str, Calendar], at: int
) -> Allowed | str:
    """Return what an objective allows a ticket with these values, or why nobody can tell."""
    zone = Zone(definitions.timezone)
    versions = [
        (agreement, objective)
        for agreement in definitions.agreements
        for objective in agreement.objectives
        if f"{agreement.id}.{objective.name}" == name and valid_at(agreement, np.array([at]), zone)[0]
    ]
    if not versions:
        return f"no version of {name} is in force then"
    agreement, objective = versions[0]
    table = _ticket(agreement, held)
    place = int(chosen_target(objective.targets, table)[0])
    if place == NONE:
        return f"{name} has no target for such a ticket"
    return _target(name, objective, place, table, calendars)


def _target(
    name: str, objective: Objective, place: int, table: Table, calendars: Mapping[str, Calendar]
) -> Allowed | str:
    target = objective.targets[place]
    if not isinstance(target.limit, Duration):
        return f"the target of {name} is a deadline, and no amount of working time"
    names: Sequence[str] = calendars_of([target])
    calendar = names[int(chosen_calendar(target.calendar, names, table, np.zeros(1, np.int64))[0])]
    return Allowed(name, calendar, target.limit.within(calendars[calendar].definition.day))


def _ticket(agreement: Agreement, held: Mapping[str, Values]) -> Table:
    """Return a table of one row, whose fields hold these values; others are unset."""
    one = np.zeros(1, np.int64)
    columns = {name: Column(np.zeros(1, np.int32), [held.get(name, ())]) for name in fields_read(agreement)}
    return Table(np.array([0, 1]), one, one.astype(np.int8), columns, np.full(1, -1, np.int32), [])
