"""Which teams tickets like one another came to in the end (docs/foresight.md, "Where a ticket belongs")."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from sla_engine.attribution import holder_text
from sla_engine.table import Mask, Table

OFFERED: Final = 3
"""Teams that are named at most."""
_WEIGHT: Final = 10
"""Tickets for which what is known of a larger group stands among those of a smaller one."""
_SEEN: Final = 2
"""Tickets of a group at least; of fewer the larger one says as much."""

Key = tuple[str, ...]
"""What the holder and further fields held, "" where unset; of a larger group only the first of these."""


@dataclass(frozen=True, slots=True)
class Routes:
    """How many tickets, by what they held at any time, were with which team at their end."""

    fields: tuple[str, ...]
    ended: Mapping[Key, Mapping[str, int]]

    @classmethod
    def of(cls, fields: Sequence[str], counted: Mapping[Key, Counter[str]]) -> Self:
        """Return routes by fields, the holder's first."""
        told = sorted((key, ends) for key, ends in counted.items() if ends.total() >= _SEEN)
        return cls(tuple(fields), {key: dict(sorted(ends.items())) for key, ends in told})

    def last(self, held: Key) -> list[tuple[str, float]]:
        """Return the likeliest last teams and how likely each is (0 to 1), the likeliest first."""
        shares: dict[str, float] = {}
        for depth in range(len(held) + 1):
            ends = self.ended.get(held[:depth])
            if ends is not None:
                weight = _WEIGHT if shares else 0
                total = sum(ends.values()) + weight
                teams = {**shares, **ends}
                shares = {team: (ends.get(team, 0) + weight * shares.get(team, 0.0)) / total for team in teams}
        return sorted(shares.items(), key=lambda one: (-one[1], one[0]))[:OFFERED]


def count_ends(table: Table, over: Mask, fields: Sequence[str]) -> dict[Key, Counter[str]]:
    """Count, of the tickets that are over, where they ended by what they held: each once for whatever it held."""
    last = table.first[1:] - 1
    ticket = np.repeat(np.arange(len(over)), np.diff(table.first))
    rows = np.flatnonzero(over[ticket])
    columns = [table.columns[name] for name in fields]
    holder = columns[0]
    found: dict[Key, Counter[str]] = {}
    for depth in range(len(columns) + 1):
        held = np.column_stack([ticket[rows], *(column.codes[rows] for column in columns[:depth])])
        distinct = np.unique(held, axis=0)
        ends = holder.codes[last[distinct[:, 0]]]
        groups, counts = np.unique(np.column_stack([distinct[:, 1:], ends]), axis=0, return_counts=True)
        for (*codes, end), count in zip(groups.tolist(), counts.tolist(), strict=True):
            team = holder_text(holder.values[end])
            if team is not None:
                key = tuple(holder_text(c.values[code]) or "" for c, code in zip(columns, codes, strict=False))
                found.setdefault(key, Counter())[team] += count
    return found
