"""What each cycle comes to by the strictest target that it ever had (docs/reports.md, "Consequences")."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from msgspec import structs

from sla_engine import Engine, Result, Ticket
from sla_engine.agreement import Definitions, Target
from sla_engine.condition import fields_of
from sla_engine.derived import derived
from sla_engine.instant import NEVER
from sla_engine.predicate import holds
from sla_engine.table import Table
from sla_engine.tabulate import tabulate
from slabridge.report.case import Name, name_of

Row = tuple[int, Mapping[tuple[str, str], int]]
"""An instant (ms UTC), and the place of the target that holds from then on, by agreement's table and objective."""


class Strictest:
    """Judges cycles by each target that they had."""

    def __init__(self, definitions: Definitions) -> None:
        self._targets: dict[tuple[str, str], tuple[Target, ...]] = {
            (agreement.table, objective.name): objective.targets
            for agreement in definitions.agreements
            for objective in agreement.objectives
            if len(objective.targets) > 1
        }
        self.choosing = frozenset().union(
            *(fields_of(target.when) for targets in self._targets.values() for target in targets)
        )
        most = max(map(len, self._targets.values()), default=0)
        self._engines = [Engine(_fixed(definitions, place)) for place in range(most)]
        self._tables: dict[str, list[str]] = {}
        for agreement in definitions.agreements:
            self._tables.setdefault(agreement.id, []).append(agreement.table)

    def of(self, moved: Sequence[Ticket], results: Collection[Result], as_of: int) -> dict[Name, Result]:
        """Return the cycles of these tickets that a target which they had makes worse, as it has them.

        `results` are those of today's definitions as at `as_of`, ms UTC.
        """
        if not moved or not self._engines:
            return {}
        table, _ = tabulate(moved, self.choosing)
        rows = self._rows(moved, derived(table.until(as_of), self.choosing, self._engines[0].calendars))
        judged = [{name_of(one): one for one in engine.evaluate(moved, as_of).results} for engine in self._engines]
        found = {}
        for result in results:
            if (result.source, result.id) not in rows:
                continue
            name = name_of(result)
            had = self._had(result, rows[result.source, result.id], as_of)
            others = [judged[place][name] for place in had if name in judged[place]]
            worst = min(others, key=_severity, default=result)
            if _severity(worst) < _severity(result):
                found[name] = structs.replace(worst, position=result.position, dimensions=result.dimensions)
        return found

    def _rows(self, tickets: Sequence[Ticket], table: Table) -> dict[tuple[str, str], list[Row]]:
        places = {}
        for name, targets in self._targets.items():
            chosen = np.full(len(table.at), -1, np.int64)
            for place in range(len(targets) - 1, -1, -1):
                when = targets[place].when
                chosen[slice(None) if when is None else holds(when, table)] = place
            places[name] = chosen.tolist()
        at = table.at.tolist()
        return {
            (tickets[n].source, tickets[n].id): [
                (at[row], {name: chosen[row] for name, chosen in places.items()}) for row in range(begin, end)
            ]
            for n, (begin, end) in enumerate(pairwise(table.first.tolist()))
        }

    def _had(self, result: Result, rows: Sequence[Row], as_of: int) -> set[int]:
        """Return the places of the targets that held while a cycle ran."""
        end = result.stopped_at if result.stopped_at is not None else as_of + 1
        start, end = result.started_at, max(end, result.started_at + 1)
        names = [(table, result.objective) for table in self._tables[result.agreement]]
        until = [*(at for at, _ in rows[1:]), NEVER]
        ran = [chosen for (at, chosen), next_at in zip(rows, until, strict=True) if max(at, start) < min(next_at, end)]
        return {place for chosen in ran for name in names if (place := chosen.get(name, -1)) >= 0}


def _severity(result: Result) -> tuple[bool, int, int]:
    """Return what sorts outcomes, the worst first: broken ones by when, others by what is left."""
    if result.breached:
        return False, result.breached_at or 0, result.remaining
    return True, 0, result.remaining


def _fixed(definitions: Definitions, place: int) -> Definitions:
    """Return the definitions with one target alone in each objective, which always applies."""
    agreements = tuple(
        replace(
            agreement,
            objectives=tuple(
                replace(one, targets=(replace(one.targets[min(place, len(one.targets) - 1)], when=None),))
                for one in agreement.objectives
            ),
        )
        for agreement in definitions.agreements
    )
    return replace(definitions, agreements=agreements, chain=(), paths=())
