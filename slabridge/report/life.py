"""Lives of tickets: when each was created, resolved and re-opened, and who had it, by its replayed history."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sla_engine import Calendar, Ticket
from sla_engine.attribution import holder_text
from sla_engine.condition import Condition
from sla_engine.derived import derived
from sla_engine.predicate import holds
from sla_engine.table import Mask, Table
from sla_engine.tabulate import tabulate
from sla_engine.ticket import Values


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for on tickets: `resolved`, `waiting` and `incident` as [reports] says, and the service's scope.

    Of the fields of `at_creation` the first values are wanted, of those of `at_end` the last ones, and of those of
    `set_at` since when they hold these; `holder` is the field of the holder.
    """

    resolved: Condition
    holder: str
    waiting: Condition | None = None
    incident: Condition | None = None
    scope: Condition | None = None
    at_creation: Collection[str] = ()
    at_end: Collection[str] = ()
    set_at: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A ticket enters or leaves the backlog, at an instant (ms UTC)."""

    at: int
    entered: bool
    why: str


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket as far as it is known; instants are ms UTC.

    `resolved_at` is its last entry into a resolved state (None: there was none), `is_resolved` whether it is still
    there; one that was `born_resolved` was created so. `reopened_at` are the instants at which it left such a state.
    `teams` are its holders one after the other, unset passed over. Since `set_at` a field holds its last value.
    `steps` lead into the backlog and out of it.
    """

    source: str
    id: str
    key: str
    created: int
    resolved_at: int | None
    is_resolved: bool
    born_resolved: bool
    reopened_at: tuple[int, ...]
    teams: tuple[str, ...]
    waited: bool
    is_incident: bool
    in_scope: bool
    first_values: Mapping[str, Values]
    last_values: Mapping[str, Values]
    set_at: Mapping[str, int]
    steps: tuple[Step, ...]

    @property
    def handovers(self) -> int:
        """How often its holder changed."""
        return max(0, len(self.teams) - 1)


def lives_of(
    tickets: Sequence[Ticket], as_of: int, asked: Asked, fields: Collection[str], calendars: Mapping[str, Calendar]
) -> Iterator[Life]:
    """Yield the lives of tickets as at `as_of`; those created after it are left out. `fields` are all that is asked."""
    table, _ = tabulate(tickets, fields)
    table = derived(table.until(as_of), fields, calendars)
    looked = _Looked(table, asked)
    first = table.first.tolist()
    for place, (begin, end) in enumerate(pairwise(first)):
        if begin < end:
            yield looked.life(tickets[place], begin, end)


class _Looked:
    """A table with what is asked, for all rows at once."""

    def __init__(self, table: Table, asked: Asked) -> None:
        self._table = table
        self._asked = asked
        every: Mask = np.ones(len(table.at), np.bool_)
        self._resolved = holds(asked.resolved, table)
        self._waiting = holds(asked.waiting, table)
        self._incident = every if asked.incident is None else holds(asked.incident, table)
        self._scope = every if asked.scope is None else holds(asked.scope, table)
        holder = table.columns[asked.holder]
        self._held = holder.codes
        self._names = [holder_text(values) for values in holder.values]

    def _values(self, names: Collection[str], row: int) -> Mapping[str, Values]:
        columns = self._table.columns
        return {name: columns[name].values[columns[name].codes[row]] for name in names} or _NOTHING

    def life(self, ticket: Ticket, begin: int, end: int) -> Life:
        at = self._table.at[begin:end].tolist()
        resolved = self._resolved[begin:end].tolist()
        scope = self._scope[begin:end].tolist()
        entries = [n for n, now in enumerate(resolved) if now and not (n and resolved[n - 1])]
        left = [n for n in range(1, len(resolved)) if resolved[n - 1] and not resolved[n]]
        teams: list[str] = []
        for code in self._held[begin:end].tolist():
            name = self._names[code]
            if name is not None and (not teams or teams[-1] != name):
                teams.append(name)
        columns = self._table.columns
        return Life(
            source=ticket.source,
            id=ticket.id,
            key=ticket.key,
            created=at[0],
            resolved_at=at[entries[-1]] if entries else None,
            is_resolved=resolved[-1],
            born_resolved=resolved[0],
            reopened_at=tuple(at[n] for n in left),
            teams=tuple(teams),
            waited=bool(self._waiting[begin:end].any()),
            is_incident=bool(self._incident[begin]),
            in_scope=scope[-1],
            first_values=self._values(self._asked.at_creation, begin),
            last_values=self._values(self._asked.at_end, end - 1),
            set_at={name: at[_since(columns[name].codes[begin:end].tolist())] for name in self._asked.set_at}
            or _NOTHING,
            steps=tuple(_steps(at, resolved, scope)),
        )


_NOTHING: Mapping[str, Any] = {}
"""Held once by all lives of which nothing is asked."""


def _since(codes: Sequence[int]) -> int:
    """Return the first of the last rows that hold the same."""
    return next((n + 1 for n in range(len(codes) - 2, -1, -1) if codes[n] != codes[-1]), 0)


def _steps(at: Sequence[int], resolved: Sequence[bool], scope: Sequence[bool]) -> Iterator[Step]:
    """Yield when a ticket comes into the backlog (unresolved, and in scope) and when it leaves it."""
    inside = False
    for n, instant in enumerate(at):
        now = scope[n] and not resolved[n]
        if now and not inside:
            reopened = n > 0 and resolved[n - 1]
            yield Step(instant, True, "created" if n == 0 else "re-opened" if reopened else "came into scope")
        elif inside and not now:
            yield Step(instant, False, "resolved" if resolved[n] else "left the scope")
        inside = now
