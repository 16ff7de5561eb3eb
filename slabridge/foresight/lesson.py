"""What tickets teach, and what is learned from it (docs/foresight.md, "What it learns from")."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from zlib import crc32

import numpy as np
from msgspec.structs import replace

from sla_engine import Engine
from sla_engine.instant import DAY, NULL
from sla_engine.table import Table
from slabridge.foresight.learned import Learned
from slabridge.foresight.model import Model
from slabridge.foresight.routes import Key, Routes, count_ends
from slabridge.foresight.samples import Samples, samples_of
from slabridge.foresight.survival import Survival
from slabridge.foresight.trial import Teacher

WINDOW: Final = 26 * 7 * DAY
"""Cycles that began longer ago teach nothing: teams and promises have changed since."""
MOST: Final = 150_000
"""Cycles that are learned from at most, about: more say the same, and take memory."""
_TRIED: Final = 1 / 3
"""The share of the time looked at whose cycles forecasts are tried on."""


@dataclass(frozen=True, slots=True)
class Window:
    """Cycles that began since `first` are looked at, as at `until`, on what comes after which it is tried, and `as_of`.

    All ms UTC. One of `every` tickets is looked at, always the same.
    """

    first: int
    until: int
    as_of: int
    every: int = 1

    @classmethod
    def of(cls, first: int, as_of: int, cycles: int = 0) -> Self:
        """Return the window as at an instant, of a state whose first cycle began at one, and so many since."""
        first = max(first, as_of - WINDOW)
        return cls(first, as_of - int((as_of - first) * _TRIED), as_of, -(-cycles // MOST) or 1)

    def looks_at(self, id_: str) -> bool:
        """Return whether a ticket is looked at."""
        return crc32(id_.encode()) % self.every == 0


@dataclass(frozen=True, slots=True)
class Subject:
    """What is looked at of tickets: fields, and those, the holder's first, that routes go by (none: there are none)."""

    fields: tuple[str, ...]
    holder: str | None
    routes: tuple[str, ...]


@dataclass(slots=True)
class Lesson:
    """What some tickets teach of each objective: as at the window's `until`, and as at its `as_of`; and of routes."""

    known: dict[str, list[Samples]]
    came: dict[str, list[Samples]]
    ends: dict[Key, Counter[str]]

    @classmethod
    def none(cls) -> Self:
        """Return what no ticket teaches."""
        return cls({}, {}, {})

    def add(self, other: "Lesson") -> None:
        """Add what others teach."""
        for mine, theirs in ((self.known, other.known), (self.came, other.came)):
            for objective, parts in theirs.items():
                mine.setdefault(objective, []).extend(parts)
        self._add_ends(other.ends)

    def look(self, engine: Engine, table: Table, subject: Subject, window: Window) -> None:
        """Look at the tickets of a table, which has the subject's fields."""
        for found, at in ((self.known, window.until), (self.came, window.as_of)):
            for clause, samples in samples_of(engine, table, at, window.first, subject.fields):
                found.setdefault(f"{clause.agreement.id}.{clause.objective.name}", []).append(samples)
        if subject.routes:
            self._add_ends(_ends(engine, table.until(window.as_of), subject, window))

    def _add_ends(self, ends: Mapping[Key, Counter[str]]) -> None:
        for key, counts in ends.items():
            self.ends.setdefault(key, Counter()).update(counts)

    def learned(self, teacher: Teacher, engine: Engine, subject: Subject, window: Window) -> Learned:
        """Return what is learned of all objectives."""
        survival, trials, models = Survival({}), [], {}
        for objective, parts in self.came.items():
            came, known = Samples.together(parts), Samples.together(self.known[objective])
            survival = survival.beside(Survival.of(objective, came, subject.holder))
            trials.append(teacher.tried(objective, known, came, window.until, window.as_of))
            if trials[-1].ships and (model := teacher.model(came)) is not None:
                models[objective] = replace(model, at_start=trials[-1].ships_at_start)
        return Learned(
            first=window.first,
            as_of=window.as_of,
            definitions=definitions_of(engine),
            fields=subject.fields,
            holder=subject.holder,
            survival=survival,
            routes=Routes.of(subject.routes, self.ends),
            trials=tuple(trials),
            models=models,
            checked_at=window.as_of,
        )

    def drifted(self, teacher: Teacher, models: Mapping[str, Model], as_of: int) -> set[str]:
        """Return the objectives whose models are right no longer, as at an instant, ms UTC."""
        found = {name: Samples.together(self.came[name]) for name in models if name in self.came}
        return {name for name, came in found.items() if teacher.has_drifted(models[name], came, as_of)}


def definitions_of(engine: Engine) -> tuple[str, ...]:
    """Return by what all clauses are judged."""
    return tuple(sorted({clause.definition for clause in engine.clauses}))


def _ends(engine: Engine, table: Table, subject: Subject, window: Window) -> dict[Key, Counter[str]]:
    """Count where tickets ended: those with a cycle that began in the window, and none that is open."""
    over, is_open = (np.zeros(len(table.first) - 1, np.bool_) for _ in range(2))
    for part in engine.judge(table, window.as_of):
        verdicts = part.verdicts
        over[verdicts.ticket[verdicts.started_at >= window.first]] = True
        is_open[verdicts.ticket[verdicts.stopped_at == NULL]] = True
    return count_ends(table, over & ~is_open, subject.routes)
